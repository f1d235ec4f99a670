"""Making a backup, looking whether one is whole, and taking one back."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.backup import tables
from exchange_app.backup.errors import (
    BackupDamaged,
    BackupThere,
    DatabaseNotEmpty,
    NoSuchBackup,
    NotMigrated,
    OtherKeys,
    OtherRevision,
)
from exchange_app.backup.rules import FORMAT, Header
from exchange_app.backup.sealed_file import SealedWriter, read_sealed
from exchange_app.core.database import db
from exchange_app.core.sealing import SealBroken, keys
from exchange_app.outbox import pausing

CONTEXT = "backup.header"
Progress = Callable[[int, int], object]  # so many rows more, of so many in all


def make_backup(file: Path, key: bytes, now: datetime, progress: Progress) -> Header:
    """Everything as it is at one moment. The file has its name only once it is whole. Raises BackupThere,
    NotMigrated."""
    if file.exists():
        raise BackupThere()
    with tables.one_moment() as connection, _appearing_whole(file) as draft:
        header = _header(connection, now)
        writer = SealedWriter(draft, key)
        writer.write(header.line())
        for table in tables.list_tables():
            for line in tables.lines_of(connection, table):
                writer.write(line)
            progress(header.rows[table.name], sum(header.rows.values()))
        writer.close()
    return header


def note_backup(header: Header, now: datetime) -> None:
    audit.record(What.BACKUP_MADE, by_id=None, now=now, facts={"rows": sum(header.rows.values())})


def _header(connection: Connection, now: datetime) -> Header:
    revision = _current_revision(connection)
    sealed = base64.b64encode(keys().seal(revision, CONTEXT)).decode("ascii")
    fingerprint = keys().fingerprint(revision, CONTEXT)
    return Header(FORMAT, revision, now.isoformat(), tables.count_rows(connection), sealed, fingerprint)


def _current_revision(connection: Connection) -> str:
    revision = tables.find_revision(connection)
    if revision is None or revision != tables.revision_of_program():
        raise NotMigrated()
    return revision


@contextmanager
def _appearing_whole(file: Path) -> Iterator[BinaryIO]:
    """Readable by its owner alone; whatever goes wrong, there is no half file."""
    draft = file.with_name(f"{file.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def check_backup(file: Path, key: bytes, progress: Progress) -> Header:
    """Read all of it. Raises NoSuchBackup, NoBackup, WrongBackupKey, BackupDamaged."""
    with _opened(file) as opened:
        lines = read_sealed(opened, key)
        header = _read_header(lines)
        for rows in tables.all_rows(lines):
            count = sum(1 for _ in rows)
            if count != header.rows.get(rows.table.name):
                raise BackupDamaged()
            progress(count, sum(header.rows.values()))
    return header


def restore_backup(file: Path, key: bytes, now: datetime, progress: Progress, *, is_replacing: bool = False) -> None:
    """Put everything back, all or nothing; letters are paused then. Whether the file is whole was checked before.

    Raises OtherRevision, NotMigrated, OtherKeys, DatabaseNotEmpty, and what check_backup raises."""
    connection = db.session.connection()
    with _opened(file) as opened:
        lines = read_sealed(opened, key)
        header = _read_header(lines)
        check_fit(header, connection)
        _make_room(connection, is_replacing)
        for rows in tables.all_rows(lines):
            for stored in tables.fill(connection, rows):
                progress(stored, sum(header.rows.values()))
    tables.continue_numbers(connection)
    if tables.count_rows(connection) != header.rows:
        raise BackupDamaged()
    pausing.begin_pause(None, now)  # one that was in the backup may have ended since
    audit.record(What.BACKUP_RESTORED, by_id=None, now=now, facts={"rows": sum(header.rows.values())})


def check_fit(header: Header, connection: Connection) -> None:
    """Whether the database and the keys are those that the backup needs. Raises NotMigrated, OtherRevision,
    OtherKeys."""
    revision = _current_revision(connection)
    if header.revision != revision:
        raise OtherRevision(backup=header.revision, database=revision)
    try:
        opened = keys().open(base64.b64decode(header.sealed), CONTEXT)
    except SealBroken:
        raise OtherKeys() from None
    if opened != header.revision or keys().fingerprint(header.revision, CONTEXT) != header.fingerprint:
        raise OtherKeys()


def _make_room(connection: Connection, is_replacing: bool) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(tables.NO_TIME_LIMIT)
    there = sum(tables.count_rows(connection).values())
    if there and not is_replacing:
        raise DatabaseNotEmpty(rows=there)
    if there:
        tables.empty_all(connection)


def _read_header(lines: Iterator[bytes]) -> Header:
    try:
        header = Header(**json.loads(next(lines)))
    except (StopIteration, ValueError, TypeError):
        raise BackupDamaged() from None
    if header.format != FORMAT:
        raise BackupDamaged()
    return header


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        opened = file.open("rb")
    except OSError:
        raise NoSuchBackup() from None
    with opened:
        yield opened
