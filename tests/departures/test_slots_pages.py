"""Organisers look after slots on pages: capacity, closing, special openings, and departures whose stops have moved."""

from __future__ import annotations

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.bookings import waiting
from exchange_app.bookings.rules import Party
from exchange_app.catalogue.models import MenuItem, Package
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import slots
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure, Slot
from exchange_app.departures.rules import DepartureState
from tests.bookings.group import CONTACT
from tests.builders import both, make_departure, make_hold, make_leader, make_package, make_user
from tests.departures.stops import item_of, make_package_at, slot_of
from tests.pages import form_of, send, sign_in
from tests.statements import counted_statements


@pytest.fixture(params=[Role.ORGANISER, Role.ADMINISTRATOR])
def keeper(request: pytest.FixtureRequest, client: FlaskClient) -> User:
    """Whoever may do this: the organiser of the host city, or the administrator of another."""
    with transaction():
        user = make_user(make_package().organiser, request.param)
    sign_in(client, user)
    return user


@pytest.fixture
def package(keeper: User) -> Package:
    """Kept by the organiser; by somebody else's where an administrator looks."""
    with transaction():
        if keeper.role is Role.ADMINISTRATOR:
            return make_package(slot_capacity=40)
        return make_package(slot_capacity=40, organiser=keeper.organisation, host_city=keeper.organisation.city)


def address_of(item: MenuItem) -> str:
    return f"/organiser/menus/{item.menu_id}/items/{item.id}/slots"


def in_days(days: int, hour: int = 9) -> str:
    """As a field for day and time has it."""
    day = (now() + timedelta(days=days)).astimezone(ZoneInfo("Asia/Shanghai")).date()
    return f"{day}T{hour:02}:00"


