"""Reads of letters, and the one query that gives a worker its next letters."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, case, select, update

from exchange_app.core.database import db
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.models import IN_TROUBLE, ON_THE_WAY, Letter, LetterState


def lease_due(now: datetime, *, until: datetime, at_most: int) -> list[Letter]:
    """The next letters that are due, leased to the caller until ``until``; letters in other hands are passed over.

    A letter whose earlier worker never came back is taken over, and that counts as a failure.
    """
    due = (
        select(Letter.id)
        .where(ON_THE_WAY, Letter.state != LetterState.HANDING_OVER, Letter.next_look_at <= now)
        .order_by(Letter.next_look_at, Letter.id)
        .limit(at_most)
        .with_for_update(skip_locked=True)
        .cte("due")  # evaluated once, whatever the planner thinks: a second time it would lock other letters
    )
    leased = db.session.scalars(
        update(Letter)
        .where(Letter.id.in_(select(due.c.id)))
        .values(
            state=LetterState.SENDING,
            next_look_at=until,
            attempts=Letter.attempts + 1,
            failures=Letter.failures + case((Letter.state == LetterState.SENDING, 1), else_=0),
        )
        .returning(Letter)
        .execution_options(synchronize_session=False, populate_existing=True)
    ).all()
    return sorted(leased, key=lambda letter: (letter.due_at, letter.id))


def settle_lost(now: datetime) -> None:
    """A letter whose worker died while handing it over may have been accepted: it becomes doubtful."""
    db.session.execute(
        update(Letter)
        .where(ON_THE_WAY, Letter.state == LetterState.HANDING_OVER, Letter.next_look_at <= now)
        .values(state=LetterState.DOUBTFUL, last_problem="the worker ended while handing it over")
        .execution_options(synchronize_session=False)
    )


def get_letter(letter_id: int) -> Letter:
    """Raises LetterNotFound."""
    letter = db.session.get(Letter, letter_id)
    if letter is None:
        raise LetterNotFound()
    return letter


def list_letters() -> Select[tuple[Letter]]:
    """Newest first; to be paged."""
    return select(Letter).order_by(Letter.id.desc())


def list_letters_in_trouble() -> Select[tuple[Letter]]:
    """Those that a person has to decide about, newest first; to be paged."""
    return select(Letter).where(IN_TROUBLE).order_by(Letter.id.desc())


def find_letter_by_key(key: str) -> Letter | None:
    return db.session.scalar(select(Letter).where(Letter.key == key))
