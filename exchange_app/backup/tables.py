"""The rows of every table: read as they are at one moment, and written back into empty tables."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Column, Connection, MetaData, Table, Text, cast, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from exchange_app.backup.errors import BackupDamaged
from exchange_app.backup.rules import as_line, is_json, readers_of, writers_of
from exchange_app.core.database import db

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
PORTION = 1000
NO_TIME_LIMIT = text("SET LOCAL statement_timeout = 0")


def list_tables() -> Sequence[Table]:
    """What rows refer to comes before them."""
    return list(db.metadata.sorted_tables)


@contextmanager
def one_moment() -> Iterator[Connection]:
    """A connection that sees everything as it is now, whatever others do meanwhile."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            connection.execute(NO_TIME_LIMIT)
        yield connection


def revision_of_program() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def find_revision(connection: Connection) -> str | None:
    """Which migration the database is at."""
    try:
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision
    except SQLAlchemyError:
        connection.rollback()
        return None


def count_rows(connection: Connection) -> dict[str, int]:
    return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in list_tables()}


def lines_of(connection: Connection, table: Table) -> Iterator[bytes]:
    """What the backup says about one table: its name and columns, every row, then how many they were and a digest."""
    columns = [column.name for column in table.columns]
    yield as_line({"table": table.name, "columns": columns})
    digest, count, writers = hashlib.sha256(), 0, writers_of(table)
    found = connection.execution_options(yield_per=PORTION).execute(
        select(*map(_as_written, table.columns)).order_by(*table.primary_key)
    )
    for row in found:
        line = as_line([write(value) for write, value in zip(writers, row, strict=True)])
        digest.update(line)
        count += 1
        yield line
    yield as_line({"rows": count, "digest": digest.hexdigest()})


def _as_written(column: Column[Any]) -> Any:
    return cast(column, Text) if is_json(column) else column


class Rows:
    """The rows of one table in a backup, to be gone through once; complains unless they are as they were written."""

    def __init__(self, table: Table, columns: Sequence[str], lines: Iterator[bytes]) -> None:
        if columns != [column.name for column in table.columns]:
            raise BackupDamaged()
        self.table = table
        self._lines = lines

    def __iter__(self) -> Iterator[list[Any]]:
        """Raises BackupDamaged."""
        digest = hashlib.sha256()
        for count, line in enumerate(self._lines):
            content = json.loads(line)
            if isinstance(content, dict):
                if content != {"rows": count, "digest": digest.hexdigest()}:
                    raise BackupDamaged()
                return
            digest.update(line + b"\n")
            yield content
        raise BackupDamaged()


def all_rows(lines: Iterator[bytes]) -> Iterator[Rows]:
    """Table after table, each to be gone through before the next. Raises BackupDamaged unless all are there."""
    for table in list_tables():
        begin = json.loads(next(lines, b"{}"))
        if begin.get("table") != table.name:
            raise BackupDamaged()
        yield Rows(table, begin["columns"], lines)
    if next(lines, None) is not None:
        raise BackupDamaged()


def fill(connection: Connection, rows: Rows) -> Iterator[int]:
    """Store the rows; tells how many with each portion."""
    into = _with_null_as_none(rows.table)
    names, readers = [column.name for column in into.columns], readers_of(rows.table)
    for portion in _portions(rows):
        values = [{name: read(value) for name, read, value in zip(names, readers, row, strict=True)} for row in portion]
        connection.execute(insert(into), values)
        yield len(values)


def _portions(rows: Iterable[list[Any]]) -> Iterator[list[list[Any]]]:
    portion: list[list[Any]] = []
    for row in rows:
        portion.append(row)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _with_null_as_none(table: Table) -> Table:
    """The table with plain JSON columns, for which None means that there is no value; defaults have no say."""
    columns: list[Column[Any]] = [
        Column(column.name, JSON(none_as_null=True) if is_json(column) else column.type) for column in table.columns
    ]
    return Table(table.name, MetaData(), *columns)


def empty_all(connection: Connection) -> None:
    names = [connection.dialect.identifier_preparer.format_table(table) for table in list_tables()]
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"TRUNCATE {', '.join(names)}"))
        return
    for name in reversed(names):
        connection.execute(text(f"DELETE FROM {name}"))


def continue_numbers(connection: Connection) -> None:
    """The next row of each table gets the number after the highest; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in list_tables():
        number = table.autoincrement_column
        if number is not None and connection.scalar(select(_sequence(table, number))):
            highest = select(func.max(number)).scalar_subquery()
            connection.execute(
                select(func.setval(_sequence(table, number), func.coalesce(highest, 1), highest.is_not(None)))
            )


def _sequence(table: Table, number: Column[Any]) -> Any:
    return func.pg_get_serial_sequence(table.name, number.name)
