"""Which letter goes to whom when something was said about a school's own trip: always to those whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.outbox.service import letter_to, stamp, write_letters
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.queries import list_hosts
from exchange_app.tailored.rules import Side, Step

TO_HOST, TO_SCHOOL = "tailored_to_host", "tailored_to_school"
REMINDER, AGREED, ENDED = "tailored_reminder", "tailored_agreed", "tailored_ended"


def write_turn(inquiry: Inquiry, step: Step, words: str, now: datetime) -> None:
    """It is the other side's turn: a version was sent, or words."""
    kind = TO_HOST if inquiry.turn is Side.HOST else TO_SCHOOL
    facts = {"step": str(step), "words": words, "since": inquiry.last_word_at.isoformat()}
    _write(inquiry, kind, f"{step}:{stamp(now)}", _readers(inquiry, inquiry.turn), now, **facts)


def write_reminder(inquiry: Inquiry, now: datetime) -> None:
    """Nobody has answered."""
    since = inquiry.last_word_at
    readers = _readers(inquiry, inquiry.turn)
    _write(inquiry, REMINDER, f"reminder:{stamp(since)}", readers, now, since=since.isoformat())


def write_agreed(inquiry: Inquiry, now: datetime) -> None:
    """To both: for the school it says until when the group has to be handed in."""
    _write(inquiry, AGREED, "agreed", [inquiry.leader, *list_hosts(inquiry)], now)


def write_ended(inquiry: Inquiry, words: str, now: datetime) -> None:
    """Declined, withdrawn, or nobody said anything any more."""
    _write(inquiry, ENDED, "ended", [inquiry.leader, *list_hosts(inquiry)], now, words=words)


def _readers(inquiry: Inquiry, side: Side | None) -> list[User]:
    return [inquiry.leader] if side is Side.SCHOOL else list(list_hosts(inquiry))


def _write(inquiry: Inquiry, kind: str, slug: str, readers: Iterable[User], now: datetime, /, **facts: Any) -> None:
    write_letters(
        [
            letter_to(
                recipient_of(reader),
                key=f"inquiry:{inquiry.id}:{slug}:{reader.id}",
                kind=kind,
                subject_id=inquiry.id,
                due_at=now,
                facts={"state": str(inquiry.state), "to": _side_of(inquiry, reader), **facts},
            )
            for reader in readers
        ],
        now,
    )


def _side_of(inquiry: Inquiry, reader: User) -> str:
    return str(Side.SCHOOL if reader.id == inquiry.leader_id else Side.HOST)
