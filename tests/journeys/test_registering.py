"""The three steps of a registration: the time that runs out at each of them, sent twice, taken on by a colleague."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure
from exchange_app.rosters.models import Participant
from tests.bookings.group import claims_of, steps_of
from tests.builders import make_departure, make_hold, make_leader, make_package, make_user
from tests.journeys.test_main_job import letter_kinds, register_address, the_booking
from tests.journeys.test_refusals import error_beside, stored
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.sheet import group, pasted, pupil
from tests.statements import counted_statements

ROSTER = pasted(group(9, 1))
STEPS: Mapping[str, Mapping[str, str]] = {
    "group": {"pupils": "9", "staff": "1", "contact_name": "Nong Mei"},
    "roster": {"roster_text": ROSTER},
    "send": {},
}


def hold(browser: FlaskClient, departure: Departure) -> str:
    """Seats for nine pupils and a teacher; the address below which the steps are."""
    page = send(browser, register_address(departure), pupils="9", staff="1", hold="yes")
    assert page.request.path.endswith("/register/roster"), page.text
    return page.request.path.removesuffix("/roster")


def let_it_run_out(*, taken_back: bool) -> None:
    with transaction():
        the_booking().hold_ends_at = now() - timedelta(seconds=1)
    if taken_back:
        with transaction():
            assert bookings.expire_holds(now()) == 1


def take(browser: FlaskClient, steps: str, step: str, **typed: Any) -> TestResponse:
    return send(browser, f"{steps}/{step}", **{**STEPS[step], **typed})


def current_step(page: TestResponse) -> str:
    found = re.search(r'<li aria-current="step".*?<span>([^<]*)</span>', page.text, re.DOTALL)
    assert found is not None
    return found[1]


def test_each_step_says_where_one_is_and_how_long_the_seats_are_held(
    at_school: FlaskClient, departure: Departure
) -> None:
    first = at_school.get(register_address(departure))
    assert current_step(first) == "The group"
    steps = hold(at_school, departure)
    assert the_booking().has_contact
    for step, words in (("group", "The group"), ("roster", "The roster"), ("send", "Look and submit")):
        page = at_school.get(f"{steps}/{step}")
        assert current_step(page) == words
        assert re.search(r'<strong class="countdown-left">2[45] minutes left</strong>', page.text)
        assert re.search(r"until \d\d:\d\d \(Beijing time\)", page.text)
    assert "Go on with step 2: The roster" in at_school.get("/bookings").text
    page = take(at_school, steps, "roster")
    assert (page.request.path, current_step(page)) == (f"{steps}/send", "Look and submit")
    assert "10 of 10 named" in page.text
    assert "Go on with step 3" in at_school.get(f"/bookings/{the_booking().code}").text


@pytest.mark.parametrize("taken_back", [False, True])
@pytest.mark.parametrize("step", STEPS)
def test_a_hold_that_runs_out_at_a_step_is_made_again_there_and_nothing_is_lost(
    at_school: FlaskClient, departure: Departure, step: str, taken_back: bool
) -> None:
    steps = hold(at_school, departure)
    if step == "send":
        take(at_school, steps, "roster")
    let_it_run_out(taken_back=taken_back)
    before = stored()
    page = take(at_school, steps, step)
    assert page.status_code == 422
    assert "The time is up, and the seats may go to others now." in page.text
    for name, text in STEPS[step].items():
        assert form_of(page.text)[name].strip() == text.strip()
    assert stored() == before

    page = take(at_school, steps, step, again="yes")
    assert page.status_code == 200
    booking = the_booking()
    assert booking.state is (BookingState.SUBMITTED if step == "send" else BookingState.HELD)
    assert booking.named == (0 if step == "group" else 10)
    assert steps_of(booking).count("hold") == 2
    assert set(claims_of(booking).values()) == {10}
    assert step == "send" or booking.hold_ends_at > now() + timedelta(minutes=20)
    assert audit() == []


def test_seats_that_went_to_others_are_not_held_again(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(capacity=10, now=now())
    steps = hold(at_school, departure)
    take(at_school, steps, "roster")
    let_it_run_out(taken_back=False)
    with transaction():
        make_hold(departure, make_leader(), pupils=9, staff=1, now=now())
    before = stored()
    page = take(at_school, steps, "send", again="yes")
    assert page.status_code == 422
    assert "This departure is full." in page.text
    assert f"{register_address(departure)}?pupils=9&amp;staff=1" in page.text  # to the waiting list
    assert stored() == before
    assert db.session.query(Participant).count() == 10


def test_held_again_for_fewer_and_never_for_fewer_than_are_named(at_school: FlaskClient, departure: Departure) -> None:
    steps = hold(at_school, departure)
    take(at_school, steps, "roster", roster_text=pasted(group(5, 1)))
    let_it_run_out(taken_back=True)
    page = take(at_school, steps, "group", pupils="4", again="yes")
    assert "The roster names 5 pupils and 1 accompanying adults." in error_beside(page, "pupils")
    take(at_school, steps, "group", pupils="5", again="yes")
    assert set(claims_of(the_booking()).values()) == {6}
    assert audit() == []


def test_pressed_twice_it_is_held_again_once_and_submitted_once(at_school: FlaskClient, departure: Departure) -> None:
    steps = hold(at_school, departure)
    let_it_run_out(taken_back=True)
    fields = {**form_of(at_school.get(f"{steps}/send").text), "again": "yes"}
    places = [at_school.post(f"{steps}/send", data=fields).location for _ in range(2)]
    assert places == [f"/bookings/{the_booking().code}"] * 2
    assert (steps_of(the_booking()).count("hold"), steps_of(the_booking()).count("submit")) == (2, 1)
    assert at_school.get(f"{steps}/group").location == f"/bookings/{the_booking().code}"
    assert "booking_submitted" in letter_kinds()


def test_registration_that_is_over_holds_nothing_again(at_school: FlaskClient, departure: Departure) -> None:
    steps = hold(at_school, departure)
    let_it_run_out(taken_back=True)
    with transaction():
        departure.closes_at = now() - timedelta(minutes=1)
    page = take(at_school, steps, "send", again="yes")
    assert page.status_code == 422
    assert "Registration for this departure is over." in page.text
    assert 'name="again"' not in page.text
    assert the_booking().state is BookingState.EXPIRED


def test_a_colleague_of_the_school_goes_on(
    app: Flask, at_school: FlaskClient, departure: Departure, leader: User
) -> None:
    steps = hold(at_school, departure)
    with transaction():
        colleague = make_user(leader.organisation, Role.LEADER)
    beside: FlaskClient = Browser(app, app.response_class)
    sign_in(beside, colleague)
    take(beside, steps, "roster")
    page = take(beside, steps, "send")
    assert "The booking is submitted." in page.text
    assert (the_booking().named, the_booking().leader_id) == (10, leader.id)


def test_rows_to_mend_come_before_the_last_look(at_school: FlaskClient, departure: Departure) -> None:
    steps = hold(at_school, departure)
    page = take(at_school, steps, "roster", roster_text=pasted([*group(2, 1), pupil(3, guardian_phone="139000")]))
    assert page.request.path == f"/bookings/{the_booking().code}/roster"
    assert current_step(page) == "The roster"
    assert "One row of your roster has to be mended." in at_school.get(f"{steps}/roster").text
    page = take(at_school, steps, "roster", roster_text="")
    assert page.status_code == 422
    assert error_beside(page, "roster_file") == "Choose a file, or paste the cells below."


def test_a_full_departure_leads_to_the_waiting_list_in_the_same_way(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(make_package(), capacity=10, now=now())
        make_hold(departure, make_leader(), pupils=9, staff=1, now=now())
    page = at_school.get(register_address(departure))
    assert current_step(page) == "The group"
    assert "Accept the seats" in page.text
    page = send(at_school, register_address(departure), pupils="9", staff="1", queue="1")
    assert page.request.path == f"/bookings/{the_waiting().code}"
    assert current_step(page) == "Wait for seats"


def the_waiting() -> Booking:
    booking: Booking = db.session.query(Booking).filter_by(state=BookingState.WAITING).one()
    return booking


def test_everything_in_one_request_costs_what_it_cost(at_school: FlaskClient, departure: Departure) -> None:
    fields = {**form_of(at_school.get(register_address(departure)).text), "pupils": "9", "staff": "1"}
    with counted_statements() as sent:
        answer = at_school.post(register_address(departure), data={**fields, "roster_text": ROSTER, "register": "yes"})
    assert answer.location == f"/bookings/{the_booking().code}"
    assert len(sent) <= 15, sent
