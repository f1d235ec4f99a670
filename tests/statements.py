"""Counts the SQL statements of a piece of work, so that a test can promise that a longer list costs no more."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from exchange_app.core.database import db


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """The statements that the block sends, in their order."""
    sent: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):  # SQLite's own, sent by core.database
            sent.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)
