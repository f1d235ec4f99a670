"""The one place that commits. Edges write ``with transaction():``; services flush and never commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from exchange_app.core.database import db, writing

_after_commit: ContextVar[list[Callable[[], None]] | None] = ContextVar("after_commit", default=None)


@contextmanager
def transaction() -> Iterator[None]:
    """All of the block is stored, or none of it.

    Raises RuntimeError when a transaction is already open (an edge inside an edge), or when something was changed
    outside of one. Functions given to on_commit() run after the commit, in their order.
    """
    if writing.get():
        raise RuntimeError("transactions do not nest: the edge alone opens one")
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("something was changed outside of a transaction")
    if db.session.get_bind().dialect.name == "sqlite":
        # What was read so far began as a reader; a writer has to begin as one or SQLite refuses it later.
        db.session.commit()
    afterwards: list[Callable[[], None]] = []
    is_writing, callbacks = writing.set(True), _after_commit.set(afterwards)
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(is_writing)
        _after_commit.reset(callbacks)
    for follow in afterwards:
        follow()


def on_commit(follow: Callable[[], None]) -> None:
    """Run ``follow`` once the current transaction is stored; not at all if it is not."""
    callbacks = _after_commit.get()
    if callbacks is None:
        raise RuntimeError("on_commit outside of a transaction")
    callbacks.append(follow)
