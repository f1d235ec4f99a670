"""Rosters as files: chosen columns, a purpose, one person's address that ends, today's data, and a trace of it all."""

from __future__ import annotations

import csv
import io
import logging
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries
from exchange_app.rosters.columns import HEADINGS
from exchange_app.rosters.exports import token_hash
from exchange_app.rosters.models import Export, Participant
from exchange_app.rosters.rules import FIELDS
from tests.bookings.group import host_of
from tests.builders import make_user
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.group import NOTE, NUMBERS, child, make_group, put_in
from tests.rosters.test_pages_roster import roster_of
from tests.trips.test_emergencies import as_user

ALWAYS_SAFE = ["role", "name", "class_name", "guardian_name", "birth_date", "sex", "meal_need"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def booking(client: FlaskClient) -> Booking:
    with transaction():
        booking = make_group()
    put_in(booking, child(1), child(2, NUMBERS[1], "=cmd|' /C calc'!A0"))
    sign_in(client, booking.leader)
    return booking


def exports_of(booking: Booking) -> str:
    return f"{roster_of(booking)}/exports"


def make(client: FlaskClient, page: str, **typed: Any) -> TestResponse:
    return send(client, page, page, **{"own_purpose": "For the coach firm", **typed})


def address_in(answer: TestResponse) -> str:
    """Where the button goes that is shown once."""
    return answer.text.partition('id="made"')[2].partition('action="')[2].partition('"')[0]


def fetch(client: FlaskClient, address: str) -> TestResponse:
    return client.post(address, data=form_of(client.get("/account").text, "/sign-out"))


def cells_of(answer: TestResponse) -> list[list[str]]:
    if answer.mimetype == "text/csv":
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    sheet = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    return [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]


def test_phones_documents_and_notes_leave_only_when_they_are_chosen(client: FlaskClient, booking: Booking) -> None:
    shown = client.get(exports_of(booking)).text
    assert shown.count(" checked") == len(ALWAYS_SAFE)
    file = fetch(client, address_in(make(client, exports_of(booking), columns=ALWAYS_SAFE)))
    header, *rows = cells_of(file)
    assert header == [*(HEADINGS[field].in_language("en") for field in ALWAYS_SAFE), "导出编号 / Export no."]
    for secret in (NUMBERS[0], NOTE, *child(1)[4:6]):
        assert secret not in str(rows)
    full = fetch(client, address_in(make(client, exports_of(booking), columns=list(FIELDS), form="csv")))
    assert {NUMBERS[0], NOTE, child(1)[4]} <= set(cells_of(full)[1])
    assert "'=cmd|' /C calc'!A0" in cells_of(full)[2]


def test_what_is_missing_is_said_and_nothing_is_made(client: FlaskClient, booking: Booking) -> None:
    for typed, words in (
        ({"own_purpose": ""}, "Choose what for, or write it."),
        ({"columns": None}, "Choose at least one column."),
        ({"columns": "ethnicity"}, "no longer has one of these columns"),
    ):
        answer = make(client, exports_of(booking), **{"columns": "name", **typed})
        assert answer.status_code == 422
        assert words in answer.text
    assert db.session.query(Export).count() == 0


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_each_row_says_whose_copy_it_is_and_the_roster_takes_the_file_back(
    client: FlaskClient, booking: Booking, form: str
) -> None:
    file = fetch(client, address_in(make(client, exports_of(booking), columns=list(FIELDS), form=form)))
    (export,) = db.session.query(Export)
    assert all(row[-1].startswith(f"{export.id} · {booking.leader.name} · 20") for row in cells_of(file)[1:])
    assert file.headers["Cache-Control"] == "no-store"
    assert f"{booking.code}-{export.id}.{form}" in file.headers["Content-Disposition"]
    before = [values(person) for person in queries.list_participants(booking.id)]
    roster = roster_of(booking)
    fields = form_of(client.get(roster).text, roster)
    answer = client.post(
        roster, data={**fields, "roster_file": (io.BytesIO(file.data), f"x.{form}")}, follow_redirects=True
    )
    assert "2 were brought up to date." in answer.text
    assert "Not asked for" not in answer.text
    assert [values(person) for person in queries.list_participants(booking.id)] == before


def values(person: Participant) -> list[Any]:
    return [getattr(person, field) for field in FIELDS]


def test_the_address_is_shown_once_and_is_its_makers_alone(app: Flask, client: FlaskClient, booking: Booking) -> None:
    address = address_in(make(client, exports_of(booking), columns="name"))
    token = address.rpartition("/")[2]
    assert token not in client.get(exports_of(booking)).text
    assert token_hash(token) == db.session.query(Export.token_hash).scalar()
    page = client.get(address)
    assert "It can be downloaded 3 times more" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    with transaction():
        colleague = make_user(booking.school, Role.LEADER)
        other = make_group(booking.departure)
    for visitor in (as_user(app, colleague), as_user(app, other.leader)):
        assert visitor.get(address).status_code == 404
        assert fetch(visitor, address).status_code == 404
    assert Browser(app, app.response_class).get(address).status_code == 303
    assert fetch(client, address[:-1] + ("a" if address[-1] != "a" else "b")).status_code == 404
    with transaction():
        other.leader_id = booking.leader_id
        other.school_id = booking.school_id
    assert fetch(client, address.replace(booking.code, other.code)).status_code == 404
    assert fetch(client, address).status_code == 200
    assert db.session.query(Export.downloads).scalar() == 1


def test_it_ends_after_three_downloads_or_half_an_hour(client: FlaskClient, booking: Booking) -> None:
    used = address_in(make(client, exports_of(booking), columns="name"))
    assert [fetch(client, used).status_code for _ in range(4)] == [200, 200, 200, 404]
    assert "Make another one." in client.get(used).text
    late = address_in(make(client, exports_of(booking), columns="name"))
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert fetch(client, late).status_code == 404


def test_the_file_is_made_of_what_is_there_when_it_is_fetched(client: FlaskClient, booking: Booking) -> None:
    address = address_in(make(client, exports_of(booking), columns=list(FIELDS)))
    with transaction():
        db.session.delete(queries.list_participants(booking.id)[0])
        booking.departure.package.asks = []
    header, row = cells_of(fetch(client, address))
    assert child(2)[1] in row
    assert NUMBERS[1] not in row
    assert HEADINGS["health_note"].in_language("en") not in header


def test_all_of_it_is_written_down_and_the_head_reads_it(
    app: Flask, client: FlaskClient, booking: Booking, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        fetch(client, address_in(make(client, exports_of(booking), columns=["name", "health_note"])))
    (export,) = db.session.query(Export)
    entries = {
        entry.what: (entry.by_id, entry.subject, entry.facts)
        for entry in db.session.query(AuditEntry).filter(AuditEntry.what.in_(("exported", "export_downloaded")))
    }
    who = booking.leader_id, f"booking:{booking.code}"
    assert entries == {
        What.EXPORTED: (*who, {"export": export.id, "columns": "name health_note", "form": "xlsx"}),
        What.EXPORT_DOWNLOADED: (*who, {"export": export.id, "download": 1}),
    }
    assert b"coach firm" not in export.purpose_sealed
    for secret in (NOTE, child(1)[1], "For the coach firm"):
        assert secret not in caplog.text
    with transaction():
        head = make_user(booking.school, Role.HEAD)
    page = as_user(app, head).get(f"{roster_of(booking)}/trace").text
    for words in (booking.leader.name, "For the coach firm", "Health note"):
        assert words in page


def test_the_host_takes_the_list_of_groups_along_and_no_child(
    app: Flask, client: FlaskClient, booking: Booking
) -> None:
    with transaction():
        host = host_of(booking)
        elsewhere = make_group()
        stranger = host_of(elsewhere)
    page = f"/organiser/departures/{booking.departure_id}/exports"
    office = as_user(app, host)
    assert as_user(app, stranger).get(page).status_code == 404
    assert client.get(page).status_code == 403
    address = address_in(make(office, page, form="csv"))
    assert fetch(as_user(app, stranger), address).status_code == 404
    _, row = cells_of(fetch(office, address))
    (export,) = db.session.query(Export)
    assert row[:8] == [
        booking.code,
        booking.school.name["en"],
        booking.school.city.name["en"],
        "Confirmed",
        "3",
        "1",
        "Wei Lan",
        "13900005678",
    ]
    assert row[9:] == ["2 of 4 named", f"{export.id} · {host.name} · {row[10].rpartition(' · ')[2]}"]
    assert child(1)[1] not in str(row)
    assert [entry.subject for entry in db.session.query(AuditEntry).filter_by(by_id=host.id, what="exported")] == [
        f"departure:{booking.departure_id}"
    ]
    assert "For the coach firm" in office.get(page).text
