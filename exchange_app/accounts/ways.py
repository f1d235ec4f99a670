"""By which ways letters go to people with an account: those that they chose, in their order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.outbox.models import Channel, Letter
from exchange_app.outbox.service import letter_to, write_letters
from exchange_app.outbox.ways import Recipient, Way


def offered_channels() -> Sequence[Channel]:
    """What this installation can send by; text messages only where a gateway is set."""
    return [channel for channel in Channel if channel is not Channel.TEXT or setting("TEXT_GATEWAY")]


def recipient_of(user: User) -> Recipient:
    return Recipient(ways_of(user), user.language, user.id)


def ways_of(user: User, *, email: str | None = None, phone: str | None = None) -> Sequence[Way]:
    """What the user chose and can be reached by, else by mail. ``email`` and ``phone`` take the place of the user's own
    where somebody is named for one matter."""
    addresses = {
        Channel.MAIL: email or user.email,
        Channel.TEXT: phone or user.phone,
        Channel.ROBOT: user.robot,
        Channel.PAGE: user.email,
    }
    usable = [channel for channel in user.chosen_channels if channel in offered_channels() and addresses[channel]]
    ways = [Way(channel, addresses[channel]) for channel in usable]
    return ways or [Way(Channel.MAIL, email or user.email)]


def list_told(key: str, readers: Iterable[User]) -> set[int]:
    """Which of these people have the letter that `write_to_each` writes under this key, sent or not."""
    keys = {f"{key}:{reader.id}": reader.id for reader in readers}
    return {keys[known] for known in db.session.scalars(select(Letter.key).where(Letter.key.in_(keys)))}


def write_to_each(
    readers: Iterable[User],
    now: datetime,
    /,
    *,
    key: str,
    kind: str,
    subject_id: int,
    facts: Mapping[str, Any] = MappingProxyType({}),
    due_at: datetime | None = None,
) -> None:
    """One letter to each reader whose account is open, at once or when it is due; its facts say who reads it."""
    unique = {reader.id: reader for reader in readers if reader.is_active}
    write_letters(
        [
            letter_to(
                recipient_of(reader),
                key=f"{key}:{reader.id}",
                kind=kind,
                subject_id=subject_id,
                due_at=due_at or now,
                facts={"reader": reader.id, **facts},
            )
            for reader in unique.values()
        ],
        now,
    )
