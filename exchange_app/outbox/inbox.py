"""The letters of somebody with an account, as they find them here whatever became of them on their way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, update

from exchange_app.core.database import change_rows, db
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.models import HAS_ADDRESS, UNREAD, Letter, LetterState

SHOWN = (LetterState.SENT, LetterState.FAILED, LetterState.DOUBTFUL)


def select_inbox(user_id: int) -> Select[Letter]:
    """Newest first, as long as they are kept; to be paged."""
    own = Letter.reader_id == user_id, Letter.state.in_(SHOWN), HAS_ADDRESS
    return select(Letter).where(*own).order_by(Letter.id.desc())


def get_letter_of(letter_id: int, user_id: int) -> Letter:
    """Raises LetterNotFound, for a letter to anybody else too."""
    letter: Letter | None = db.session.scalar(select_inbox(user_id).where(Letter.id == letter_id))
    if letter is None:
        raise LetterNotFound()
    return letter


def has_unread(user_id: Any) -> ColumnElement[bool]:
    """Whether letters wait that reached the user here and nowhere else."""
    return exists().where(Letter.reader_id == user_id, UNREAD)


def mark_read(user_id: int, now: datetime, letter_ids: Collection[int] | None = None) -> None:
    """These letters of the user, or all."""
    own = Letter.reader_id == user_id, UNREAD
    these = () if letter_ids is None else (Letter.id.in_(letter_ids),)
    change_rows(update(Letter).where(*own, *these).values(read_at=now))
