"""Organisers set seats aside on pages; schools read what is kept for them, and visitors that others wait."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.bookings import waiting
from exchange_app.bookings.rules import Party
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Allotment, Departure
from exchange_app.partners.models import OrganisationKind
from tests.bookings.group import CONTACT
from tests.builders import make_city, make_departure, make_hold, make_leader, make_organisation, make_package, make_user
from tests.pages import form_of, send, sign_in, speak


@pytest.fixture(params=[Role.ORGANISER, Role.ADMINISTRATOR])
def departure(request: pytest.FixtureRequest, client: FlaskClient) -> Departure:
    """Sixty seats; its organiser, or an administrator, is signed in."""
    with transaction():
        departure = make_departure(now=now())
        home = departure.package.organiser
        user = make_user(home if request.param is Role.ORGANISER else make_package().organiser, request.param)
    sign_in(client, user)
    return departure


def page_of(departure: Departure) -> str:
    return f"/organiser/departures/{departure.id}/allotments"


def in_days(days: int) -> str:
    return f"{(now() + timedelta(days=days)).astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}"


def set_aside(departure: Departure, count: int, leader: User) -> Allotment:
    return allotments.set_aside(
        departure, count, city=None, school=leader.organisation, release_at=now() + timedelta(days=5), now=now()
    )


def test_seats_are_set_aside_drawn_and_released(client: FlaskClient, departure: Departure) -> None:
    with transaction():
        leader = make_leader()
    page = page_of(departure)
    assert f'href="{page}"' in client.get(f"/organiser/departures/{departure.id}").text
    opened = client.get(page).text
    assert "No seats are set aside" in opened
    assert "60 seats are free at the moment." in opened
    assert str(leader.organisation.name["en"]) in opened  # a school of another city
    answer = send(client, page, holder=f"school-{leader.organisation_id}", seats=40, release_at=in_days(10))
    assert "The seats are set aside." in answer.text
    assert "20 seats are free at the moment." in answer.text
    allotment = db.session.query(Allotment).one()
    with transaction():
        make_hold(departure, leader, now=now())
    listed = client.get(page).text
    for cell in ('"Seats">40<', '"Used">27<', '"Left">13<'):
        assert cell in listed
    assert "13 of 40 seats left" in client.get(f"/organiser/departures/{departure.id}").text
    assert "open to everybody." in send(client, page, f"{page}/{allotment.id}/release").text
    assert allotment.released_at is not None
    assert "Returned" in client.get(page).text
    token = form_of(client.get(page).text)["csrf_token"]
    again = client.post(f"{page}/{allotment.id}/release", data={"csrf_token": token}, follow_redirects=True)
    assert "These seats have returned already." in again.text
    assert departure.pool.left == 33
    assert audit() == []


def test_a_city_can_be_the_holder(client: FlaskClient, departure: Departure) -> None:
    with transaction():
        city = make_city()
    answer = send(client, page_of(departure), holder=f"city-{city.id}", seats=10)
    assert "The seats are set aside." in answer.text
    assert "all schools" in answer.text
    allotment = db.session.query(Allotment).one()
    assert allotment.city_id == city.id
    assert allotment.release_at == departure.closes_at.replace(second=0, microsecond=0) - timedelta(days=7)


def test_only_schools_are_offered(client: FlaskClient, departure: Departure) -> None:
    with transaction():
        agency = make_organisation(make_city(), OrganisationKind.AGENCY)
    assert agency.name["en"] not in client.get(page_of(departure)).text
    answer = send(client, page_of(departure), holder=f"school-{agency.id}", seats=10)
    assert answer.status_code == 422
    assert "Choose one of the list." in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"holder": ""}, "Fill this in."),
        ({"seats": "0"}, "Write a number from 1 to"),
        ({"seats": ""}, "Fill this in."),
        ({"seats": "61"}, "You asked for 61 seats; only 60 are left."),
        ({"release_at": ""}, "Fill this in."),
        ({"release_at": "2020-01-01T09:00"}, "The seats must return after now and before registration closes."),
        ({"release_at": "2099-01-01T09:00"}, "The seats must return after now and before registration closes."),
    ],
)
def test_what_is_set_aside_is_checked_and_kept_as_typed(
    client: FlaskClient, departure: Departure, typed: dict[str, str], sentence: str
) -> None:
    with transaction():
        school = make_leader().organisation
    right = {"holder": f"school-{school.id}", "seats": "10", "release_at": in_days(5)}
    answer = send(client, page_of(departure), **right | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'id="errors"' in answer.text
    kept = form_of(answer.text)
    assert {name: kept[name] for name in right} == right | typed
    assert db.session.query(Allotment).count() == 0
    assert audit() == []


def test_too_many_seats_are_refused_beside_their_field(client: FlaskClient, departure: Departure) -> None:
    with transaction():
        school = make_leader().organisation
        make_hold(departure, make_leader(), pupils=54, staff=6, now=now())
    answer = send(client, page_of(departure), holder=f"school-{school.id}", seats=1)
    assert '<div class="invalid-feedback" id="seats-error"><div>This departure is full.</div>' in answer.text


def test_a_departure_that_is_not_open_sets_nothing_aside(client: FlaskClient, departure: Departure) -> None:
    with transaction():
        departures.close_departure(departure)
    page = client.get(page_of(departure)).text
    assert "Seats can be set aside while the departure is open" in page
    assert 'name="seats"' not in page


def test_what_others_set_aside_is_not_found(client: FlaskClient) -> None:
    with transaction():
        mine, theirs = make_departure(now=now()), make_departure(now=now())
        user = make_user(mine.package.organiser, Role.ORGANISER)
        school = make_leader()
        kept = set_aside(theirs, 10, school)
    sign_in(client, user)
    token = form_of(client.get(page_of(mine)).text)["csrf_token"]
    typed = {"csrf_token": token, "holder": f"school-{school.organisation_id}", "seats": "5", "release_at": in_days(5)}
    assert client.get(page_of(theirs)).status_code == 404
    assert client.post(page_of(theirs), data=typed).status_code == 404
    for departure in (mine, theirs):
        address = f"{page_of(departure)}/{kept.id}/release"
        assert client.post(address, data={"csrf_token": token}).status_code == 404
    assert kept.released_at is None
    assert db.session.query(Allotment).count() == 1


@pytest.mark.parametrize("role", [Role.LEADER, Role.HEAD, Role.BUREAU])
def test_setting_aside_is_nothing_for_schools(client: FlaskClient, role: Role) -> None:
    with transaction():
        departure = make_departure(now=now())
        user = make_user(make_leader().organisation, role)
    sign_in(client, user)
    assert client.get(page_of(departure)).status_code == 403


# ------------------------------------------------------------------------------------------------------- for visitors


def test_a_full_departure_has_a_waiting_list(client: FlaskClient) -> None:
    with transaction():
        departure = make_departure(now=now())
        make_hold(departure, make_leader(), pupils=54, staff=6, now=now())
    speak(client, "en")
    page = client.get(f"/departures/{departure.id}").text
    for words in (
        "All seats are taken.",
        "Nobody waits yet",
        "All 60 seats are taken",
        "The rule of the waiting list",
        "A group that gets smaller keeps its place",
        "Join the waiting list",
        f'href="/departures/{departure.id}/register"',
    ):
        assert words in page
    assert "Register a group" not in page


def test_seats_for_which_groups_wait_are_not_offered_to_newcomers(client: FlaskClient) -> None:
    with transaction():
        departure = make_departure(now=now())
        make_hold(departure, make_leader(), pupils=45, staff=5, now=now())
        for number in range(2):
            waiting.join_list(
                departure, Party(18, 2), CONTACT, form_token=f"waits-{number}", by=make_leader(), now=now()
            )
    speak(client, "en")
    page = client.get(f"/departures/{departure.id}").text
    assert "10 of 60 seats left" in page
    assert "Groups wait for the seats that are left." in page
    assert "2 groups wait for seats; whoever joins the waiting list queues behind them." in page
    assert "Join the waiting list" in page
    for address in ("/departures", f"/packages/{departure.package.slug}"):
        listed = client.get(address).text
        assert ">Full</span>" in listed
        assert "seats left" not in listed
    assert departure.package.title["en"] not in client.get("/packages?seats=1").text
    assert "No date is open for registration right now" in client.get("/").text


def test_a_stop_without_room_makes_a_departure_full(client: FlaskClient) -> None:
    with transaction():
        departure = make_departure(make_package(slot_capacity=30), now=now())
        make_hold(departure, make_leader(), pupils=27, staff=3, now=now())
    speak(client, "en")
    assert "Join the waiting list" in client.get(f"/departures/{departure.id}").text
    assert ">Full</span>" in client.get("/departures").text


def test_lists_show_what_every_stop_has_room_for(client: FlaskClient) -> None:
    with transaction():
        departure = make_departure(make_package(slot_capacity=30), now=now())
        make_hold(departure, make_leader(), now=now())
    speak(client, "en")
    assert "<strong>3</strong> seats left" in client.get("/departures").text
    assert "3 seats left" in client.get("/packages").text
    for address in ("/", f"/packages/{departure.package.slug}", f"/departures/{departure.id}"):
        assert "3 of 60 seats left" in client.get(address).text, address


def test_a_leader_reads_what_is_set_aside_for_the_school(client: FlaskClient) -> None:
    with transaction():
        departure = make_departure(now=now())
        leader = make_leader()
        set_aside(departure, 20, leader)
        make_hold(departure, make_leader(), pupils=36, staff=4, now=now())
        stranger = make_leader()
    address = f"/departures/{departure.id}"
    words = "20 seats are set aside for your school or your city."
    assert words not in client.get(address).text
    sign_in(client, stranger)
    page = client.get(address).text
    assert words not in page
    assert "Register a group" not in page
    sign_in(client, leader)
    page = client.get(address).text
    assert words in page
    assert "Register a group" in page  # for them it is not full
    assert "Join the waiting list" in page
