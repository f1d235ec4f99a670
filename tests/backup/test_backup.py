"""A backup brings back everything, on either engine, or is refused before anything is changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import Text, cast, select, text

from exchange_app.audit.models import AuditEnds, AuditEntry
from exchange_app.audit.queries import check_log
from exchange_app.audit.rules import What
from exchange_app.backup import service
from exchange_app.backup.errors import BackupDamaged, OtherKeys, OtherRevision
from exchange_app.backup.rules import is_json
from exchange_app.backup.sealed_file import SealedWriter, read_key, read_sealed
from exchange_app.backup.tables import list_tables
from exchange_app.bookings.audit import list_misclaims
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.sealing import KeyRing, use_keys
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.factory import create_app
from exchange_app.outbox import pausing
from exchange_app.outbox.models import LetterState, Outlet
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.partners.models import City
from exchange_app.rosters.models import Participant
from tests.builders import NOW, make_city, make_departure, make_leader, make_registered
from tests.conftest import ENGINES
from tests.demo.conftest import LOADED_AT
from tests.outbox.conftest import CONTACT
from tests.outbox.letters import deliver, letters, write
from tests.settings import environment, key, make_settings

KEY = read_key(key(3))
CHANGED_BY_RESTORING = {Outlet.__tablename__, AuditEntry.__tablename__, AuditEnds.__tablename__}


def nothing(_more: int, _of: int) -> None:
    """Nobody looks how far it is."""


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, JSON as the text that is kept."""
    with db.engine.connect() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(
                        select(*(cast(column, Text) if is_json(column) else column for column in table.columns))
                    )
                ),
                key=repr,
            )
            for table in list_tables()
        }


def flask(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["backup", *words], input=typed)


@contextmanager
def application(url: str) -> Iterator[Flask]:
    app = create_app(make_settings(DATABASE_URL=url))
    app.testing = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_registered(make_departure(), make_leader(), CONTACT)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "all.backup"


@pytest.mark.parametrize("engine", ENGINES)
def test_the_whole_demo_comes_back_on_either_engine(
    loaded_app: Flask, engine: str, file: Path, request: pytest.FixtureRequest
) -> None:
    with loaded_app.app_context():
        before = rows()
        assert sum(map(len, before.values())) > 2000
        made = flask(loaded_app, "create", str(file))
        assert made.exit_code == 0, made.output
    url = request.getfixturevalue("sqlite_url" if engine == "sqlite" else "postgres_url")
    with application(url) as elsewhere, time_machine.travel(LOADED_AT):
        restored = flask(elsewhere, "restore", str(file))
        assert restored.exit_code == 0, restored.output
        assert "Audit log: whole." in restored.output
        assert "Seats: 0 differences." in restored.output
        after = rows()
        for table, kept in before.items():
            assert table in CHANGED_BY_RESTORING or after[table] == kept, table
        assert {row[:-1] for row in before[Outlet.__tablename__]} <= {row[:-1] for row in after[Outlet.__tablename__]}
        assert set(before[AuditEntry.__tablename__]) <= set(after[AuditEntry.__tablename__])
        told = [entry.what for entry in db.session.query(AuditEntry).order_by(AuditEntry.number)]
        assert told[-2:] == [What.LETTERS_PAUSED, What.BACKUP_RESTORED]
        assert check_log().is_whole
        assert (audit(), list_misclaims()) == ([], [])
        assert all(person.name for person in db.session.query(Participant))
        with transaction():
            make_city()  # takes a number that no row has
        assert_letters_wait()


def assert_letters_wait() -> None:
    waiting = [letter.id for letter in letters() if letter.state is LetterState.PENDING]
    assert deliver(Mailbox(), LOADED_AT) == 0
    assert [letter.id for letter in letters() if letter.state is LetterState.PENDING] == waiting
    with transaction():
        pausing.resume(None, LOADED_AT)
    assert deliver(Mailbox(), LOADED_AT) > 0


def test_it_holds_what_was_there_at_one_moment(app: Flask, booking: Booking, file: Path) -> None:
    """While it is made, others go on working."""
    seen = []

    def meanwhile(_more: int, _of: int) -> None:
        if not seen:
            with transaction():
                seen.append(make_city().id)

    service.make_backup(file, KEY, NOW, meanwhile)
    assert db.session.get(City, seen[0]) is not None
    with transaction():
        service.restore_backup(file, KEY, NOW, nothing, is_replacing=True)
    db.session.expire_all()
    assert db.session.get(City, seen[0]) is None


