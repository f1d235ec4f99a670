"""Checking a booking without an account: who gets in, what they see, and how little everybody else learns."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.bookings import service as bookings
from exchange_app.bookings.links import check_path
from exchange_app.bookings.models import Booking, Follower
from exchange_app.bookings.service import Contact
from exchange_app.core.clock import now
from exchange_app.core.codes import new_code, spaced_code
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Channel, Letter
from exchange_app.rosters import service
from exchange_app.rosters.reading import read_pasted
from tests.builders import make_departure, make_hold, make_leader, make_package
from tests.outbox.letters import letters
from tests.pages import Browser, form_of, send, speak
from tests.rosters.sheet import group, pasted, pupil
from tests.statements import counted_statements

NO_MATCH = "The code and the digits do not belong together."


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    browser = Browser(app, app.response_class)
    speak(browser, "en")
    return browser


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Confirmed, with a roster of four."""
    with transaction():
        package = make_package(days=3, approvals=[])
        booking = make_hold(make_departure(package, now=now()), make_leader(), pupils=3, staff=1, now=now())
        leader = booking.leader
        contact = Contact("Wei Lan", "wei.lan@test.example", "0771-5505678")
        bookings.set_contact(booking, contact, by=leader, now=now())
        reading = read_pasted(pasted(group(3, 1)), frozenset(), today=now().date())
        service.import_roster(booking, reading, by=leader, now=now())
        bookings.submit_booking(booking, by=leader, now=now())
    return booking


@pytest.mark.parametrize("digits", ["0002", "5678", "０００２"])
def test_a_guardians_and_the_contacts_digits_open_it(client: FlaskClient, booking: Booking, digits: str) -> None:
    page = send(client, "/check", code=spaced_code(booking.code), digits=digits)
    assert page.request.path == "/check/booking"
    assert page.request.query_string == b""
    assert "your group is expected" in page.text
    assert 'href="tel:0771-5505678"' in page.text
    assert "Day 3" in page.text
    assert "A water bottle" in page.text
    for person in group(3, 0):
        assert person[1] not in page.text  # no names of children
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_wrong_digits_and_an_unknown_code_look_the_same(client: FlaskClient, booking: Booking) -> None:
    wrong = send(client, "/check", code=booking.code, digits="9999")
    unknown = send(client, "/check", code=new_code(), digits="0002")
    assert wrong.status_code == unknown.status_code == 422
    assert NO_MATCH in wrong.text
    assert NO_MATCH in unknown.text
    assert client.get("/check/booking").location == "/check"


def test_wrong_digits_and_an_unknown_code_cost_the_same_work(client: FlaskClient, booking: Booking) -> None:
    costs = []
    for code in (booking.code, new_code()):
        fields = {**form_of(client.get("/check").text), "code": code, "digits": "9999"}
        with counted_statements() as sent:
            client.post("/check", data=fields)
        costs.append(len(sent))
    assert costs[0] == costs[1]


def test_the_second_phone_of_a_child_opens_nothing(client: FlaskClient, booking: Booking) -> None:
    assert NO_MATCH in send(client, "/check", code=booking.code, digits=pupil(2)[5][-4:]).text


def test_a_mistyped_code_is_said_to_be_mistyped(client: FlaskClient, booking: Booking) -> None:
    last = booking.code[-1]
    typed = booking.code[:-1] + ("2" if last != "2" else "3")
    page = send(client, "/check", code=typed, digits="0002")
    assert page.status_code == 422
    assert "This code has a typing error." in page.text
    assert f'value="{typed}"' in page.text
    page = send(client, "/check", code=booking.code, digits="12")
    assert "Write the last four digits of the phone number." in page.text


def test_the_proof_lasts_half_an_hour(client: FlaskClient, booking: Booking) -> None:
    send(client, "/check", code=booking.code, digits="0002")
    with time_machine.travel(now() + timedelta(minutes=29)):
        assert client.get("/check/booking").status_code == 200
        assert client.get("/check/booking.ics").status_code == 200
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert client.get("/check/booking").location == "/check"
        assert client.get("/check/booking.ics").location == "/check"


def test_guessing_a_code_is_stopped_from_wherever_it_comes(client: FlaskClient, booking: Booking) -> None:
    for guess in range(5):
        page = send_from(client, f"203.0.113.{guess}", code=booking.code, digits=f"90{guess:02}")
        assert page == 422
    assert send_from(client, "203.0.113.200", code=booking.code, digits="0002") == 429
    assert send_from(client, "203.0.113.200", code=new_code(), digits="0002") == 422


def test_guessing_from_one_address_is_stopped(client: FlaskClient) -> None:
    for _ in range(30):
        assert send_from(client, "203.0.113.7", code=new_code(), digits="0002") == 422
    fields = {**form_of(client.get("/check").text), "code": new_code(), "digits": "0002"}
    page = client.post("/check", data=fields, environ_base={"REMOTE_ADDR": "203.0.113.7"})
    assert page.status_code == 429
    assert "There were too many attempts from here." in page.text


def test_those_who_know_are_not_slowed_down(client: FlaskClient, booking: Booking) -> None:
    for _ in range(12):
        assert send_from(client, "203.0.113.9", code=booking.code, digits="0002") == 303


def send_from(client: FlaskClient, address: str, **typed: str) -> int:
    fields = {**form_of(client.get("/check").text), **typed}
    return client.post("/check", data=fields, environ_base={"REMOTE_ADDR": address}).status_code


