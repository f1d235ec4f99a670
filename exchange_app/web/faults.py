"""Telling a busy or absent database from a fault, and writing a fault down without what people typed."""

from __future__ import annotations

import sqlite3
import traceback
from collections.abc import Iterator
from enum import StrEnum

from jinja2 import UndefinedError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoFreeConnection

from exchange_app.core.broker import BrokerUnreachable


class Trouble(StrEnum):
    """Passes by itself: BUSY soon, AWAY when whatever does not answer is back."""

    BUSY = "busy"
    AWAY = "away"


# PostgreSQL: lock not available, serialization failure, deadlock, cancelled by a time limit, too many connections.
BUSY_STATES = frozenset({"55P03", "40001", "40P01", "57014", "53300"})
# The server is shutting down, was shut down, or is starting; its disk is full.
AWAY_STATES = frozenset({"57P01", "57P02", "57P03", "53100"})
SQLITE_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
SQLITE_AWAY = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL})


def trouble_of(problem: Exception) -> Trouble | None:
    """Which trouble this is; None for a fault of ours, such as a wrong statement."""
    if isinstance(problem, NoFreeConnection):
        return Trouble.BUSY
    if isinstance(problem, BrokerUnreachable):
        return Trouble.AWAY
    if not isinstance(problem, DBAPIError):
        return None
    if isinstance(problem.orig, sqlite3.Error):
        return _trouble_of_sqlite(problem.orig)
    return _trouble_of_postgresql(problem)


def _trouble_of_sqlite(error: sqlite3.Error) -> Trouble | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the family
    if code in SQLITE_BUSY:
        return Trouble.BUSY
    return Trouble.AWAY if code in SQLITE_AWAY else None


def _trouble_of_postgresql(problem: DBAPIError) -> Trouble | None:
    state = getattr(problem.orig, "sqlstate", None)
    if state in BUSY_STATES:
        return Trouble.BUSY
    lost = problem.connection_invalidated or state in AWAY_STATES or (state or "").startswith("08")
    could_not_connect = state is None and type(problem.orig).__name__ == "OperationalError"
    return Trouble.AWAY if lost or could_not_connect else None


# Their messages quote names of the program. Any other message may quote what somebody typed.
HARMLESS = (AttributeError, ImportError, NameError, UndefinedError)


def describe(fault: BaseException) -> str:
    """The traceback with the kinds of the errors, and their messages only where these are harmless."""
    return "\n".join(_described(one) for one in _chain(fault))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The fault and what it came from, the first cause first."""
    earlier = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
    if earlier is not None:
        yield from _chain(earlier)
    yield fault


def _described(fault: BaseException) -> str:
    kind = f"{type(fault).__module__}.{type(fault).__qualname__}"
    message = f": {fault}" if isinstance(fault, HARMLESS) else ""
    return "".join(traceback.format_tb(fault.__traceback__)) + kind + message
