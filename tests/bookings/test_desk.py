"""The host's desk with many groups: counts that filter, and deciding about several at once."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.codes import spaced_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from tests.bookings.group import hand_in, steps_of
from tests.builders import make_departure, make_leader, make_package, make_user
from tests.pages import Browser, form_of, send, sign_in
from tests.statements import counted_statements

DESK = "/organiser/bookings"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def departure(client: FlaskClient) -> Departure:
    with transaction():
        package = make_package(approvals=["host"])
        departure = make_departure(package, capacity=300, now=now())
        host = make_user(package.organiser, Role.ORGANISER)
    sign_in(client, host)
    return departure


def handed_in(departure: Departure, count: int) -> list[Booking]:
    with transaction():
        return [hand_in(departure, make_leader(), pupils=10, staff=1, now=now()) for _ in range(count)]


def named(page: str) -> list[str]:
    return re.findall(r'name="groups" value="([^"]+)"', page)


def decide(client: FlaskClient, groups: list[str], **more: str) -> str:
    page = client.get(f"{DESK}?state=submitted").text
    fields = {**form_of(page, f"{DESK}/decide?state=submitted"), "groups": groups, **more}
    return client.post(f"{DESK}/decide?state=submitted", data=fields, follow_redirects=True).text


def test_counts_filter_and_stay_in_the_address(client: FlaskClient, departure: Departure) -> None:
    bookings = handed_in(departure, 3)
    with transaction():
        host = db.session.query(User).filter_by(role=Role.ORGANISER).one()
        approvals.approve_booking(bookings[0], by=host, now=now())
    page = " ".join(client.get(DESK).text.split())
    assert "All <strong>3</strong>" in page
    assert "Waiting for approval <strong>2</strong>" in page
    confirmed = client.get(f"{DESK}?state=confirmed").text
    assert spaced_code(bookings[0].code) in confirmed
    assert spaced_code(bookings[1].code) not in confirmed
    of_departure = client.get(f"/organiser/departures/{departure.id}/bookings?state=confirmed").text
    assert spaced_code(bookings[0].code) in of_departure
    assert spaced_code(bookings[1].code) not in of_departure


def test_several_are_agreed_to_at_once_and_undone(client: FlaskClient, departure: Departure) -> None:
    bookings = handed_in(departure, 3)
    ticked = named(client.get(DESK).text)
    assert len(ticked) == 3
    page = decide(client, ticked[:2])
    assert "2 groups are decided; their leaders are told." in page
    assert [booking.state for booking in bookings] == [
        BookingState.CONFIRMED, BookingState.CONFIRMED, BookingState.SUBMITTED,
    ]  # fmt: skip
    undo = re.search(rf'action="({DESK}/take-back[^"]+)"', page)
    assert undo
    address = undo[1].replace("&amp;", "&")
    back = client.post(address, data={"csrf_token": form_of(page, undo[1].replace("&amp;", "&"))["csrf_token"]},
                       follow_redirects=True).text  # fmt: skip
    assert "2 decisions are taken back." in back
    assert {booking.state for booking in bookings} == {BookingState.SUBMITTED}
    assert steps_of(bookings[0])[-1] == "take_back"
    assert "is already" not in back


def test_what_somebody_else_decided_does_not_keep_the_others(client: FlaskClient, departure: Departure) -> None:
    first, second = handed_in(departure, 2)
    ticked = named(client.get(DESK).text)
    with transaction():
        host = db.session.query(User).filter_by(role=Role.ORGANISER).one()
        approvals.decline_booking(first, comment="Too large", by=host, now=now())
    page = decide(client, ticked)
    assert f"{spaced_code(first.code)}: This was answered or changed meanwhile" in page
    assert "One group is decided" in page
    assert (first.state, second.state) == (BookingState.DECLINED, BookingState.CONFIRMED)


def test_a_no_needs_its_reason_and_the_ticks_stay(client: FlaskClient, departure: Departure) -> None:
    bookings = handed_in(departure, 2)
    ticked = named(client.get(DESK).text)
    page = decide(client, ticked[:1], decline="y")
    assert "Give a reason; the other side reads it." in page
    assert re.search(rf'value="{re.escape(ticked[0])}" checked', page)
    assert {booking.state for booking in bookings} == {BookingState.SUBMITTED}
    decide(client, ticked[:1], decline="y", comment="The museum is closed.")
    assert [booking.state for booking in bookings].count(BookingState.DECLINED) == 1
    assert "Tick at least one group." in decide(client, [])


def test_anothers_groups_cannot_be_decided(client: FlaskClient, departure: Departure) -> None:
    handed_in(departure, 1)
    with transaction():
        theirs = hand_in(make_departure(make_package(approvals=["host"]), now=now()), make_leader(), now=now())
    assert "There is no such booking." in decide(client, [f"{theirs.code} {approvals.turn_of(theirs)}"])
    assert theirs.state is BookingState.SUBMITTED
    with transaction():
        confirmed = make_user(departure.package.organiser, Role.ADMINISTRATOR)
        approvals.approve_booking(theirs, by=confirmed, now=now())
        answer = approvals.find_last(theirs, confirmed)
    assert answer is not None
    token = form_of(client.get(DESK).text, f"{DESK}/decide")["csrf_token"]
    client.post(f"{DESK}/take-back?decided={answer.id}", data={"csrf_token": token})
    assert theirs.state is BookingState.CONFIRMED


def test_forty_groups_cost_no_more_statements(client: FlaskClient, departure: Departure) -> None:
    def opened(groups: int) -> int:
        handed_in(departure, groups)
        with counted_statements() as sent:
            assert client.get(DESK).status_code == 200
        return len(sent)

    opened(1)
    assert opened(2) == opened(10) <= 14
    assert send(client, DESK, f"{DESK}/decide", groups=None).status_code == 422
