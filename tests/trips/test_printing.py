"""What goes onto paper: badges that tell a stranger whom to call and no more, and the itinerary."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.transaction import transaction
from exchange_app.trips import arrangements
from exchange_app.trips.rules import PlaceKind
from tests.builders import make_leader
from tests.trips.group import make_trip, pupils_of
from tests.trips.test_emergencies import as_user


def test_a_badge_says_who_belongs_where_and_whom_to_call(app: Flask) -> None:
    booking = make_trip()
    child = pupils_of(booking)[0]
    with transaction():
        arrangements.add_places(booking, PlaceKind.COACH, count=1, capacity=9, sex=None)
        arrangements.propose_arrangement(booking, PlaceKind.COACH, said={})
    page = as_user(app, booking.leader).get(f"/bookings/{booking.code}/badges").text
    assert page.count('class="badge-card"') == 8
    assert page.count("· Coach 1") == 8
    for told in (child.name, child.class_name, booking.contact_phone):
        assert told in page
    assert child.guardian_phone not in page


def test_a_badge_without_a_name_names_no_child(app: Flask) -> None:
    booking = make_trip()
    page = as_user(app, booking.leader).get(f"/bookings/{booking.code}/badges?names=without").text
    assert page.count('class="badge-card"') == 8
    for child in pupils_of(booking):
        assert child.name not in page
        assert child.class_name not in page


def test_another_school_prints_nothing_of_it(app: Flask) -> None:
    booking = make_trip()
    with transaction():
        stranger = make_leader()
    client: FlaskClient = as_user(app, stranger)
    assert client.get(f"/bookings/{booking.code}/badges").status_code == 404
    assert client.get(f"/bookings/{booking.code}/itinerary").status_code == 404


def test_the_itinerary_has_every_day_and_whom_to_call(app: Flask) -> None:
    booking = make_trip()
    page = as_user(app, booking.leader).get(f"/bookings/{booking.code}/itinerary").text
    assert page.count('class="sheet-day"') == 2
    assert booking.contact_phone in page
    assert "south gate" in page
