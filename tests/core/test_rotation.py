"""Everything is sealed with another key while others write: nothing is forgotten, nothing overwritten, nothing lost."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, insert, select, update

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.core.database import Model, change_rows, db
from exchange_app.core.rotation import count_values, find_portion, needs_another_key, reseal_rows, sealed_tables
from exchange_app.core.sealing import KeyRing, SealBroken, keys, new_uid, sealed_context, use_keys
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter, seal_for
from exchange_app.rosters import queries
from exchange_app.rosters.models import Participant
from launcher.settings import ROOT
from tests.builders import NOW
from tests.rosters.group import NOTE, NUMBERS, child, make_group, put_in
from tests.settings import environment, key

FIRST, BOTH, SECOND = f"1:{key(1)}", f"1:{key(1)},2:{key(7)}", f"2:{key(7)}"


def ring(field_keys: str, in_use: int | None = None) -> KeyRing:
    return KeyRing(field_keys, key(2), in_use)


@pytest.fixture
def _other_keys() -> Iterator[None]:
    """Whoever comes after this test finds the keys of its settings again."""
    before = keys()
    yield
    use_keys(before)


pytestmark = pytest.mark.usefixtures("app", "_other_keys")


def opened() -> Counter[str]:
    """Every sealed value of the database, opened with the keys at hand."""
    texts: Counter[str] = Counter()
    db.session.rollback()
    for sealed in sealed_tables():
        for row in db.session.execute(select(sealed.table.c.uid, *sealed.columns.values())):
            for name, value in zip(sealed.names, row[1:], strict=True):
                if value is not None:
                    texts[keys().open(value, sealed_context(sealed.table.name, name, row.uid))] += 1
    return texts


def numbers() -> Counter[int]:
    db.session.rollback()
    return sum(count_values().values(), Counter())


def rotate(app: Flask) -> Any:
    db.session.rollback()
    return app.test_cli_runner().invoke(args=["keys", "rotate"])


def write_letters(count: int) -> None:
    """As statements write them that know no object."""
    rows = []
    for number in range(count):
        uid = new_uid()
        moments = {"written_at": NOW, "due_at": NOW, "next_look_at": NOW}
        sealed = {"address_sealed": seal_for(uid, "address", f"{number}@test.example")}
        names = {"key": f"letter:{number}", "kind": "booking_held", "subject_id": 1, "language": "en", "facts": {}}
        rows.append({"uid": uid, **names, **moments, **sealed})
    with transaction():
        db.session.execute(insert(Letter), rows)


PUBLIC = {  # bytes that are no secret, and about nobody
    ("passkeys", "credential_id"),
    ("passkeys", "public_key"),
    ("agreement_papers", "content"),
    ("notice_files", "content"),
    ("visit_files", "content"),
}


def test_every_sealed_column_is_found() -> None:
    columns = {
        (table.name, column.name)
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary) or column.name.endswith("_sealed")
    } - PUBLIC
    assert {(sealed.table.name, f"{name}_sealed") for sealed in sealed_tables() for name in sealed.names} == columns
    assert ("letters", "message_sealed") in columns


def test_afterwards_the_new_key_alone_opens_everything(app: Flask) -> None:
    with transaction():
        booking = make_group()
    put_in(booking, child(1), child(2, NUMBERS[1]), child(3, "1"))
    write_letters(250)
    before = opened()
    assert {NOTE, NUMBERS[0], "249@test.example"} <= set(before)
    use_keys(ring(BOTH))
    answer = rotate(app)
    assert answer.exit_code == 0, answer.output
    assert f"{sum(before.values())} values sealed anew with key 2." in answer.output
    assert "No value needs another key any more." in answer.output
    use_keys(ring(SECOND))
    assert opened() == before
    assert queries.find_holder(booking.id, queries.list_participants(booking.id)[0].document_hash or "") is not None
    (entry,) = db.session.query(AuditEntry).filter_by(what=What.KEYS_ROTATED)
    assert entry.facts == {"key": 2, "values": sum(before.values())}
    again = rotate(app)
    assert (again.exit_code, "0 values sealed anew" in again.output) == (0, True)
    assert db.session.query(AuditEntry).filter_by(what=What.KEYS_ROTATED).count() == 1


def test_a_value_that_was_changed_after_it_was_read_stays(app: Flask) -> None:
    """By somebody with the new key, and by a process that was not restarted yet and has the old one."""
    with transaction():
        booking = make_group()
    put_in(booking, child(1), child(2, NUMBERS[1]), child(3, NUMBERS[2]))
    old = ring(BOTH, in_use=1)
    use_keys(ring(BOTH))
    (sealed,) = [one for one in sealed_tables() if one.table.name == "participants"]
    rows = find_portion(sealed, "")
    first, second, third = queries.list_participants(booking.id)
    with transaction():
        first.health_note = "Asthma"
        late = old.seal("Bees", sealed_context("participants", "health_note", second.uid))
        change_rows(update(Participant).where(Participant.id == second.id).values(health_note_sealed=late))
    with transaction():
        resealed = reseal_rows(sealed, rows)
    assert resealed.values == sum(value is not None for row in rows for value in row[1:] if row.uid == third.uid)
    db.session.expire_all()
    assert [one.health_note for one in queries.list_participants(booking.id)] == ["Asthma", "Bees", NOTE]
    assert rotate(app).exit_code == 0
    use_keys(ring(SECOND))
    assert [one.health_note for one in queries.list_participants(booking.id)] == ["Asthma", "Bees", NOTE]


def test_writers_and_a_rotation_at_the_same_time(app: Flask) -> None:
    with transaction():
        booking = make_group()
    put_in(booking, child(1), child(2, NUMBERS[1]), child(3, NUMBERS[2]))
    write_letters(600)
    rings = [ring(BOTH, in_use=1), ring(BOTH)]
    use_keys(rings[1])
    people = [(person.id, person.uid) for person in queries.list_participants(booking.id)]
    written: dict[int, str] = {}
    stop = threading.Event()

    def write() -> None:
        count = 0
        while not stop.is_set():
            count += 1
            number, uid = people[count % 3]
            note = f"note {count}"
            value = rings[count % 2].seal(note, sealed_context("participants", "health_note", uid))
            with app.app_context(), transaction():
                change_rows(update(Participant).where(Participant.id == number).values(health_note_sealed=value))
            written[number] = note
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(3):
            rotate(app)
    finally:
        stop.set()
        writer.join()
    assert len(written) == 3
    assert rotate(app).exit_code == 0
    use_keys(ring(SECOND))
    db.session.rollback()
    db.session.expire_all()
    assert {one.id: one.health_note for one in queries.list_participants(booking.id)} == written
    assert opened()["599@test.example"] == 1


def test_killed_in_the_middle_it_is_begun_again(app: Flask, database_url: str) -> None:
    write_letters(6000)
    before = opened()
    use_keys(ring(BOTH))
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "keys", "rotate"],
        cwd=ROOT,
        env=environment(DATABASE_URL=database_url, FIELD_KEYS=BOTH),
        stdout=subprocess.DEVNULL,
    )
    is_new = Letter.address_sealed > bytes([2])
    while process.poll() is None and not db.session.scalar(select(Letter.id).where(is_new).limit(1)):
        db.session.rollback()
        time.sleep(0.005)
    process.kill()
    process.wait()
    killed = numbers()
    assert killed[1] > 0
    assert killed[2] > 0
    assert opened() == before
    assert rotate(app).exit_code == 0
    use_keys(ring(SECOND))
    assert opened() == before


def test_what_does_not_open_is_said_and_stops_nothing_else(app: Flask) -> None:
    with transaction():
        booking = make_group()
    put_in(booking, child(1))
    with transaction():
        change_rows(update(Participant).values(meal_need_sealed=bytes([1]) + b"damaged and much too short to be right"))
    use_keys(ring(BOTH))
    answer = rotate(app)
    assert answer.exit_code == 1
    assert "1 values are still sealed with key 1; keep it, and begin again." in answer.output
    assert "Some do not open" in answer.output
    assert queries.list_participants(booking.id)[0].health_note == NOTE
    (sealed,) = [one for one in sealed_tables() if one.table.name == "participants"]
    assert [needs_another_key(row) for row in find_portion(sealed, "")] == [True]


def test_a_process_that_was_not_restarted_opens_nothing_of_a_key_it_does_not_know() -> None:
    """Why the new key is made known everywhere before it seals."""
    unaware, aware = ring(FIRST), ring(BOTH, in_use=1)
    assert unaware.open(aware.seal("x", "c"), "c") == "x"
    with pytest.raises(SealBroken):
        unaware.open(ring(BOTH).seal("x", "c"), "c")


def test_the_status_counts_by_table_and_a_further_key_is_fit(app: Flask) -> None:
    write_letters(3)
    runner = app.test_cli_runner()
    assert "letters: 3 with key 1" in runner.invoke(args=["keys", "status"]).output
    entry = runner.invoke(args=["keys", "new"]).output.strip()
    assert ring(f"{FIRST},{entry}").in_use == 2
