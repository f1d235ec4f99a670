"""The database handle and the column types that every feature's tables share."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, CursorResult, DateTime, Delete, Enum, Integer, MetaData, Update, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

# True while core.transaction holds a transaction that will write.
writing: ContextVar[bool] = ContextVar("writing", default=False)


class Model(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# A page shows what its service returned, so nothing expires when the edge commits.
db = SQLAlchemy(model_class=Model, session_options={"expire_on_commit": False})

RowId = BigInteger().with_variant(Integer, "sqlite")


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database. A naive value is a mistake and raises ValueError."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def choice(values: type[StrEnum]) -> Enum:
    """A column that holds one of an enumeration's values as text, checked by the database."""
    return Enum(
        values,
        native_enum=False,
        create_constraint=True,
        length=32,
        values_callable=lambda members: [member.value for member in members],
        name=values.__name__.lower(),
    )


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # the driver's own BEGIN comes too late to keep two writers apart
    pragmas = "busy_timeout=10000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def empty_write_ahead_log() -> None:
    """SQLite keeps pages as they were, and so what was deleted from them, in a file of its own until it is emptied.
    Outside of a transaction; a reader at work puts it off to the next time."""
    if db.engine.dialect.name == "sqlite":
        with closing(db.engine.raw_connection()) as connection:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing.get() else "BEGIN")


def engine_options(url: str) -> dict[str, Any]:
    """The options of create_engine for a database address: on PostgreSQL nobody waits for a lock longer than 3 s."""
    if not url.startswith("postgresql"):
        return {"hide_parameters": True, "connect_args": {"timeout": 10}}
    return {
        "hide_parameters": True,  # an error message must not hold what somebody typed
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
        "pool_timeout": 10,
        "connect_args": {
            "connect_timeout": 5,
            "options": "-c lock_timeout=3000 -c statement_timeout=10000 -c timezone=UTC",
        },
    }


# PostgreSQL: serialization failure, deadlock.
LOST_RACES = frozenset({"40001", "40P01"})


def lost_a_race(problem: DBAPIError) -> bool:
    """Whether the database gave this transaction up for another one: nothing of it was stored, and it may be done
    again."""
    return getattr(problem.orig, "sqlstate", None) in LOST_RACES


def cannot_wait(problem: DBAPIError) -> bool:
    """Whether somebody else holds what this transaction needs, for longer than one waits here, or won a race for it."""
    is_locked = getattr(problem.orig, "sqlstate", None) == "55P03" or "database is locked" in str(problem.orig)
    return is_locked or lost_a_race(problem)


def insert_unless_there(table: type[Model]) -> Any:
    """An INSERT that passes over rows whose unique key is taken, waiting for whoever is just taking it."""
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def change_rows(statement: Update | Delete) -> int:
    """Carry out an UPDATE or DELETE as it stands, past the session's memory; returns how many rows it met."""
    result = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(cast("CursorResult[Any]", result).rowcount)


def change_many_rows(statement: Update, values: Sequence[Mapping[str, Any]]) -> int:
    """The same with each of these values; returns how many rows were met in all."""
    return int(db.session.connection().execute(statement, [dict(one) for one in values]).rowcount)
