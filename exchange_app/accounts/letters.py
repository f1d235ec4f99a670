"""Which letter goes to whom when an account, its password or its sign-ins change."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of, ways_of
from exchange_app.outbox.service import letter_to, write_letters
from exchange_app.outbox.ways import Recipient


def write_opened(user: User, now: datetime) -> None:
    _write(user, "account_opened", "opened", now)


def write_closed(user: User, now: datetime) -> None:
    _write(user, "account_closed", _stamped("closed", now), now)


def write_reopened(user: User, now: datetime) -> None:
    _write(user, "account_reopened", _stamped("reopened", now), now)


def write_password_changed(user: User, now: datetime) -> None:
    _write(user, "password_changed", _stamped("password_changed", now), now)


def write_password_reset(user: User, now: datetime) -> None:
    _write(user, "password_reset", _stamped("password_reset", now), now)


def write_new_browser(user: User, now: datetime) -> None:
    _write(user, "new_browser", _stamped("new_browser", now), now)


def write_channel_tests(user: User, now: datetime) -> None:
    """One letter by each of the user's ways, and by that one only; once a minute."""
    slug = f"channel_test:{now:%Y%m%dT%H%M}"
    letters = [
        letter_to(
            Recipient([way], user.language, user.id),
            key=f"user:{user.id}:{slug}:{way.channel}",
            kind="channel_test",
            subject_id=user.id,
            due_at=now,
        )
        for way in ways_of(user)
    ]
    write_letters(letters, now)


def _stamped(slug: str, now: datetime) -> str:
    """Each time is a letter of its own."""
    return f"{slug}:{now:%Y%m%dT%H%M%S%f}"


def _write(user: User, kind: str, slug: str, now: datetime) -> None:
    key = f"user:{user.id}:{slug}"
    write_letters([letter_to(recipient_of(user), key=key, kind=kind, subject_id=user.id, due_at=now)], now)
