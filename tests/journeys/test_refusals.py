"""What is refused on the way: the sentence stands beside the field, what was typed is kept, and nothing has changed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure, Pool
from tests.builders import make_departure, make_hold, make_leader
from tests.journeys.test_main_job import register_address, the_booking
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.sheet import group, pasted, pupil

TYPED = {
    "contact_name": "Wei Lan <wei>",
    "contact_email": "wei.lan@test.example",
    "contact_phone": "139 0000 5678",
    "roster_text": pasted([pupil(1)]),
}


def stored() -> Mapping[str, int]:
    """How many rows each table has, and how many seats departures gave; the pools agree with the claims."""
    assert audit() == []
    counts = {
        name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in db.metadata.tables.items()
    }
    return {**counts, "seats": db.session.scalar(select(func.sum(Pool.taken)).join(Departure)) or 0}


def error_beside(page: TestResponse, field: str) -> str:
    """The refusal that stands below a field."""
    _, found, rest = page.text.partition(f'id="{field}-error">')
    assert found, f"nothing is wrong with {field}"
    return unescape(rest.partition("</div>")[0].removeprefix("<div>"))


def assert_typed_is_kept(page: TestResponse, **typed: str) -> None:
    kept = form_of(page.text)
    for name, text in {**TYPED, **typed}.items():
        assert kept[name].strip() == text.strip(), name


def test_too_few_adults(at_school: FlaskClient, departure: Departure) -> None:
    before = stored()
    page = send(at_school, register_address(departure), pupils="24", staff="2", register="yes", **TYPED)
    assert page.status_code == 422
    assert error_beside(page, "staff") == "One more adult is needed for 4 pupils: an adult may accompany 10."
    assert_typed_is_kept(page, pupils="24", staff="2")
    assert stored() == before


def test_nobody_and_nonsense(at_school: FlaskClient, departure: Departure) -> None:
    before = stored()
    page = send(at_school, register_address(departure), pupils="0", staff="一个", hold="yes", **TYPED)
    assert page.status_code == 422
    assert error_beside(page, "staff") == "Write a whole number in digits, such as 24."
    assert_typed_is_kept(page, pupils="0", staff="一个")
    page = send(at_school, register_address(departure), pupils="0", staff="1", hold="yes", **TYPED)
    assert error_beside(page, "pupils") == "Say how many pupils come: at least one."
    assert stored() == before


def test_everything_that_is_wrong_is_said_at_once(at_school: FlaskClient, departure: Departure) -> None:
    before = stored()
    wrong = {"contact_email": "nowhere", "contact_phone": "", "roster_text": "only\tnonsense\nhere\tbelow"}
    page = send(at_school, register_address(departure), pupils="24", staff="2", register="yes", **TYPED | wrong)
    assert page.status_code == 422
    assert "One more adult is needed" in error_beside(page, "staff")
    assert "Write an e-mail address" in error_beside(page, "contact_email")
    assert error_beside(page, "contact_phone") == "Fill this in."
    assert "The pasted cells have 2 columns, the template has 6." in error_beside(page, "roster_text")
    assert_typed_is_kept(page, pupils="24", staff="2", **wrong)
    assert stored() == before


def test_too_many_seats(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(capacity=20, now=now())
    before = stored()
    for button in ("hold", "register"):
        page = send(at_school, register_address(departure), pupils="30", staff="3", **TYPED | {button: "yes"})
        assert page.status_code == 422
        assert error_beside(page, "pupils") == "You asked for 33 seats; only 20 are left."
        assert_typed_is_kept(page, pupils="30", staff="3")
    assert stored() == before


def test_the_last_seats_went_while_the_form_was_open(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(capacity=20, now=now())
    address = register_address(departure)
    fields = form_of(at_school.get(address).text)
    with transaction():
        make_hold(departure, make_leader(), pupils=18, staff=2, now=now())
    before = stored()
    page = at_school.post(address, data={**fields, **TYPED, "pupils": "9", "staff": "1", "register": "yes"})
    assert page.status_code == 422
    assert error_beside(page, "pupils") == "This departure is full."
    assert_typed_is_kept(page, pupils="9", staff="1")
    assert stored() == before


def test_seats_of_a_hold_that_ran_out_are_had_at_once(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(capacity=20, now=now())
        make_hold(departure, make_leader(), pupils=18, staff=2, now=now() - timedelta(hours=2))
    page = send(at_school, register_address(departure), pupils="18", staff="2", hold="yes")
    assert "20 seats are held for you" in page.text
    assert stored()["seats"] == 20


def test_registration_closed_while_the_form_was_open(at_school: FlaskClient, departure: Departure) -> None:
    address = register_address(departure)
    fields = form_of(at_school.get(address).text)
    with transaction():
        departures.close_departure(departure)
    before = stored()
    page = at_school.post(address, data={**fields, **TYPED, "pupils": "10", "staff": "1", "register": "yes"})
    assert page.status_code == 409
    assert "Registration for this departure is over." in page.text
    assert_typed_is_kept(page, pupils="10", staff="1")
    assert stored() == before
    page = at_school.get(address)
    assert page.status_code == 409
    assert "Registration for this departure is over." in page.text


def test_registration_that_has_not_opened(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(now=now() + timedelta(days=11))
    page = at_school.get(register_address(departure))
    assert page.status_code == 409
    assert "Registration for this departure has not opened yet." in page.text


def test_a_file_that_is_no_roster(at_school: FlaskClient, departure: Departure) -> None:
    address = register_address(departure)
    fields = form_of(at_school.get(address).text)
    before = stored()
    typed = {**TYPED, "roster_text": "", "pupils": "10", "staff": "1", "register": "yes"}
    page = at_school.post(
        address, data={**fields, **typed, "roster_file": (BytesIO(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "roster.png")}
    )
    assert page.status_code == 422
    assert "is no spreadsheet. Choose an .xlsx, .xls, .ods or .csv file." in error_beside(page, "roster_file")
    assert "Choose the file again" in page.text
    assert_typed_is_kept(page, roster_text="", pupils="10", staff="1")
    assert stored() == before


@pytest.mark.parametrize("button", ["hold", "register"])
def test_the_same_form_again_answers_with_the_same_booking(
    at_school: FlaskClient, departure: Departure, button: str
) -> None:
    address = register_address(departure)
    fields = {**form_of(at_school.get(address).text), "pupils": "10", "staff": "1", button: "yes"}
    first = at_school.post(address, data=fields)
    after_first = stored()
    with transaction():
        departures.close_departure(departure)
    again = at_school.post(address, data=fields)
    assert (first.status_code, again.status_code) == (303, 303)
    place = f"/bookings/{the_booking().code}" + ("/register/roster" if button == "hold" else "")
    assert again.location == first.location == place
    assert stored() == after_first


def test_the_same_form_twice_at_the_same_moment_makes_one_booking(
    app: Flask, at_school: FlaskClient, departure: Departure
) -> None:
    address = register_address(departure)
    form = form_of(at_school.get(address).text)
    fields = {**form, "pupils": "9", "staff": "1", "roster_text": pasted(group(9, 1)), "register": "yes"}
    cookie = at_school.get_cookie("session")
    assert cookie is not None
    db.session.rollback()  # the test's own look must not stand in the way

    def post(_: int) -> Any:
        browser = app.test_client()
        browser.set_cookie("session", cookie.value)
        return browser.post(address, data=fields).location

    with ThreadPoolExecutor(max_workers=6) as at_once:
        places = set(at_once.map(post, range(6)))
    assert places == {f"/bookings/{the_booking().code}"}
    assert stored()["participants"] == 10
    assert stored()["seats"] == 10


def test_a_hold_that_ran_out_says_so_and_leads_back_with_the_numbers(
    at_school: FlaskClient, departure: Departure
) -> None:
    send(at_school, register_address(departure), pupils="24", staff="3", hold="yes")
    booking = the_booking()
    address = f"/bookings/{booking.code}"
    with transaction():
        booking.hold_ends_at = now() - timedelta(seconds=1)
    before = stored()
    page = send(at_school, f"{address}/register/send")
    assert page.status_code == 422
    assert "ran out and its seats were given back" in page.text
    assert the_booking().state is BookingState.HELD  # its seats are taken back by whoever wants them first
    assert stored() == before
    again = f"{register_address(departure)}?pupils=24&amp;staff=3"
    assert again in at_school.get(address).text
    form = form_of(at_school.get(unescape(again)).text)
    assert (form["pupils"], form["staff"]) == ("24", "3")


def test_a_roster_of_a_hold_that_ran_out_is_not_taken(at_school: FlaskClient, departure: Departure) -> None:
    send(at_school, register_address(departure), pupils="24", staff="3", hold="yes")
    booking = the_booking()
    address = f"/bookings/{booking.code}/roster"
    fields = form_of(at_school.get(address).text, address)
    with transaction():
        booking.hold_ends_at = now() - timedelta(seconds=1)
    before = stored()
    page = at_school.post(address, data={**fields, "roster_text": TYPED["roster_text"]})
    assert page.status_code == 422
    assert "ran out and its seats were given back" in page.text
    assert stored() == before


def test_another_schools_booking_is_not_found(app: Flask, at_school: FlaskClient, departure: Departure) -> None:
    send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    booking = f"/bookings/{the_booking().code}"
    with transaction():
        stranger = make_leader()
    elsewhere: FlaskClient = Browser(app, app.response_class)
    sign_in(elsewhere, stranger)
    token = form_of(elsewhere.get(register_address(departure)).text)["csrf_token"]
    before = stored()
    steps = ("register/group", "register/roster", "register/send")
    pages = ("roster", "roster/template", "roster/add", *steps)
    for address in (booking, *(f"{booking}/{page}" for page in pages)):
        page = elsewhere.get(address)
        assert (page.status_code, "There is no such booking." in page.text) == (404, True), address
    for address in ("contact", "cancel", "roster", "roster/rows/1", "roster/rows/1/drop", "roster/1/remove", *steps):
        typed = {**TYPED, "reason": "mine", "csrf_token": token, "pupils": "5", "staff": "1"}
        page = elsewhere.post(f"{booking}/{address}", data=typed)
        assert page.status_code == 404, address
    assert stored() == before
    assert the_booking().code not in elsewhere.get("/bookings").text


def test_another_hosts_groups_are_not_found(
    app: Flask, at_school: FlaskClient, departure: Departure, organiser: User
) -> None:
    send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    with transaction():
        strange = make_departure(now=now())
        booking = make_hold(strange, make_leader(), now=now())
    at_host: FlaskClient = Browser(app, app.response_class)
    sign_in(at_host, organiser)
    token = form_of(at_host.get("/account").text, "/account")["csrf_token"]
    for address in (f"/bookings/{booking.code}", f"/organiser/departures/{strange.id}/bookings"):
        assert at_host.get(address).status_code == 404
    for step in ("confirm", "decline"):
        page = at_host.post(f"/bookings/{booking.code}/{step}", data={"comment": "no", "csrf_token": token})
        assert page.status_code == 404
    assert at_host.get(f"/organiser/departures/{strange.id}/call-off").status_code == 404
    assert booking.code not in at_host.get("/organiser/bookings").text
    assert (
        db.session.query(Booking).filter_by(state=BookingState.SUBMITTED).one().code
        in at_host.get("/organiser/bookings").text
    )
