"""Calendars to subscribe to: what they show, to whom, and what asking for them costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals
from exchange_app.bookings import service as bookings
from exchange_app.bookings.links import booking_feed_path, check_path, host_feed_path, school_feed_path
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Package
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import Cause
from tests.bookings.group import CONTACT, hand_in, host_of
from tests.builders import NOW, both, make_city, make_departure, make_leader, make_organisation, make_package, make_user
from tests.letters.strict import Part, events_of, read_strictly
from tests.pages import Browser, sign_in, speak
from tests.statements import counted_statements


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_leader()


@pytest.fixture
def package(app: Flask) -> Package:
    """Two days; whoever registers is confirmed at once."""
    with transaction():
        return make_package(days=2, title=both("Drums"))


def confirm(package: Package, leader: User) -> Booking:
    with transaction():
        return hand_in(make_departure(package), leader)


def open_feed(client: FlaskClient, address: str, **headers: str) -> TestResponse:
    with time_machine.travel(NOW):
        return client.get(f"{address}?language=en", headers=headers)


def read_feed(client: FlaskClient, address: str) -> Part:
    return read_strictly(open_feed(client, address).data)


def summaries(client: FlaskClient, address: str) -> list[str]:
    return [event.text("SUMMARY") for event in events_of(read_feed(client, address))]


def states(client: FlaskClient, address: str) -> set[str]:
    return {event.value("STATUS") for event in events_of(read_feed(client, address))}


def feeds_of(booking: Booking) -> list[str]:
    host = booking.departure.package.organiser_id
    return [booking_feed_path(booking), school_feed_path(booking.school_id), host_feed_path(host)]


def test_a_feed_says_what_it_is_and_how_often_to_ask(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    answer = open_feed(client, school_feed_path(leader.organisation_id))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = read_strictly(answer.data)
    assert calendar.value("METHOD") == "PUBLISH"
    assert calendar.value("REFRESH-INTERVAL") == calendar.value("X-PUBLISHED-TTL") == "PT1H"
    assert calendar.text("NAME") == calendar.text("X-WR-CALNAME") == f"Exchange visits: {booking.school.name['en']}"
    assert read_feed(client, booking_feed_path(booking)).text("NAME") == "Drums"


def test_each_feed_shows_its_own_bookings(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    with transaction():
        colleague, stranger = make_user(leader.organisation, Role.LEADER), make_leader()
    confirm(package, colleague)
    confirm(package, stranger)
    elsewhere = confirm(make_elsewhere(), leader)
    of_booking, of_school, of_host = (read_feed(client, address) for address in feeds_of(booking))
    assert [len(events_of(feed)) for feed in (of_booking, of_school, of_host)] == [2, 5, 6]
    assert summaries(client, booking_feed_path(booking)) == ["Drums, day 1, morning", "Drums, day 2, morning"]
    assert f"{booking.school.name['en']}: Drums, day 1, morning" in summaries(client, host_feed_path(host_id(booking)))
    assert summaries(client, host_feed_path(host_id(elsewhere))) == [
        f"{elsewhere.school.name['en']}: Elsewhere, morning"
    ]


def make_elsewhere() -> Package:
    with transaction():
        return make_package(title=both("Elsewhere"), host_city=make_city(time_zone="Europe/Berlin"))


def host_id(booking: Booking) -> int:
    return booking.departure.package.organiser_id


def test_a_feed_knows_the_time_zone_of_each_host_city(client: FlaskClient, package: Package, leader: User) -> None:
    confirm(package, leader)
    confirm(make_elsewhere(), leader)
    calendar = read_feed(client, school_feed_path(leader.organisation_id))
    zones = {zone.value("TZID") for zone in calendar.inside if zone.name == "VTIMEZONE"}
    assert zones == {"Asia/Shanghai", "Europe/Berlin"}


def test_a_feed_says_nothing_about_persons(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    for address in feeds_of(booking):
        text = re.sub(r"\r\n ", "", open_feed(client, address).text)
        for private in (CONTACT.name, CONTACT.email, CONTACT.phone, leader.name, leader.email, "ATTENDEE"):
            assert private not in text
        assert "24 pupils\\, 3 staff" in text
        assert "The museum's south gate" in text


def test_what_is_not_certain_is_in_no_feed(client: FlaskClient, package: Package, leader: User) -> None:
    with transaction():
        package.approvals = ["host"]
    booking = confirm(package, leader)
    for address in feeds_of(booking):
        assert events_of(read_feed(client, address)) == []
    with transaction():
        bookings.cancel_booking(booking, reason="Floods", by=leader, now=NOW)
    for address in feeds_of(booking):
        assert events_of(read_feed(client, address)) == []


def test_whoever_subscribed_drops_what_was_cancelled(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    before = [event.value("UID") for event in events_of(read_feed(client, booking_feed_path(booking)))]
    with transaction():
        bookings.cancel_booking(booking, reason="Floods", by=leader, now=NOW)
    for address in feeds_of(booking):
        assert states(client, address) == {"CANCELLED"}
    after = [event.value("UID") for event in events_of(read_feed(client, booking_feed_path(booking)))]
    assert before == after
    with time_machine.travel(NOW + timedelta(days=61)):
        for address in feeds_of(booking):
            assert events_of(read_strictly(client.get(address).data)) == []


def test_whoever_subscribed_drops_what_was_called_off(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    with transaction():
        host = host_of(booking)
        bookings.call_off_departure(booking.departure, cause=Cause.WEATHER, reason=both("Rain"), by=host, now=NOW)
    for address in feeds_of(booking):
        assert states(client, address) == {"CANCELLED"}


def test_whoever_subscribed_drops_what_is_no_longer_certain(
    client: FlaskClient, package: Package, leader: User
) -> None:
    with transaction():
        package.approvals = ["host"]
    booking = confirm(package, leader)
    with transaction():
        host = host_of(booking)
        approvals.approve_booking(booking, by=host, now=NOW)
    assert states(client, booking_feed_path(booking)) == {"CONFIRMED"}
    with transaction():
        approvals.take_back(booking, reason="A mistake", by=host, now=NOW)
    assert states(client, booking_feed_path(booking)) == {"CANCELLED"}


def test_a_visit_stays_for_sixty_days(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    last = booking.departure.meets_at + timedelta(days=1)
    for days, shown in ((60, 2), (61, 0)):
        with time_machine.travel(last + timedelta(days=days)):
            for address in feeds_of(booking):
                assert len(events_of(read_strictly(client.get(address).data))) == shown


def test_a_school_without_a_visit_has_a_feed_too(client: FlaskClient, leader: User) -> None:
    assert events_of(read_feed(client, school_feed_path(leader.organisation_id))) == []


def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    address = school_feed_path(leader.organisation_id)
    first = client.get(f"{address}?language=en")
    assert "private" in first.headers["Cache-Control"]
    assert "max-age" in first.headers["Cache-Control"]
    with time_machine.travel(NOW + timedelta(hours=1)):
        again = client.get(f"{address}?language=en", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with transaction():
        booking.departure.meeting_point = both("The north gate")
    changed = open_feed(client, address, **{"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert "The north gate" in changed.text


def test_a_later_feed_has_the_higher_sequence(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    numbers = []
    for hours in (1, 2):
        with time_machine.travel(NOW + timedelta(hours=hours)):
            first = events_of(read_strictly(client.get(booking_feed_path(booking)).data))[0]
            numbers.append(int(first.value("SEQUENCE")))
    assert numbers[0] < numbers[1]


def test_a_wrong_signature_opens_nothing(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    with transaction():
        other = make_organisation(make_city())
    check = check_path(booking).rpartition("/")[2]
    assert check not in booking_feed_path(booking)
    signature = school_feed_path(leader.organisation_id).rpartition("/")[2]
    for address in (
        f"/feeds/bookings/{booking.code}/{check}.ics",
        f"/feeds/bookings/{booking.code}/{signature}",
        f"/feeds/schools/{leader.organisation_id}/{'0' * 32}.ics",
        f"/feeds/schools/{leader.organisation_id}/é.ics",
        f"/feeds/schools/{other.id}/{signature}",
        f"/feeds/hosts/{leader.organisation_id}/{signature}",
        f"/feeds/hosts/{host_id(booking)}/{check}.ics",
        school_feed_path(other.id + 1000),
        host_feed_path(other.id + 1000),
    ):
        assert client.get(address).status_code == 404, address


def test_more_bookings_cost_no_more_statements(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    before = [statements_for(client, address) for address in feeds_of(booking)]
    for _ in range(3):
        confirm(package, leader)
    for address, statements in zip(feeds_of(booking), before, strict=True):
        assert statements_for(client, address) == statements <= 4


def statements_for(client: FlaskClient, address: str) -> int:
    with counted_statements() as sent:
        open_feed(client, address)
    return len(sent)


def test_pages_show_the_address_of_the_feed(client: FlaskClient, package: Package, leader: User) -> None:
    booking = confirm(package, leader)
    with transaction():
        organiser = host_of(booking)
    for user, page, feed in (
        (leader, "/bookings", school_feed_path(leader.organisation_id)),
        (leader, f"/bookings/{booking.code}", booking_feed_path(booking)),
        (organiser, "/organiser/bookings", host_feed_path(organiser.organisation_id)),
        (None, check_path(booking), booking_feed_path(booking)),
    ):
        visitor = Browser(client.application, client.application.response_class)
        speak(visitor, "en")
        if user is not None:
            sign_in(visitor, user)
        shown = visitor.get(page).text
        [address] = re.findall(r'value="(http[^"]*/feeds/[^"]*)"', shown)
        assert address.endswith(f"{feed}?language=en")
        assert f'href="webcal:{address.partition(":")[2]}"' in shown
        assert client.get(address).status_code == 200


def test_a_page_of_what_is_not_certain_shows_no_feed(client: FlaskClient, package: Package, leader: User) -> None:
    with transaction():
        package.approvals = ["host"]
    booking = confirm(package, leader)
    assert "/feeds/" not in client.get(check_path(booking)).text


def test_an_administrator_has_no_feed_of_their_own(client: FlaskClient, package: Package, leader: User) -> None:
    confirm(package, leader)
    with transaction():
        administrator = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    sign_in(client, administrator)
    page = client.get("/organiser/bookings")
    assert page.status_code == 200
    assert "/feeds/" not in page.text


def test_a_visitor_takes_a_departure_along(app: Flask, client: FlaskClient, package: Package) -> None:
    with transaction():
        departure = make_departure(package)
    address = f"/departures/{departure.id}/departure.ics"
    (event,) = events_of(read_feed(client, address))
    assert event.text("SUMMARY") == "Drums"
    assert event.value("URL").endswith(f"/departures/{departure.id}")
    with transaction():
        host = make_user(package.organiser, Role.ORGANISER)
        bookings.call_off_departure(departure, cause=Cause.WEATHER, reason=both("Rain"), by=host, now=NOW)
    assert open_feed(client, address).status_code == 404
