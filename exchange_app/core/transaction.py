"""The one place that commits. Edges write ``with transaction():``; services flush and never commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import Update

from exchange_app.core.database import db, writing

_Callbacks = ContextVar[list[Callable[[], None]] | None]
_before_commit: _Callbacks = ContextVar("before_commit", default=None)
_after_commit: _Callbacks = ContextVar("after_commit", default=None)


@contextmanager
def transaction() -> Iterator[None]:
    """All of the block is stored, or none of it.

    Raises RuntimeError when a transaction is already open (an edge inside an edge), or when something was changed
    outside of one. Functions given to before_commit() are the transaction's last work, those given to on_commit() run
    after the commit, each in their order.
    """
    if writing.get():
        raise RuntimeError("transactions do not nest: the edge alone opens one")
    _check_that_nothing_was_changed()
    if db.session.get_bind().dialect.name == "sqlite":
        # What was read so far began as a reader; a writer has to begin as one or SQLite refuses it later.
        db.session.commit()
    lastly: list[Callable[[], None]] = []
    afterwards: list[Callable[[], None]] = []
    is_writing, last_work, callbacks = writing.set(True), _before_commit.set(lastly), _after_commit.set(afterwards)
    try:
        yield
        for work in lastly:
            work()
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        writing.reset(is_writing)
        _before_commit.reset(last_work)
        _after_commit.reset(callbacks)
    for follow in afterwards:
        follow()


@contextmanager
def lone_statements() -> Iterator[Callable[[Update, Mapping[str, Any]], int]]:
    """Gives a function that carries out one UPDATE, stored when it returns how many rows it met. PostgreSQL only.

    For an edge that stores hundreds of small things one after the other, each of them one statement: on a connection of
    its own, without the pool's questions, BEGIN and COMMIT, a statement is one round trip instead of four. Whatever
    takes two statements, or calls a service, needs transaction().

    The function raises RuntimeError when something was changed outside of a transaction.
    """
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:

        def change(statement: Update, values: Mapping[str, Any]) -> int:
            _check_that_nothing_was_changed()
            db.session.commit()  # what was read so far must not hold a second connection while the edge waits
            return connection.execute(statement, values).rowcount

        yield change


def _check_that_nothing_was_changed() -> None:
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("something was changed outside of a transaction")


def before_commit(work: Callable[[], None]) -> None:
    """Do ``work`` last of all in the current transaction: what locks a row that everybody needs, such as the end of the
    audit log, keeps it no longer than the commit takes, and never before another lock."""
    _add(_before_commit, work)


def on_commit(follow: Callable[[], None]) -> None:
    """Run ``follow`` once the current transaction is stored; not at all if it is not."""
    _add(_after_commit, follow)


def _add(callbacks: _Callbacks, one: Callable[[], None]) -> None:
    known = callbacks.get()
    if known is None:
        raise RuntimeError("outside of a transaction")
    known.append(one)