def test_the_link_of_a_letter_needs_nothing_else(client: FlaskClient, booking: Booking) -> None:
    page = client.get(check_path(booking))
    assert page.status_code == 200
    assert "your group is expected" in page.text
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in page.headers["X-Robots-Tag"]
    calendar = client.get(f"{check_path(booking)}/itinerary.ics")
    assert calendar.text.count("BEGIN:VEVENT") == 3
    assert pupil(1)[1] not in calendar.text


def test_a_copy_for_the_way_needs_nothing_from_the_site(client: FlaskClient, booking: Booking) -> None:
    copy = client.get(f"{check_path(booking)}/copy.html")
    assert "attachment" in copy.headers["Content-Disposition"]
    assert f"tel:{booking.contact_phone}" in copy.text
    assert copy.text.count("<h3>") == 3
    assert re.findall(r"src=|<script|<link|<use", copy.text) == []
    assert check_path(booking) not in copy.text
    assert pupil(1)[1] not in copy.text


@pytest.mark.parametrize("end", ["", "/itinerary.ics", "/copy.html"])
def test_a_link_that_was_altered_or_made_up_is_not_found(client: FlaskClient, booking: Booking, end: str) -> None:
    signature = check_path(booking).rpartition("/")[2]
    altered = signature[:-1] + ("0" if signature[-1] != "0" else "1")
    for code, signed in ((booking.code, altered), (new_code(), signature), (booking.code, "é")):
        page = client.get(f"/check/{code}/{signed}{end}")
        assert page.status_code == 404
        assert "There is no such booking." in page.text


def test_nothing_uncertain_goes_into_a_calendar(client: FlaskClient) -> None:
    with transaction():
        package = make_package(approvals=["host"])
        booking = make_hold(make_departure(package, now=now()), make_leader(), now=now())
    page = client.get(check_path(booking))
    assert "The school is still filling in this booking." in page.text
    assert "itinerary.ics" not in page.text
    assert client.get(f"{check_path(booking)}/itinerary.ics").status_code == 404
    assert client.get(f"{check_path(booking)}/copy.html").status_code == 404


def test_a_longer_itinerary_costs_no_more(client: FlaskClient) -> None:
    costs = []
    for days in (1, 7):
        with transaction():
            departure = make_departure(make_package(days=days), now=now())
            booking = make_hold(departure, make_leader(), now=now())
        with counted_statements() as sent:
            assert client.get(check_path(booking)).status_code == 200
        costs.append(len(sent))
    assert costs == [3, 3]  # the booking, its stops, its history


# ------------------------------------------------------------------------------------------------------ word by letter


def test_a_family_leaves_its_address_and_takes_it_away_again(client: FlaskClient, booking: Booking) -> None:
    send(client, "/check", code=booking.code, digits="0002")
    page = send(client, "/check/booking", "/check/booking/letters", email="Mother@Home.example", follow="1")
    assert "You get word by letter." in page.text
    assert [letter.address for letter in letters() if letter.kind == "family_following"] == ["mother@home.example"]
    page = send(client, "/check/booking", "/check/booking/letters", email="mother@home.example", stop="1")
    assert "No more letters go to this address." in page.text
    assert db.session.query(Follower).all() == []


def test_the_link_of_a_letter_leads_to_the_same_form(client: FlaskClient, booking: Booking) -> None:
    page = send(client, check_path(booking), f"{check_path(booking)}/letters", email="m@home.example", follow="1")
    assert page.request.path == check_path(booking)
    assert "You get word by letter." in page.text


def test_an_address_with_a_slip_is_kept_and_said_to_be_wrong(client: FlaskClient, booking: Booking) -> None:
    send(client, "/check", code=booking.code, digits="0002")
    page = send(client, "/check/booking", "/check/booking/letters", email="mother@", follow="1")
    assert page.status_code == 422
    assert 'value="mother@"' in page.text
    assert letters_to_families() == []


def test_where_there_is_a_gateway_word_comes_by_text_message(app: Flask, client: FlaskClient, booking: Booking) -> None:
    form = f"{check_path(booking)}/letters"
    assert send(client, check_path(booking), form, email="139 0000 5678", follow="1").status_code == 422
    app.config["TEXT_GATEWAY"] = object()
    page = send(client, check_path(booking), form, email="139 0000 5678", follow="1")
    assert "You get word by letter." in page.text
    following = db.session.scalars(select(Letter).where(Letter.kind == "family_following")).one()
    assert (following.channel, following.address) == (Channel.TEXT, "13900005678")
    page = send(client, check_path(booking), form, email="13900005678", stop="1")
    assert "No more letters go to this address." in page.text


def test_nobody_leaves_an_address_without_having_proved_anything(client: FlaskClient, booking: Booking) -> None:
    fields = form_of(client.get("/check").text)
    answer = client.post("/check/booking/letters", data={**fields, "email": "m@home.example", "follow": "1"})
    assert answer.location == "/check"
    path = f"/check/{booking.code}/{'0' * 32}/letters"
    assert client.post(path, data={**fields, "email": "m@home.example", "follow": "1"}).status_code == 404
    assert letters_to_families() == []


def letters_to_families() -> list[str]:
    return [letter.kind for letter in letters() if letter.kind.startswith("family_")]
