"""The yearly audit: counts and the log, in a file that any program opens and in which nothing is calculated."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.retention.service import carry_out
from exchange_app.retention.workbook import write_workbook
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.rules import Sheet
from tests.builders import NOW, make_user
from tests.pages import Browser, send, sign_in
from tests.retention.group import DOCUMENTS, live_through, make_trip, midnight, run

PAGE = "/administrator/audit/export"
CHILDREN = ("覃小甲", "韦小乙", "李老丙", "13900010001")


@pytest.fixture
def booking(app: Flask) -> Booking:
    booking = make_trip()
    live_through(booking)
    return booking


@pytest.fixture
def client(app: Flask, booking: Booking) -> FlaskClient:
    with transaction():
        administrator = make_user(booking.departure.package.organiser, Role.ADMINISTRATOR, name="=1+1")
    with time_machine.travel(NOW + timedelta(days=290), tick=False):
        visitor = Browser(app, app.response_class)
        sign_in(visitor, administrator)
    return visitor


def sheets(content: bytes) -> dict[str, list[list[str]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_year_in_numbers_without_a_childs_name(client: FlaskClient, booking: Booking) -> None:
    with transaction():
        disclose(booking, Sheet.NAMES, purpose="=HYPERLINK(1)", by=booking.leader, now=NOW)
    run(midnight(booking, 30))
    with time_machine.travel(NOW + timedelta(days=290), tick=False):
        answer = send(client, PAGE, year="2027")
    found = sheets(answer.data)
    assert len(found) == 4
    summary = {row[0]: row[1] for row in found["Summary"] if row[0]}
    assert summary["Took place"] == "1"
    assert summary["Pupils of groups that travel or travelled"] == "3"
    assert summary["Agreed"] == "2"
    assert summary["names on the host's day sheet"] == "1"
    assert summary["Whole and unaltered"] == "Yes"
    assert summary["Document numbers, health notes, meal needs, rows not mended"] == "4"
    log = found["Audit log"]
    assert log[0][0] == "Number"
    assert any("kept=documents" in row[6] for row in log[1:])
    purposes = [row[5] for row in found["Looked at in full"][1:]]
    assert "=HYPERLINK(1)" in purposes
    everything = str(found)
    assert not any(word in everything for word in (*CHILDREN, *DOCUMENTS))
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.AUDIT_EXPORTED)).one()
    assert entry.facts == {"year": 2027}


def test_another_year_has_nothing_of_it(client: FlaskClient, booking: Booking) -> None:
    with time_machine.travel(NOW + timedelta(days=290), tick=False):
        found = sheets(send(client, PAGE, year="2026").data)
        refused = send(client, PAGE, year="soon")
    assert [len(found[name]) for name in list(found)[1:]] == [1, 1, 1]
    assert (refused.status_code, "Write a whole number" in refused.text) == (422, True)


def test_every_cell_is_text_whatever_stands_in_it() -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\tx", "a\x00b\x0bc", "<&>", " space ", "𠮷·Gvangjsih", "x" * 40_000, "0123"]
    content = write_workbook([("One & <two>", [["Heading"], *[[cell] for cell in cells]])]).getvalue()
    sheet = load_workbook(BytesIO(content)).worksheets[0]
    read = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert read == ["=1+1", "+1", "-1", "@x", "\tx", "abc", "<&>", " space ", "𠮷·Gvangjsih", "x" * 32_767, "0123"]
    assert {row[0].data_type for row in sheet.iter_rows(min_row=2)} <= {"s", "inlineStr"}
    assert sheet.title == "One & <two>"
    assert all(row[0].quotePrefix and row[0].number_format == "@" for row in sheet.iter_rows(min_row=2))


def test_the_page_of_retention_says_what_went_what_will_go_and_whether_it_runs(
    client: FlaskClient, booking: Booking
) -> None:
    page = "/administrator/retention"
    with time_machine.travel(NOW + timedelta(days=290), tick=False):
        assert "The job has not run yet" in client.get(page).text
    with time_machine.travel(midnight(booking, 20), tick=False):
        with transaction():
            carry_out(midnight(booking, 20))
        visitor = Browser(client.application, client.application.response_class)
        sign_in(visitor, make_administrator(booking))
        soon = visitor.get(page).text
        assert "The job last ran on" in soon
        assert booking.school.name["en"] in soon
        assert "Document numbers" in soon
        assert not any(word in soon for word in (*CHILDREN, *DOCUMENTS))
    with time_machine.travel(midnight(booking, 22) + timedelta(minutes=1), tick=False):
        visitor = Browser(client.application, client.application.response_class)
        sign_in(visitor, make_administrator(booking))
        assert "is not deleted. Is the worker at work?" in visitor.get(page).text
        run(midnight(booking, 30))
        assert "What, and how much of it" in visitor.get(page).text


def make_administrator(booking: Booking) -> User:
    with transaction():
        return make_user(booking.departure.package.organiser, Role.ADMINISTRATOR)
