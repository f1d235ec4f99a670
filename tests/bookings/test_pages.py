"""A booking's page and the lists: who sees what, what is asked next, and what it costs."""

from __future__ import annotations

from datetime import timedelta

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
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from tests.bookings.group import hand_in
from tests.builders import make_departure, make_hold, make_leader, make_package, make_user
from tests.pages import Browser, form_of, send, sign_in
from tests.statements import counted_statements


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def leader(client: FlaskClient) -> User:
    with transaction():
        user = make_leader()
    sign_in(client, user)
    return user


def departure_with(*approvers: str) -> Departure:
    return make_departure(make_package(approvals=list(approvers)), now=now())


def held_by(leader: User) -> Booking:
    with transaction():
        return make_hold(departure_with("host"), leader, now=now())


def submitted_by(leader: User, *approvers: str, departure: Departure | None = None) -> Booking:
    with transaction():
        return hand_in(departure or departure_with(*approvers), leader, pupils=10, staff=1, now=now())


def page_of(booking: Booking) -> str:
    return f"/bookings/{booking.code}"


def test_a_code_is_found_however_it_is_typed(client: FlaskClient, leader: User) -> None:
    booking = held_by(leader)
    for typed in (booking.code.lower(), spaced_code(booking.code), spaced_code(booking.code).lower()):
        answer = client.get(f"/bookings/{typed}")
        assert (answer.status_code, answer.location) == (301, page_of(booking))
    assert client.get(page_of(booking)).status_code == 200
    assert client.get("/bookings/ABCD-EFGH").status_code == 404


def test_the_contact_of_the_account_stands_filled_in(client: FlaskClient, leader: User) -> None:
    booking = held_by(leader)
    step = f"{page_of(booking)}/register/group"
    assert f'href="{step}"' in client.get(page_of(booking)).text
    assert f'value="{leader.email}"' in client.get(step).text
    page = send(client, step, contact_phone="").text
    assert "Fill this in." in page
    page = send(client, f"{page_of(booking)}/register/send").text
    assert "Fill in who can be reached about this group before you submit it." in page
    assert booking.state is BookingState.HELD
    send(client, step, contact_name="Nong Mei", contact_email="Mei@Test.Example", contact_phone="０７７１ 5550000")
    assert (booking.contact_name, booking.contact_email) == ("Nong Mei", "mei@test.example")
    assert booking.contact_phone == "07715550000"
    assert booking.state is BookingState.HELD


@pytest.mark.parametrize(
    ("approvers", "expected"),
    [
        ([], "The group is confirmed."),
        (["host"], "decides about the group."),
        (["school_head", "host"], "Your school's head decides about the group now."),
        (["education_bureau"], "The education bureau decides about the group now."),
    ],
)
def test_what_comes_next_depends_on_who_has_to_say_yes(
    client: FlaskClient, leader: User, approvers: list[str], expected: str
) -> None:
    page = client.get(page_of(submitted_by(leader, *approvers))).text
    assert expected in page
    assert "11 persons are still to be named" in page


def test_once_the_roster_was_due_the_page_says_whom_to_ask(client: FlaskClient, leader: User) -> None:
    booking = submitted_by(leader)
    with transaction():
        booking.submitted_at = now() - timedelta(days=2)
        booking.departure.roster_due_at = now() - timedelta(minutes=1)
    page = client.get(page_of(booking)).text
    assert "11 persons are not named, and the roster was due on" in page
    answer = send(client, page_of(booking), f"{page_of(booking)}/contact", contact_phone="13911112222")
    assert "The contact is kept." in answer.text  # phones change on the way


def test_a_reason_that_somebody_gave_is_shown_as_text(client: FlaskClient, leader: User) -> None:
    booking = submitted_by(leader, "host")
    with transaction():
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
        approvals.decline_booking(booking, comment="Too <b>many</b> that day", by=host, now=now())
    page = client.get(page_of(booking)).text
    assert "The host declined the group." in page
    assert "Too &lt;b&gt;many&lt;/b&gt; that day" in page
    assert "/cancel" not in page


def test_the_history_tells_who_did_what(client: FlaskClient, leader: User) -> None:
    page = client.get(page_of(submitted_by(leader, "host"))).text
    assert "Seats were held for 10 pupils and 1 staff" in page
    assert "The booking was submitted" in page
    assert leader.name in page


def test_the_host_decides_with_a_comment(client: FlaskClient) -> None:
    with transaction():
        leader = make_leader()
    booking = submitted_by(leader, "host")
    with transaction():
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
    sign_in(client, host)
    decline = f"{page_of(booking)}/decline"
    form = form_of(client.get(page_of(booking)).text, f"{page_of(booking)}/confirm")
    answer = client.post(decline, data=form)
    assert answer.status_code == 422
    assert "Give a reason; the other side reads it." in answer.text
    answer = client.post(decline, data={**form, "comment": "Fully booked"}, follow_redirects=True)
    assert "The group is declined; its leader is told why." in answer.text
    answer = client.post(f"{page_of(booking)}/confirm", data=form)
    assert answer.status_code == 422
    assert "This was answered or changed meanwhile; the page now shows how it stands." in answer.text