def test_what_is_no_whole_backup_is_refused_and_changes_nothing(app: Flask, booking: Booking, file: Path) -> None:
    service.make_backup(file, KEY, NOW, nothing)
    whole, before = file.read_bytes(), rows()
    middle = len(whole) // 2
    bad = {
        "cut short": whole[:-1],
        "cut in half": whole[:middle],
        "its head alone": whole[:60],
        "altered": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "altered at its end": whole[:-1] + bytes([whole[-1] ^ 1]),
        "longer": whole + b"\0",
        "another program's": b"PGDMP" + whole,
        "empty": b"",
    }
    for what, content in bad.items():
        file.write_bytes(content)
        for command in (["check"], ["restore", "--replace", "--yes"]):
            refused = flask(app, command[0], str(file), *command[1:])
            assert refused.exit_code == 1, what
            assert "not whole" in refused.output or "no backup of this program" in refused.output, what
    assert rows() == before


def test_a_line_of_it_that_was_exchanged_is_noticed_too(app: Flask, booking: Booking, file: Path) -> None:
    """By somebody who has the key; and what was restored until then is taken back."""
    service.make_backup(file, KEY, NOW, nothing)
    before = rows()
    with file.open("rb") as opened:
        lines = list(read_sealed(opened, KEY))
    at = next(number for number, line in enumerate(lines) if b'"user' in line and line.startswith(b"["))
    file.unlink()
    with file.open("wb") as opened:
        writer = SealedWriter(opened, KEY)
        for line in [*lines[:at], lines[at].replace(b"User", b"Loser"), *lines[at + 1 :]]:
            writer.write(line + b"\n")
        writer.close()
    with pytest.raises(BackupDamaged):
        service.check_backup(file, KEY, nothing)
    with pytest.raises(BackupDamaged), transaction():
        service.restore_backup(file, KEY, NOW, nothing, is_replacing=True)
    assert rows() == before


def test_other_keys_and_revisions_are_told_apart(
    app: Flask, booking: Booking, file: Path, database_url: str, tmp_path: Path
) -> None:
    header = service.make_backup(file, KEY, NOW, nothing)
    app.config["BACKUP_KEY"] = key(9)
    refused = flask(app, "restore", str(file), "--replace", "--yes")
    assert "BACKUP_KEY is not the key that this backup was made with." in refused.output
    app.config["BACKUP_KEY"] = "short"
    assert "BACKUP_KEY is not set" in flask(app, "create", str(tmp_path / "other")).output
    connection = db.session.connection()
    with pytest.raises(OtherRevision):
        service.check_fit(replace(header, revision="0001"), connection)
    keys = environment()
    for field_keys, index_key in ((f"1:{key(8)}", keys["INDEX_KEY"]), (keys["FIELD_KEYS"], key(8))):
        use_keys(KeyRing(field_keys, index_key))
        with pytest.raises(OtherKeys):
            service.check_fit(header, connection)
    use_keys(KeyRing(keys["FIELD_KEYS"], keys["INDEX_KEY"]))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    db.session.commit()
    app.config["BACKUP_KEY"] = key(3)
    assert "db upgrade` first" in flask(app, "restore", str(file)).output


def test_a_database_with_data_is_replaced_only_when_somebody_says_so(app: Flask, booking: Booking, file: Path) -> None:
    assert flask(app, "create", str(file)).exit_code == 0
    assert "There is a file of that name already" in flask(app, "create", str(file)).output
    with transaction():
        later = make_city().id
    assert "With --replace they are deleted first." in flask(app, "restore", str(file)).output
    assert flask(app, "restore", str(file), "--replace", typed="n\n").exit_code == 1
    db.session.rollback()
    assert db.session.get(City, later, populate_existing=True) is not None
    assert flask(app, "restore", str(file), "--replace", typed="y\n").exit_code == 0
    db.session.rollback()
    assert db.session.get(City, later, populate_existing=True) is None


def test_letters_that_were_due_before_the_restore_can_be_left_out(app: Flask, booking: Booking, file: Path) -> None:
    write(booking, "soon@test.example", due_at=NOW)
    with transaction():
        pausing.pause(None, NOW - timedelta(days=1))  # which ended after the backup was made
    service.make_backup(file, KEY, NOW, nothing)
    with transaction():
        service.restore_backup(file, KEY, NOW, nothing, is_replacing=True)
    write(booking, "new@test.example", due_at=NOW + timedelta(days=1))
    stopped = app.test_cli_runner().invoke(args=["outbox", "resume", "--without-overdue"])
    assert "2 that were due before the pause never will" in stopped.output
    assert {letter.state for letter in letters() if letter.due_at <= NOW} == {LetterState.SKIPPED}
    assert [letter.address for letter in letters() if letter.state is LetterState.PENDING] == ["new@test.example"]
