"""Coaches, rooms and small groups on their pages: by hand, by proposal, what clashes, and who may look."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.trips import arrangements
from exchange_app.trips.models import Place, Placing
from exchange_app.trips.queries import list_places, list_placings
from exchange_app.trips.rules import PlaceKind
from tests.bookings.group import host_of
from tests.builders import make_leader
from tests.pages import Browser, send, sign_in
from tests.statements import counted_statements
from tests.trips.group import SEX_ASKED, make_trip, pupils_of, staff_of


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


def address(booking: Booking, kind: str, what: str = "") -> str:
    return f"/bookings/{booking.code}/trip/{kind}{what}"


def add(client: FlaskClient, booking: Booking, kind: str, **typed: object) -> str:
    return send(client, address(booking, kind), address(booking, kind, "/places"), **typed).text


def places_of(booking: Booking) -> dict[int, int]:
    return {placing.participant_id: placing.place_id for placing in list_placings(booking.id)}


def test_rooms_are_proposed_by_sex_and_clashes_are_said(client: FlaskClient) -> None:
    booking = make_trip(asks=SEX_ASKED)
    sign_in(client, booking.leader)
    add(client, booking, "room", count=6, capacity=3)
    page = send(client, address(booking, "room"), address(booking, "room", "/proposal"))
    assert "Everybody has a place now." in page.text
    assert "Please look at this" not in page.text
    girl, boy = pupils_of(booking)[:2]
    there = places_of(booking)[boy.id]
    page = send(client, address(booking, "room"), address(booking, "room", "/moves"), **{f"place-{girl.id}": there})
    assert "One person was moved." in page.text
    assert "they are lodged apart." in page.text
    assert places_of(booking)[girl.id] == there


def test_where_the_sex_is_not_asked_for_the_leader_says_it_once(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    sign_in(client, booking.leader)
    add(client, booking, "room", count=3, capacity=2)
    page = send(client, address(booking, "room"), address(booking, "room", "/proposal"))
    assert "3 persons still have no place" in page.text
    girl, boy = (person.id for person in pupils_of(booking))
    said = {f"sex-{girl}": "female", f"sex-{boy}": "male"}
    page = send(client, address(booking, "room"), address(booking, "room", "/proposal"), **said)
    assert "One person still has no place" in page.text
    where = places_of(booking)
    assert where[girl] != where[boy]
    assert all(person.sex is None for person in pupils_of(booking))


def test_a_team_needs_its_adult_and_a_coach_its_seats(client: FlaskClient) -> None:
    booking = make_trip(pupils=3, staff=1)
    sign_in(client, booking.leader)
    add(client, booking, "team", count=1, capacity=2)
    (team,) = list_places(booking.id)
    moves = {f"place-{person.id}": team.id for person in pupils_of(booking)}
    page = send(client, address(booking, "team"), address(booking, "team", "/moves"), **moves)
    assert "Small group 1 has room for 2, and 3 are in it." in page.text
    assert "Nobody of the staff is in Small group 1." in page.text
    adult = staff_of(booking)[0]
    page = send(client, address(booking, "team"), address(booking, "team", "/moves"), **{f"place-{adult.id}": team.id})
    assert "Nobody of the staff" not in page.text


def test_two_leaders_at_work_do_not_undo_each_other(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    sign_in(client, booking.leader)
    add(client, booking, "coach", count=2, capacity=9)
    one, two = (place.id for place in list_places(booking.id))
    first, second = (person.id for person in pupils_of(booking))
    move = address(booking, "coach", "/moves")
    stale = client.get(address(booking, "coach"))
    send(client, address(booking, "coach"), move, **{f"place-{first}": one})
    token = stale.text.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    typed = {f"place-{first}": "", f"was-{first}": "", f"place-{second}": two, f"was-{second}": ""}
    client.post(move, data={"csrf_token": token, **typed})
    assert places_of(booking) == {first: one, second: two}


def test_wishes_are_kept_once_heeded_and_said_when_they_are_not(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    sign_in(client, booking.leader)
    first, second = (person.id for person in pupils_of(booking))
    wish = address(booking, "coach", "/wishes")
    for pair in ({"first": first, "second": second}, {"first": second, "second": first}):
        page = send(client, address(booking, "coach"), wish, **pair)
    assert page.text.count("/wishes/") == 1
    page = send(client, address(booking, "coach"), wish, first=first, second=first)
    assert page.status_code == 422
    assert "Choose two different persons." in page.text
    add(client, booking, "coach", count=2, capacity=9)
    one, two = (place.id for place in list_places(booking.id))
    apart = {f"place-{first}": one, f"place-{second}": two}
    page = send(client, address(booking, "coach"), address(booking, "coach", "/moves"), **apart)
    assert "wish to be together and are apart" in page.text
    page = client.get(address(booking, "room"))
    assert page.text.count("/wishes/") == 1  # a wish holds for every kind


def test_bad_numbers_are_said_beside_the_field_and_keep_what_was_typed(client: FlaskClient) -> None:
    booking = make_trip()
    sign_in(client, booking.leader)
    text = add(client, booking, "coach", count="many", capacity=45)
    assert "Write a whole number in digits" in text
    assert 'value="many"' in text
    add(client, booking, "coach", count=60, capacity=45)
    assert "A group has up to 100 of a kind." in add(client, booking, "coach", count=60, capacity=45)
    assert len(list_places(booking.id)) == 60


def test_a_place_that_goes_leaves_its_people_without_one(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    sign_in(client, booking.leader)
    add(client, booking, "coach", count=1, capacity=9)
    send(client, address(booking, "coach"), address(booking, "coach", "/proposal"))
    (coach,) = list_places(booking.id)
    page = f"/bookings/{booking.code}/trip/places/{coach.id}"
    send(client, page, label="桂A12345", capacity=8)
    assert "Coach 1 (桂A12345)" in client.get(f"/bookings/{booking.code}/trip/lists").text
    send(client, page, f"{page}/remove")
    assert places_of(booking) == {}
    assert list_places(booking.id) == []


def test_nobody_else_may_look_or_change(app: Flask, client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    with transaction():
        arrangements.add_places(booking, PlaceKind.COACH, count=1, capacity=9, sex=None)
        stranger, host = make_leader(), host_of(booking)
    (coach,) = list_places(booking.id)
    other = make_trip(pupils=2, staff=1)
    for user, status in ((stranger, 404), (host, 403)):
        visitor = Browser(app, app.response_class)
        sign_in(visitor, user)
        for path in ("", "/coach", "/lists", f"/places/{coach.id}"):
            assert visitor.get(f"/bookings/{booking.code}/trip{path}").status_code == status, path
    sign_in(client, other.leader)
    assert client.get(f"/bookings/{other.code}/trip/places/{coach.id}").status_code == 404
    add(client, other, "coach", count=1, capacity=5)
    mine = pupils_of(other)[0].id
    move = address(other, "coach", "/moves")
    assert send(client, address(other, "coach"), move, **{f"place-{mine}": coach.id}).status_code == 404
    not_mine = pupils_of(booking)[0].id
    own = list_places(other.id)[0].id
    send(client, address(other, "coach"), move, **{f"place-{not_mine}": own, f"was-{not_mine}": ""})
    assert db.session.query(Placing).count() == 0


def test_what_leaders_call_a_place_is_sealed(client: FlaskClient) -> None:
    booking = make_trip(pupils=2, staff=1)
    with transaction():
        arrangements.add_places(booking, PlaceKind.ROOM, count=1, capacity=2, sex=None)
    (room,) = list_places(booking.id)
    with transaction():
        arrangements.change_place(booking, room.id, label="覃小五的房间", capacity=2, sex=None)
    stored = db.session.query(Place.label_sealed).scalar()
    assert "覃小五".encode() not in stored


@pytest.mark.parametrize("what", ["/coach", "/lists", ""])
def test_a_larger_group_costs_no_more_statements(client: FlaskClient, what: str) -> None:
    sent = []
    for size in (2, 40):
        booking = make_trip(pupils=size, staff=4)
        with transaction():
            arrangements.add_places(booking, PlaceKind.COACH, count=size, capacity=3, sex=None)
            arrangements.propose_arrangement(booking, PlaceKind.COACH, said={})
        sign_in(client, booking.leader)
        with counted_statements() as statements:
            assert client.get(f"/bookings/{booking.code}/trip{what}").status_code == 200
        sent.append(len(statements))
    assert sent[0] == sent[1]