def test_each_role_has_its_own_pages(app: Flask) -> None:
    with transaction():
        booking = make_hold(departure_with("host"), make_leader(), now=now())
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
        office = make_user(booking.departure.package.organiser, Role.ADMINISTRATOR)
    refused = {
        booking.leader: ("/organiser/bookings", f"/organiser/departures/{booking.departure_id}/call-off"),
        host: ("/bookings", f"{page_of(booking)}/roster", f"/departures/{booking.departure_id}/register"),
        office: ("/bookings", f"{page_of(booking)}/roster", f"/departures/{booking.departure_id}/register"),
    }
    for user, addresses in refused.items():
        browser: FlaskClient = Browser(app, app.response_class)
        sign_in(browser, user)
        assert browser.get(page_of(booking)).status_code == 200
        for address in addresses:
            assert browser.get(address).status_code == 403, (user.role, address)
    visitor: FlaskClient = Browser(app, app.response_class)
    assert visitor.get(page_of(booking)).location.startswith("/sign-in")


def test_those_to_decide_come_first_on_the_desk(client: FlaskClient) -> None:
    with transaction():
        departure = departure_with("host")
        leader = make_leader()
        host = make_user(departure.package.organiser, Role.ORGANISER)
    waiting = submitted_by(leader, departure=departure)
    with transaction():
        newer = make_hold(departure, leader, pupils=5, staff=1, now=now())
    sign_in(client, host)
    page = client.get("/organiser/bookings").text
    assert page.index(waiting.code) < page.index(newer.code)
    page = client.get("/organiser/bookings?state=held").text
    assert newer.code in page
    assert waiting.code not in page
    page = client.get(f"/organiser/bookings?departure={departure.id}&state=").text
    assert newer.code in page
    assert client.get("/organiser/bookings?state=nonsense&departure=x").status_code == 200
    page = client.get(f"/organiser/departures/{departure.id}/bookings").text
    assert "2 groups" in page
    assert "15 pupils, 2 staff" in page
    assert "0 of 17 named" in page


def test_calling_off_needs_a_reason_and_happens_once(client: FlaskClient) -> None:
    with transaction():
        departure = departure_with("host")
        host = make_user(departure.package.organiser, Role.ORGANISER)
        leader = make_leader()
    submitted_by(leader, departure=departure)
    sign_in(client, host)
    address = f"/organiser/departures/{departure.id}/call-off"
    assert "One group has seats." in client.get(address).text
    page = send(client, address)
    assert page.status_code == 422
    assert "Fill this in." in page.text  # the cause
    page = send(client, address, cause="weather")
    assert "Give the reason: every school that registered reads it." in page.text
    page = send(client, address, cause="weather", **{"reason-zh_Hans": "台风"})
    assert "every group is told why" in page.text
    assert "Weather or a natural disaster" in page.text
    db.session.refresh(departure)
    assert (departure.called_off_cause, departure.called_off_reason) == (Cause.WEATHER, Translated(zh_Hans="台风"))
    assert client.get(address).status_code == 409


def test_too_few_persons_are_a_cause_below_the_minimum_only(client: FlaskClient) -> None:
    with transaction():
        departure = departure_with()
        host = make_user(departure.package.organiser, Role.ORGANISER)
        leader = make_leader()
    sign_in(client, host)
    groups, call_off = (f"/organiser/departures/{departure.id}/{page}" for page in ("bookings", "call-off"))
    page = client.get(groups).text
    assert "0 persons are handed in so far; the departure takes place from 10." in page
    assert "You may call it off for too few persons." in page
    submitted_by(leader, departure=departure)
    assert "handed in so far" not in client.get(groups).text
    page = send(client, call_off, cause="minimum", **{"reason-en": "Nobody comes"}).text
    assert "11 persons are registered, and 10 are enough: choose another cause." in page


def test_longer_lists_cost_no_more_statements(client: FlaskClient, leader: User) -> None:
    with transaction():
        departure = departure_with("host")
        host = make_user(departure.package.organiser, Role.ORGANISER)
    at_host: FlaskClient = Browser(client.application, client.application.response_class)
    sign_in(at_host, host)
    costs: dict[str, list[int]] = {}
    for count in (1, 25):
        with transaction():
            for _ in range(count):
                make_hold(departure, leader, pupils=1, staff=1, now=now())
        for browser, address in (
            (client, "/bookings"),
            (at_host, "/organiser/bookings"),
            (at_host, f"/organiser/departures/{departure.id}/bookings"),
        ):
            db.session.remove()
            with counted_statements() as sent:
                assert browser.get(address).status_code == 200
            costs.setdefault(address, []).append(len(sent))
    for address, (one, more) in costs.items():
        assert more <= one + 1, address  # the count of the pages, which a short list does not need
        assert more <= 6, address  # one counts the groups of each state
