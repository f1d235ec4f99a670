"""Organisers plan departures on pages, in the host city's time; what the rules refuse is said where it was typed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package, Publication
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause, DepartureState
from tests.builders import both, make_departure, make_hold, make_leader, make_package, make_user
from tests.pages import form_of, send, sign_in
from tests.statements import counted_statements

TYPED = {
    "meets_at": "2030-05-12T08:00",
    "opens_at": "2030-04-01T09:00",
    "closes_at": "2030-05-01T18:00",
    "roster_due_at": "2030-05-05T18:00",
    "meeting_point-en": "South gate",
    "capacity": "60",
    "minimum": "20",
}


@pytest.fixture
def organiser(client: FlaskClient) -> User:
    with transaction():
        user = make_user(make_package().organiser, Role.ORGANISER)
    sign_in(client, user)
    return user


def own_package(organiser: User, **changes: Any) -> Package:
    return make_package(organiser=organiser.organisation, host_city=organiser.organisation.city, **changes)


def test_a_departure_is_planned_opened_closed_and_taken_back(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, days=2)
    answer = send(client, f"/organiser/packages/{package.id}/departures/new", **TYPED)
    assert "The departure is saved." in answer.text
    assert "Sun 12 May 2030, 08:00 (Beijing time)" in answer.text
    page = answer.request.path
    departure = db.session.query(Departure).one()
    assert departure.meets_at == datetime(2030, 5, 12, 0, 0, tzinfo=UTC)  # eight in the morning in the host city
    assert (departure.starts_on.day, departure.ends_on.day) == (12, 13)
    assert departure.persons_per_adult == package.persons_per_adult  # taken over from the package
    assert client.get(f"/departures/{departure.id}").status_code == 404

    assert "The departure is open" in send(client, page, f"{page}/open").text
    assert "it opens on Mon 1 April 2030, 09:00 (Beijing time)" in client.get(f"/departures/{departure.id}").text
    closed = send(client, page, f"{page}/close").text
    assert "takes no more registrations" in closed
    assert closed.index("Undo") < closed.index("<h1>")  # offered where it is said, beside the button further down
    send(client, page, f"{page}/open")
    assert "is a draft again" in send(client, page, f"{page}/withdraw").text
    assert client.get(f"/departures/{departure.id}").status_code == 404


def test_rosters_are_due_when_registration_closes_unless_somebody_says_otherwise(
    client: FlaskClient, organiser: User
) -> None:
    with transaction():
        package = own_package(organiser)
    address = f"/organiser/packages/{package.id}/departures/new"
    assert "The departure is saved." in send(client, address, **TYPED | {"roster_due_at": ""}).text
    departure = db.session.query(Departure).one()
    assert departure.roster_due_at == departure.closes_at


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"closes_at": "2030-03-01T09:00"}, "The dates must follow each other"),
        ({"closes_at": "2030-06-01T09:00"}, "The dates must follow each other"),
        ({"roster_due_at": "2030-05-13T09:00"}, "The roster must be due before the group meets."),
        ({"roster_due_at": "2030-05-01T17:59"}, "The roster cannot be due before registration closes"),
        ({"meets_at": "2030-02-30T09:00"}, "Write day and time as in"),
        ({"opens_at": "0001-01-01T00:00"}, "Write a year from 2000 to 2199."),
        ({"meets_at": "9999-12-31T09:00"}, "Write a year from 2000 to 2199."),
        ({"capacity": "0"}, "Write a number from 1 to"),
        ({"capacity": "sixty"}, "Write a whole number"),
        ({"meeting_point-en": ""}, "Fill this in, in at least one language."),
    ],
)
def test_a_plan_is_checked_and_kept_as_typed(
    client: FlaskClient, organiser: User, typed: dict[str, str], sentence: str
) -> None:
    with transaction():
        package = own_package(organiser)
    answer = send(client, f"/organiser/packages/{package.id}/departures/new", **TYPED | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = form_of(answer.text)
    for name, value in (TYPED | typed).items():
        assert kept[name] == value
    assert db.session.query(Departure).count() == 0


def test_the_capacity_is_refused_with_the_number_of_taken_seats(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = make_departure(own_package(organiser), now=now())
        make_hold(departure, make_leader(), now=now())
    address = f"/organiser/departures/{departure.id}/edit"
    answer = send(client, address, capacity=26)
    assert answer.status_code == 422
    assert "27 seats are already taken" in answer.text
    assert form_of(answer.text)["capacity"] == "26"
    assert departure.pool.capacity == 60
    assert "The departure is saved." in send(client, address, capacity=27).text
    assert departure.pool.left == 0


def test_the_second_of_two_editors_is_told(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = make_departure(own_package(organiser), now=now())
    address = f"/organiser/departures/{departure.id}/edit"
    mine = dict(form_of(client.get(address).text))
    send(client, address, capacity=90)
    answer = client.post(address, data=mine | {"minimum": "15"})
    assert answer.status_code == 422
    assert "Somebody else changed this" in answer.text
    assert departure.pool.capacity == 90


def test_a_package_with_open_departures_stays_published(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
        ones = [make_departure(package, now=now()) for _ in range(3)]
    page = f"/organiser/packages/{package.id}"
    assert "3 departures of this package are open" in send(client, page, f"{page}/withdraw").text
    for departure in ones:
        one = f"/organiser/departures/{departure.id}"
        send(client, one, f"{one}/close")
    assert "The package is withdrawn" in send(client, page, f"{page}/withdraw").text
    assert client.get(f"/packages/{package.slug}").status_code == 404


def test_a_departure_of_a_draft_package_does_not_open(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser, publication=Publication.DRAFT)
        departure = make_departure(package, now=now(), is_open=False)
    page = f"/organiser/departures/{departure.id}"
    assert "Publish the package first" in send(client, page, f"{page}/open").text
    assert departure.state is DepartureState.DRAFT


def test_a_departure_that_was_called_off_is_only_read(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = make_departure(own_package(organiser), now=now())
        departures.call_off(departure, cause=Cause.WEATHER, reason=both("Typhoon"), now=now())
    page = client.get(f"/organiser/departures/{departure.id}").text
    assert "Typhoon" in page
    assert "/edit" not in page
    assert "/open" not in page


def test_the_board_shows_what_comes_and_what_is_unfinished(client: FlaskClient, organiser: User) -> None:
    with transaction():
        departure = make_departure(own_package(organiser), now=now())
        make_hold(departure, make_leader(), now=now())
        draft = own_package(organiser, publication=Publication.DRAFT)
        make_departure(now=now())  # somebody else's
    page = client.get("/organiser/").text
    assert "33 of 60 seats left" in page
    assert draft.title["en"] in page
    assert page.count("seats left") == 1
    assert 'href="/organiser/bookings"' in page


def test_departures_are_filtered(client: FlaskClient, organiser: User) -> None:
    with transaction():
        package = own_package(organiser)
        one, other = make_departure(package, now=now()), make_departure(own_package(organiser), now=now())
        departures.close_departure(other)
    every, of_package, closed = (
        client.get(f"/organiser/departures{query}").text for query in ("", f"?package={package.id}", "?state=closed")
    )
    link = '"/organiser/departures/{}"'.format
    assert link(one.id) in every
    assert link(other.id) in every
    assert link(one.id) in of_package
    assert link(other.id) not in of_package
    assert link(one.id) not in closed
    assert link(other.id) in closed
    assert "Choose one of the list." in client.get("/organiser/departures?package=999999").text
    fragment = client.get("/organiser/departures?state=closed", headers={"HX-Request": "true"}).text
    assert link(other.id) in fragment
    assert "<html" not in fragment


def test_other_peoples_departures_are_not_found(client: FlaskClient, organiser: User) -> None:
    with transaction():
        theirs = make_departure(now=now())
        mine = make_departure(own_package(organiser), now=now())
    for address in ("", "/edit"):
        assert client.get(f"/organiser/departures/{mine.id}{address}").status_code == 200
        assert client.get(f"/organiser/departures/{theirs.id}{address}").status_code == 404
    assert client.get(f"/organiser/packages/{theirs.package_id}/departures/new").status_code == 404
    token = form_of(client.get(f"/organiser/departures/{mine.id}/edit").text)["csrf_token"]
    for command in ("open", "close", "withdraw"):
        answer = client.post(f"/organiser/departures/{theirs.id}/{command}", data={"csrf_token": token})
        assert answer.status_code == 404
    assert theirs.state is DepartureState.OPEN


@pytest.mark.parametrize(("address", "most"), [("/organiser/", 13), ("/organiser/departures", 6)])
def test_a_longer_list_costs_no_more(client: FlaskClient, organiser: User, address: str, most: int) -> None:
    costs = []
    for count in (1, 50):
        with transaction():
            for days in range(count):
                make_departure(own_package(organiser), now=now() + timedelta(days=days))
        db.session.rollback()
        with counted_statements() as sent:
            assert client.get(address).status_code == 200
        costs.append(len(sent))
    one, many = costs
    assert many - one <= 1  # the count, which a list of one page does not need
    assert many <= most
