"""The host's sheet, certificates, and what is answered afterwards: counts, and no more than may be known."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as some

from exchange_app.bookings.links import check_path
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.rosters.models import Disclosure
from exchange_app.rosters.rules import Sheet
from exchange_app.trips import arrangements
from exchange_app.trips.models import Reply
from exchange_app.trips.rules import FEWEST_SHOWN, MARKS, PlaceKind, Question, hide_few
from tests.bookings.group import host_of
from tests.builders import make_leader
from tests.pages import Browser, send, sign_in, speak
from tests.statements import counted_statements
from tests.trips.group import make_trip, pupils_of
from tests.trips.test_emergencies import as_user

MEALS_ASKED = [{"field": "meal_need", "reason": {"en": "For lunch"}}]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


def day_sheet(booking: Booking) -> str:
    return f"/organiser/departures/{booking.departure_id}/day-sheet"


def test_the_host_sees_counts_and_names_only_where_it_says_why(app: Flask, client: FlaskClient) -> None:
    booking, other = make_trip(asks=MEALS_ASKED), make_trip()
    child = pupils_of(booking)[0]
    with transaction():
        child.meal_need = "no pork"
        arrangements.add_places(booking, PlaceKind.COACH, count=1, capacity=9, sex=None)
        arrangements.propose_arrangement(booking, PlaceKind.COACH, said={})
        host, other_host = host_of(booking), host_of(other)
    office = as_user(app, host)
    page = office.get(day_sheet(booking)).text
    assert "6 pupils, 2 staff" in page
    assert "no pork × 1" in page
    assert "for 8 persons" in page
    assert booking.contact_phone in page
    assert child.name not in page
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    refused = office.post(day_sheet(booking), data={"csrf_token": token}, follow_redirects=True)
    assert "needs no names" in refused.text
    assert child.name not in refused.text
    notes = f"/organiser/departures/{booking.departure_id}/trip/notes"
    send(office, notes, **{"names_reason-en": "The border area lets in named persons alone."})
    shown = send(office, day_sheet(booking), day_sheet(booking)).text
    assert child.name in shown
    assert child.guardian_phone not in shown
    assert child.name not in office.get(day_sheet(booking)).text
    (kept,) = db.session.query(Disclosure)
    assert (kept.sheet, kept.by_id) == (Sheet.NAMES, host.id)
    sign_in(client, booking.leader)
    assert "The border area lets in named persons alone." in client.get(f"/bookings/{booking.code}/trip").text
    assert "The border area" in client.get(f"/bookings/{booking.code}/emergency").text
    for path in ("day-sheet", "trip", "survey"):
        address = f"/organiser/departures/{booking.departure_id}/{path}"
        assert as_user(app, other_host).get(address).status_code == 404
        assert client.get(address).status_code == 403


def test_certificates_come_when_the_trip_is_over_in_both_languages(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    page = f"/bookings/{booking.code}/certificates"
    child = pupils_of(booking)[0].name
    with time_machine.travel(booking.departure.meets_at):
        sign_in(client, booking.leader)
        assert child not in client.get(page).text
    with time_machine.travel(f"{booking.departure.ends_on}T10:00:00+08:00"):
        sign_in(client, booking.leader)
        text = client.get(page).text
        assert text.count(child) == 2
        assert 'lang="zh-Hans"' in text
        assert "took part in the exchange" in text
        assert str(booking.departure.package.title["zh_Hans"]) in text
    with transaction():
        stranger = make_leader()
    sign_in(client, stranger)
    assert client.get(page).status_code == 404


COUNTS = some.fixed_dictionaries({mark: some.integers(0, 30) for mark in MARKS})


@given(COUNTS)
def test_nobody_can_be_known_by_a_count(counts: dict[int, int]) -> None:
    shown = hide_few(counts)
    hidden = {mark for mark, count in shown.items() if count is None}
    assert all(shown[mark] == count for mark, count in counts.items() if mark not in hidden)
    assert all(count == 0 or count >= FEWEST_SHOWN for count in shown.values() if count is not None)
    if len(hidden) == 1:  # then the total gives it away, unless there is nothing else to take away from it
        assert sum(counts.values()) == counts[hidden.pop()]


def test_families_answer_once_by_their_link_and_only_afterwards(app: Flask, client: FlaskClient) -> None:
    booking = make_trip(pupils=6, staff=2)
    page = f"{check_path(booking)}/survey"
    answers = {question.value: 4 for question in Question}
    with time_machine.travel(booking.departure.meets_at):
        speak(client, "en")
        assert "from the last day" in client.get(page).text
    with time_machine.travel(f"{booking.departure.ends_on}T20:00:00+08:00"):
        speak(client, "en")
        refused = send(client, page, whole=5)
        assert refused.status_code == 422
        assert "Choose one of the list." in refused.text
        for number in range(4):
            for _ in range(2):  # sent twice
                assert send(client, page, form_token=f"reply {number}", **answers).status_code == 200
        with transaction():
            host = host_of(booking)
        office = as_user(app, host)
        results = f"/organiser/departures/{booking.departure_id}/survey"
        assert "Fewer than five persons have answered" in office.get(results).text
        send(client, page, **{**answers, "again": 1})
        shown = office.get(results).text
        assert "5 persons answered." in shown
        assert shown.count("<rect") == len(Question) - 1  # the one mark of another kind hides both
        assert client.get(page.replace(booking.code, "AAAAAAAA")).status_code == 404
        assert client.get(page.replace("/survey", "x/survey")).status_code == 404
    assert db.session.query(Reply).count() == 5


def test_a_link_cannot_flood_the_results(client: FlaskClient) -> None:
    booking = make_trip(pupils=1, staff=1)
    answers = {question.value: 5 for question in Question}
    with time_machine.travel(f"{booking.departure.ends_on}T20:00:00+08:00"):
        speak(client, "en")
        for _ in range(7):
            page = send(client, f"{check_path(booking)}/survey", **answers)
    assert "As many answers have come" in page.text
    assert db.session.query(Reply).count() == 6


def test_more_groups_and_larger_ones_cost_the_host_no_more_statements(app: Flask) -> None:
    booking = make_trip(pupils=2, staff=1)
    with transaction():
        host = host_of(booking)
    office = as_user(app, host)
    paths = [f"/organiser/departures/{booking.departure_id}/{path}" for path in ("trip", "day-sheet", "survey")]

    def cost() -> int:
        with counted_statements() as statements:
            for path in paths:
                assert office.get(path).status_code == 200
        return len(statements)

    before = cost()
    for size in (5, 30):
        make_trip(pupils=size, staff=3, departure=booking.departure)
    assert cost() == before
