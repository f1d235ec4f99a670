"""How long letters are kept: LETTERS_KEPT_DAYS after one was settled, whom it went to and what it said are removed.

The row stays with its kind, its times and its state, for the figures; of its facts stay the numbers, because every text
among them may be somebody's words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, bindparam, null, select, update

from exchange_app.core.database import change_rows, db
from exchange_app.core.settings import setting
from exchange_app.outbox.models import HAS_ADDRESS, ON_THE_WAY, SETTLED, Letter, LetterState

PORTION = 500

LETTERS = Letter.__table__
EMPTY = (
    update(LETTERS)
    .where(LETTERS.c.id == bindparam("of_id"))
    .values(
        address_sealed=null(),
        address_hash=null(),
        later_ways_sealed=null(),
        message_sealed=null(),
        facts=bindparam("numbers", type_=JSON()),
    )
)


def is_purged(letter: Letter) -> bool:
    return letter.address_sealed is None


def purge_letters(now: datetime) -> int:
    """Empty the next letters whose time is over, oldest first; returns how many. Those in other hands are left for the
    next time."""
    over = now - timedelta(days=setting("LETTERS_KEPT_DAYS"))
    letters = db.session.execute(
        select(Letter.id, Letter.facts)
        .where(HAS_ADDRESS, SETTLED, Letter.written_at <= over, Letter.next_look_at <= over)
        .order_by(Letter.written_at)
        .limit(PORTION)
        .with_for_update(skip_locked=True)
    ).all()
    if letters:
        rows = [{"of_id": letter_id, "numbers": _numbers(facts)} for letter_id, facts in letters]
        db.session.connection().execute(EMPTY, rows)
    return len(letters)


def forget_reader(user_id: int, now: datetime) -> None:
    """Letters to somebody of whom nothing is to be left: those on their way stop, all are emptied at once."""
    _forget(Letter.reader_id == user_id, "the reader's account was erased", now)
    change_rows(update(Letter).where(Letter.reader_id == user_id).values(reader_id=null()))


def forget_letters(kinds: Collection[str], subject_ids: Collection[int], now: datetime) -> None:
    """The same with letters of these kinds about something of which nothing is to be left."""
    about_it = and_(Letter.kind.in_(kinds), Letter.subject_id.in_(subject_ids))
    _forget(about_it, "what it was about was deleted", now)


def _forget(which: ColumnElement[bool], problem: str, now: datetime) -> None:
    stopped = {"state": LetterState.SKIPPED, "next_look_at": now, "last_problem": problem}
    change_rows(update(Letter).where(which, ON_THE_WAY).values(stopped))
    letters = db.session.execute(select(Letter.id, Letter.facts).where(which)).all()
    if letters:
        rows = [{"of_id": letter_id, "numbers": _numbers(facts)} for letter_id, facts in letters]
        db.session.connection().execute(EMPTY, rows)


def _numbers(facts: Mapping[str, Any]) -> dict[str, int]:
    return {name: fact for name, fact in facts.items() if isinstance(fact, int)}
