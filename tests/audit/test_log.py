"""Whoever alters the log, with nothing but the database at hand, is noticed."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from exchange_app.audit.models import AuditEnds, AuditEntry
from exchange_app.audit.queries import check_log, find_end
from exchange_app.audit.rules import What
from exchange_app.audit.service import forget_entries, record
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import NOW, make_city, make_organisation, make_user
from tests.pages import sign_in


def write(count: int = 1, what: What = What.SIGN_IN_REFUSED) -> None:
    for number in range(count):
        with transaction():
            record(what, by_id=None, now=NOW + timedelta(days=number), subject="booking:ABCD2345", facts={"n": number})


def alter(statement: object) -> None:
    with transaction():
        db.session.execute(statement)  # type: ignore[call-overload]
    db.session.expire_all()


def test_a_log_that_nobody_altered_is_whole(app: Flask) -> None:
    assert check_log().is_whole
    write(3)
    check = check_log()
    assert (check.is_whole, check.first, check.last) == (True, 1, 3)
    assert check.end == find_end()


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {"n": 7}},
        {"what": "signed_in"},
        {"subject": None},
        {"at": NOW},
        {"link": "0" * 64},
    ],
)
def test_an_altered_entry_is_named(app: Flask, change: dict[str, object]) -> None:
    write(4)
    alter(update(AuditEntry).where(AuditEntry.number == 3).values(change))
    assert check_log().first_wrong == 3


def test_a_missing_entry_is_named(app: Flask) -> None:
    write(4)
    alter(delete(AuditEntry).where(AuditEntry.number == 2))
    assert check_log().first_wrong == 2


def test_an_end_that_was_cut_off_is_noticed(app: Flask) -> None:
    write(4)
    third = db.session.scalar(select(AuditEntry.link).where(AuditEntry.number == 3))
    alter(delete(AuditEntry).where(AuditEntry.number == 4))
    assert not check_log().is_whole
    alter(update(AuditEnds).values(last=3, link=third))
    assert not check_log().is_whole


def test_a_whole_log_of_former_times_is_noticed_by_a_noted_end(app: Flask) -> None:
    write(2)
    former = {
        column.name: getattr(db.session.scalars(select(AuditEnds)).one(), column.name)
        for column in AuditEnds.__table__.columns
    }
    write(2)
    end = check_log()
    alter(delete(AuditEntry).where(AuditEntry.number > 2))
    alter(update(AuditEnds).values(former))
    assert check_log().is_whole
    assert check_log((end.last, end.link)).first_wrong == 3


def test_what_is_not_stored_is_not_written_down(app: Flask) -> None:
    def fail() -> None:
        with transaction():
            record(What.SIGNED_IN, by_id=None, now=NOW)
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_what_is_old_enough_goes_and_the_rest_is_whole(app: Flask) -> None:
    write(5)
    app.config["AUDIT_KEPT_DAYS"] = 10
    with transaction():
        assert forget_entries(NOW + timedelta(days=12)) == 3
    check = check_log()
    assert (check.is_whole, check.first, check.last) == (True, 4, 6)
    with transaction():
        assert forget_entries(NOW + timedelta(days=12)) == 0
    write()
    assert check_log().is_whole


def test_many_who_write_at_once_follow_each_other(app: Flask) -> None:
    def many() -> None:
        with app.app_context():
            write(10)
            db.session.remove()

    writers = [threading.Thread(target=many) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    check = check_log()
    assert (check.is_whole, check.last) == (True, 40)


def test_the_command_says_what_is_wrong(app: Flask) -> None:
    write(2)
    run = app.test_cli_runner().invoke
    whole = run(args=["audit", "verify"])
    assert (whole.exit_code, find_end() in whole.output) == (0, True)
    assert run(args=["audit", "verify", "--noted", find_end()]).exit_code == 0
    alter(update(AuditEntry).where(AuditEntry.number == 1).values(by_id=None, facts={}))
    broken = run(args=["audit", "verify"])
    assert broken.exit_code == 1
    assert "Entry 1" in broken.output


def test_the_page_says_so_too(app: Flask) -> None:
    with transaction():
        administrator = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    client = app.test_client()
    sign_in(client, administrator)
    write(2)
    assert "none altered" in client.get("/administrator/audit?check=1").text
    alter(update(AuditEntry).where(AuditEntry.number == 2).values(facts={}))
    assert "Entry 2 is missing or was altered." in client.get("/administrator/audit?check=1").text
