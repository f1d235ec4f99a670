"""The main job over HTTP, from the first click to the family's calendar, on the real application."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.codes import spaced_code
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter
from tests.builders import make_departure, make_package
from tests.pages import form_of, send
from tests.rosters.sheet import group, pasted, pupil, workbook


def register_address(departure: Departure) -> str:
    return f"/departures/{departure.id}/register"


def the_booking() -> Booking:
    booking: Booking = db.session.query(Booking).one()
    return booking


def letter_kinds() -> set[str]:
    return {letter.kind for letter in db.session.query(Letter)}


def test_a_group_of_27_is_held_named_submitted_confirmed_and_checked_by_a_guardian(
    at_school: FlaskClient, at_host: FlaskClient, at_home: FlaskClient, departure: Departure, leader: User
) -> None:
    # The leader finds the departure and holds seats with two numbers.
    assert register_address(departure) in at_school.get(f"/departures/{departure.id}").text
    page = send(at_school, register_address(departure), pupils="24", staff="3", hold="yes")
    booking = the_booking()
    address = f"/bookings/{booking.code}"
    step = f"{address}/register/roster"
    assert page.request.path == step
    assert f'data-countdown="{booking.hold_ends_at.isoformat()}"' in page.text
    assert spaced_code(booking.code) in page.text

    # The roster comes out of a spreadsheet, as the school has it.
    page = at_school.post(
        step,
        data={**form_of(page.text), "roster_file": (workbook(group(24, 3)), "名册.xlsx")},
        follow_redirects=True,
    )
    assert "27 persons were added." in page.text
    assert "27 of 27 named" in page.text

    # Everything stands there once more; one click submits.
    assert page.request.path == f"{address}/register/send"
    page = send(at_school, f"{address}/register/send")
    assert "The booking is submitted." in page.text
    assert "decides about the group" in page.text

    # The organiser sees it first on the desk, with counts and the leader's phone, and no child's name.
    desk = at_host.get("/organiser/bookings").text
    assert address in desk
    page = at_host.get(address)
    assert "27 of 27 named" in page.text
    assert leader.phone in page.text
    assert pupil(1)[1] not in page.text
    page = send(at_host, address, f"{address}/confirm", comment="Welcome!")
    assert "The group is confirmed; its leader is told." in page.text
    assert the_booking().state is BookingState.CONFIRMED
    assert "What to do next" in at_school.get(address).text
    assert letter_kinds() == {"booking_held", "booking_submitted", "approval_wanted", "booking_confirmed"}

    # A guardian needs the code and the last four digits of the phone that the school has.
    page = send(at_home, "/check", code=f" {spaced_code(booking.code).lower()} ", digits="0007")
    assert page.request.path == "/check/booking"
    assert "your group is expected" in page.text
    assert "south gate" in page.text
    assert leader.phone in page.text
    assert pupil(7)[1] not in page.text
    calendar = at_home.get("/check/booking.ics")
    assert calendar.mimetype == "text/calendar"
    assert calendar.text.count("BEGIN:VEVENT") == 2

    # The leader passes the link on; it works without any proof.
    link = re.search(r'value="http://localhost(/check/[^"]+)"', at_school.get(address).text)
    assert link is not None
    page = at_home.get(link[1])
    assert "your group is expected" in page.text
    assert at_home.get(f"{link[1]}/itinerary.ics").mimetype == "text/calendar"
    assert audit() == []


def test_with_everything_at_hand_one_form_is_enough(at_school: FlaskClient) -> None:
    with transaction():
        departure = make_departure(make_package(approvals=[]), now=now())
    rows = group(24, 3)
    page = send(
        at_school, register_address(departure), pupils="24", staff="3", roster_text=pasted(rows), register="yes"
    )
    assert page.request.path == f"/bookings/{the_booking().code}"
    assert "The group is confirmed." in page.text
    assert "The roster is complete." in page.text
    assert the_booking().state is BookingState.CONFIRMED
    assert audit() == []


def test_without_a_roster_the_names_follow_later(at_school: FlaskClient, departure: Departure) -> None:
    page = send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    assert "11 persons are still to be named" in page.text
    assert the_booking().state is BookingState.SUBMITTED


def test_rows_to_mend_keep_the_seats_held_until_they_are_mended(at_school: FlaskClient, departure: Departure) -> None:
    rows = [*group(2, 1), pupil(3, guardian_phone="139000")]
    page = send(at_school, register_address(departure), pupils="3", staff="1", roster_text=pasted(rows), register="yes")
    booking = the_booking()
    roster = f"/bookings/{booking.code}/roster"
    assert page.request.path == roster
    assert booking.state is BookingState.HELD
    assert "Row 5" in page.text  # as the spreadsheet counts, with its headings
    assert "The phone number has 6 digits; a mobile number has 11." in page.text
    assert 'value="139000"' in page.text
    mend = re.search(rf'action="({roster}/rows/(\d+))"', page.text)
    assert mend is not None

    page = send(at_school, roster, mend[1], **{f"row{mend[2]}-guardian_phone": "1390"})
    assert page.status_code == 422
    assert "The phone number has 4 digits; a mobile number has 11." in page.text
    page = send(at_school, roster, mend[1], **{f"row{mend[2]}-guardian_phone": "13900000003"})
    assert "The row is mended" in page.text
    assert "3 of 3 named" in page.text
    page = send(at_school, f"/bookings/{booking.code}/register/send")
    assert the_booking().state is BookingState.SUBMITTED


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_page_of_the_main_job_reads_in_both_languages(
    at_school: FlaskClient, at_host: FlaskClient, at_home: FlaskClient, departure: Departure, language: str
) -> None:
    send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    booking = f"/bookings/{the_booking().code}"
    pages = {
        at_school: ["/bookings", booking, f"{booking}/roster", f"{booking}/roster/add", register_address(departure)],
        at_host: [
            "/organiser/bookings",
            booking,
            f"/organiser/departures/{departure.id}/bookings",
            f"/organiser/departures/{departure.id}/call-off",
        ],
        at_home: ["/check"],
    }
    for browser, addresses in pages.items():
        with browser.session_transaction() as session:
            session["language"] = language
        for address in addresses:
            page = browser.get(address)
            assert page.status_code == 200, address
            assert f'<html lang="{language.replace("_", "-")}"' in page.text


def test_a_departure_that_is_called_off_is_told_to_everybody(
    at_school: FlaskClient, at_host: FlaskClient, at_home: FlaskClient, departure: Departure
) -> None:
    send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    booking = the_booking()
    page = send(
        at_host,
        f"/organiser/departures/{departure.id}/call-off",
        **{"cause": "weather", "reason-en": "A typhoon", "reason-zh_Hans": "台风"},
    )
    assert "The departure is called off; every group is told why." in page.text
    assert the_booking().state is BookingState.CALLED_OFF
    assert "booking_called_off" in letter_kinds()
    assert "A typhoon" in at_school.get(f"/bookings/{booking.code}").text
    page = send(at_home, "/check", code=booking.code, digits="1234")
    assert "the host called it off" in page.text
    assert "A typhoon" in page.text
    assert at_home.get("/check/booking.ics").status_code == 404
    assert audit() == []


def test_a_cancelled_booking_gives_its_seats_back_and_says_why(
    at_school: FlaskClient, at_home: FlaskClient, departure: Departure
) -> None:
    send(at_school, register_address(departure), pupils="10", staff="1", register="yes")
    booking = f"/bookings/{the_booking().code}"
    page = send(at_school, booking, f"{booking}/cancel", reason="")
    assert page.status_code == 422
    assert "Give a reason; the other side reads it." in page.text
    page = send(at_school, booking, f"{booking}/cancel", reason="Exams were moved")
    assert "its seats were given back" in page.text
    assert "Exams were moved" in page.text
    db.session.refresh(departure.pool)
    assert departure.pool.taken == 0
    page = send(at_home, "/check", code=the_booking().code, digits="1234")
    assert "the school cancelled the booking" in page.text