def test_the_slots_of_an_activity_are_listed(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_departure(make_package_at(item_of(package)), now=now())
        make_hold(departure, make_leader(), now=now())
    address = address_of(item_of(package))
    assert f'href="{address}"' in client.get(f"/organiser/menus/{item_of(package).menu_id}").text
    page = client.get(address).text
    assert "2 departures stop here" in page
    assert "13 of 40 seats left" in page
    assert f"{departure.starts_on:%Y}, 09:00" in page
    assert f'href="{address}/{slot_of(departure).id}"' in page


def test_an_activity_without_slots_says_what_to_do(client: FlaskClient, package: Package) -> None:
    assert "No slots are coming" in client.get(address_of(item_of(package))).text


def test_a_special_slot_is_added_in_the_time_of_the_base(client: FlaskClient, package: Package) -> None:
    address = address_of(item_of(package))
    assert form_of(client.get(address).text)["capacity"] == "40"  # the activity's own
    answer = send(client, address, starts_at=in_days(9, hour=16), capacity=25)
    assert "The slot is added." in answer.text
    assert "25 of 25 seats left" in answer.text
    slot = db.session.query(Slot).one()
    assert f"{slot.starts_at.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}" == in_days(9, hour=16)
    answer = send(client, address, starts_at=in_days(9, hour=16), capacity=30)
    assert answer.status_code == 422
    assert "There is a slot at this time already" in answer.text
    assert form_of(answer.text)["capacity"] == "30"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_at": "2020-01-01T09:00"}, "Choose a moment that is still to come."),
        ({"starts_at": "tomorrow"}, "Write day and time as in"),
        ({"starts_at": "0001-01-01T00:00"}, "Write a year from 2000 to 2199."),
        ({"starts_at": "9999-12-31T23:59"}, "Write a year from 2000 to 2199."),
        ({"starts_at": ""}, "Fill this in."),
        ({"capacity": "0"}, "Write a number from 1 to"),
        ({"capacity": ""}, "Fill this in."),
    ],
)
def test_a_special_slot_is_checked_and_kept_as_typed(
    client: FlaskClient, package: Package, typed: dict[str, str], sentence: str
) -> None:
    right = {"starts_at": in_days(9), "capacity": "25"}
    answer = send(client, address_of(item_of(package)), **right | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = form_of(answer.text)
    assert {name: kept[name] for name in right} == right | typed
    assert db.session.query(Slot).count() == 0


def test_a_slot_is_changed_and_never_below_what_is_taken(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_hold(departure, make_leader(), now=now())
    address = f"{address_of(item_of(package))}/{slot_of(departure).id}"
    page = client.get(address).text
    assert package.title["en"] in page
    assert "/remove" not in page
    answer = send(client, address, capacity=26)
    assert answer.status_code == 422
    assert "27 seats are already taken; the capacity cannot be lower." in answer.text
    assert form_of(answer.text)["capacity"] == "26"
    assert slot_of(departure).pool.capacity == 40
    answer = send(client, address, capacity=27, is_open=None)
    assert "The slot is saved." in answer.text
    assert "Takes no more groups" in answer.text
    assert (slot_of(departure).pool.capacity, slot_of(departure).pool.is_open) == (27, False)
    assert "is_open" not in form_of(answer.text)
    send(client, address, is_open="y")
    assert slot_of(departure).pool.is_open
    assert audit() == []


def test_a_slot_says_who_waits_there(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_hold(departure, make_leader(), now=now())
        waiting.join_list(departure, Party(13, 2), CONTACT, form_token="waits", by=make_leader(), now=now())
    address = address_of(item_of(package))
    assert "one group waits" in client.get(address).text
    assert "One group on a waiting list lacks seats here." in client.get(f"{address}/{slot_of(departure).id}").text


def test_a_slot_that_nobody_needs_is_removed(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        free = slots.add_slot(item_of(package), now() + timedelta(days=3), 10)
    address = address_of(item_of(package))
    taken = f"{address}/{slot_of(departure).id}"
    token = form_of(client.get(taken).text)["csrf_token"]
    answer = client.post(f"{taken}/remove", data={"csrf_token": token}, follow_redirects=True)
    assert "One departure stops at this slot; close it instead of removing it." in answer.text
    assert "The slot is removed." in send(client, f"{address}/{free.id}", f"{address}/{free.id}/remove").text
    assert [slot.id for slot in db.session.query(Slot)] == [slot_of(departure).id]


def test_an_activity_where_departures_stop_stays_and_the_page_says_why(client: FlaskClient, package: Package) -> None:
    item = item_of(package)
    address = f"/organiser/menus/{item.menu_id}/items/{item.id}"
    with transaction():
        departure = make_departure(package, now=now())
        slots.add_slot(item, now() + timedelta(days=3), 10)
        package.stops[0].menu_item = None
        package.stops[0].title = both("Lunch")
    answer = send(client, address, f"{address}/remove")
    assert "One departure stops at this activity" in answer.text
    send(client, f"/organiser/departures/{departure.id}", f"/organiser/departures/{departure.id}/slots")
    assert "The activity is removed." in send(client, address, f"{address}/remove").text
    assert db.session.query(Slot).count() == 0
    assert audit() == []


@pytest.mark.parametrize("role", [Role.ORGANISER])
def test_slots_of_another_city_are_not_found(client: FlaskClient, role: Role) -> None:
    with transaction():
        user = make_user(make_package().organiser, role)
        mine = make_package(organiser=user.organisation, host_city=user.organisation.city)
        own, theirs = make_departure(mine, now=now()), make_departure(now=now())
    sign_in(client, user)
    item, other = item_of(mine), item_of(theirs.package)
    own_slot, their_slot = slot_of(own).id, slot_of(theirs).id
    assert client.get(f"{address_of(item)}/{own_slot}").status_code == 200
    token = form_of(client.get(address_of(item)).text)["csrf_token"]
    for address in (
        address_of(other),
        f"{address_of(other)}/{their_slot}",
        f"{address_of(item)}/{their_slot}",
        f"/organiser/menus/{item.menu_id}/items/{other.id}/slots",
    ):
        assert client.get(address).status_code == 404, address
        typed = {"csrf_token": token, "capacity": "5", "starts_at": in_days(9)}
        assert client.post(address, data=typed).status_code == 404, address
    assert client.post(f"{address_of(item)}/{their_slot}/remove", data={"csrf_token": token}).status_code == 404
    assert client.post(f"/organiser/departures/{theirs.id}/slots", data={"csrf_token": token}).status_code == 404
    assert slot_of(theirs).pool.capacity == 1000


@pytest.mark.parametrize("role", [Role.LEADER, Role.HEAD, Role.BUREAU])
def test_slots_are_nothing_for_schools(client: FlaskClient, role: Role) -> None:
    with transaction():
        departure = make_departure(now=now())
        sign_in_as = make_user(make_leader().organisation, role)
    sign_in(client, sign_in_as)
    assert client.get(address_of(item_of(departure.package))).status_code == 403


# ---------------------------------------------------------------------------------------------- a departure's own page


def page_of(departure: Departure) -> str:
    return f"/organiser/departures/{departure.id}"


def test_a_departure_shows_its_stops_and_the_narrowest(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_hold(departure, make_leader(), now=now())
    page = client.get(page_of(departure)).text
    assert "33 of 60 seats left" in page
    assert "13 of 40 seats left" in page
    assert "13 more persons fit: so many the narrowest stop takes." in page
    assert page.count("Narrowest stop") == 1
    assert "Arrange the slots anew" not in page


def test_where_every_stop_has_room_none_is_the_narrowest(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, capacity=20, now=now())
    page = client.get(page_of(departure)).text
    assert "40 of 40 seats left" in page
    assert "Narrowest stop" not in page


def test_moved_stops_are_arranged_anew(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_hold(departure, make_leader(), now=now())
        package.stops[0].starts = time(14)
    page = page_of(departure)
    assert "these are no longer its stops" in client.get(page).text
    answer = send(client, page, f"{page}/slots")
    assert "The departure stops now where and when its package says." in answer.text
    assert "14:00" in answer.text
    assert "Arrange the slots anew" not in answer.text
    assert slot_of(departure).pool.taken == 27
    assert audit() == []


def test_stops_without_room_or_time_are_refused_with_a_sentence(client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package, now=now())
        make_hold(departure, make_leader(), now=now())
        at_two = slot_of(departure).starts_at + timedelta(hours=5)
        slots.add_slot(item_of(package), at_two, 20)
        package.stops[0].starts = time(14)
    page = page_of(departure)
    assert "27 persons already have seats" in send(client, page, f"{page}/slots").text
    with transaction():
        package.stops[0].starts = time(15)
        item_of(package).timetable = {str(weekday): ["09:00"] for weekday in range(1, 8)}
    assert "that day it begins at 09:00." in send(client, page, f"{page}/slots").text
    with transaction():
        draft = make_departure(package, now=now(), is_open=False)
    page = page_of(draft)
    assert "The slots of its stops come when the departure opens." in client.get(page).text
    assert "that day it begins at 09:00." in send(client, page, f"{page}/open").text
    assert draft.state is DepartureState.DRAFT


def test_stops_at_another_citys_base_are_shown_but_not_kept(client: FlaskClient) -> None:
    with transaction():
        item = item_of(make_package())
        package = make_package_at(item)
        departure = make_departure(package, now=now())
        user = make_user(package.organiser, Role.ORGANISER)
    sign_in(client, user)
    page = client.get(page_of(departure)).text
    assert item.title["en"] in page
    assert address_of(item) not in page


def test_more_slots_cost_no_more(client: FlaskClient, package: Package) -> None:
    costs = []
    for count in (1, 18):
        with transaction():
            for hours in range(count):
                slots.add_slot(item_of(package), now() + timedelta(days=count, hours=hours), 10)
        with counted_statements() as sent:
            assert client.get(address_of(item_of(package))).status_code == 200
        costs.append(len(sent))
    assert costs[0] == costs[1]
