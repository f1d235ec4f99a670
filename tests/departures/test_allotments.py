"""Allotments: seats set aside for a city or a school, drawn by its groups, returned to everybody at their time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from exchange_app.bookings import changes, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import lock_booking
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments, queries, seats
from exchange_app.departures import service as departures
from exchange_app.departures.allotments import count_set_aside, get_allotment
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import (
    AllotmentEmpty,
    AllotmentNotFound,
    AllotmentReleased,
    GroupsWaiting,
    HolderMissing,
    NotEnoughSeats,
    NotTakingRegistrations,
    ReleaseOutsideRegistration,
    SlotFull,
    SoldOut,
)
from exchange_app.departures.models import Allotment, Departure
from exchange_app.departures.rules import Cause
from exchange_app.partners.models import City, Organisation
from tasks.app import repeat
from tests.bookings.group import CONTACT, hand_in
from tests.builders import NOW, both, make_city, make_departure, make_hold, make_leader, make_package, make_user
from tests.departures.stops import claims_of, left_of, slot_of

RELEASE = NOW + timedelta(days=10)


@pytest.fixture(autouse=True)
def counts_are_right(app: Flask) -> Iterator[None]:
    """Whatever a test does, afterwards every count is that of its rows."""
    yield
    db.session.rollback()
    assert audit() == []


def aside(
    departure: Departure, count: int, *, city: City | None = None, school: Organisation | None = None
) -> Allotment:
    return allotments.set_aside(departure, count, city=city, school=school, release_at=RELEASE, now=NOW)


def left(allotment: Allotment) -> int:
    db.session.refresh(allotment.pool)
    return allotment.pool.left


def cancel(booking: Booking) -> None:
    bookings.cancel_booking(lock_booking(booking.code, booking.leader), reason="", by=booking.leader, now=NOW)


def test_what_is_set_aside_nobody_else_can_have() -> None:
    with transaction():
        departure = make_departure(make_package(slot_capacity=80), capacity=60)
        leader = make_leader()
        allotment = aside(departure, 40, school=leader.organisation)
    assert (left_of(departure), slot_of(departure).pool.left, left(allotment)) == (20, 40, 40)
    with pytest.raises(NotEnoughSeats) as refused, transaction():
        make_hold(departure, make_leader())  # another school's 27
    assert refused.value.facts == {"wanted": 27, "left": 20}
    assert count_set_aside(departure.id, leader) == 40
    assert count_set_aside(departure.id, make_stranger()) == 0


def make_stranger() -> object:
    with transaction():
        return make_leader()


def test_a_group_draws_what_is_set_aside_for_its_school() -> None:
    with transaction():
        departure = make_departure(make_package(slot_capacity=80), capacity=60)
        leader = make_leader()
        allotment = aside(departure, 40, school=leader.organisation)
        booking = make_hold(departure, leader)  # 27
    slot = slot_of(departure)
    assert left(allotment) == 13
    assert claims_of(booking) == {departure.pool_id: 27, slot.pool_id: 27, allotment.pool_id: 27}
    assert (left_of(departure), slot.pool.left) == (20, 40)  # what is open to everybody is untouched
    assert audit() == []


def test_a_group_that_needs_more_takes_the_rest_in_the_open() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 20, school=leader.organisation)
        booking = make_hold(departure, leader)  # 20 of its own, 7 of the others
    assert (left(allotment), left_of(departure)) == (0, 33)
    assert claims_of(booking)[allotment.pool_id] == 20
    assert audit() == []
    with pytest.raises(NotEnoughSeats) as refused, transaction():
        make_hold(departure, leader, pupils=31, staff=4)
    assert refused.value.facts == {"wanted": 35, "left": 33}


def test_all_schools_of_a_city_draw_from_its_seats_and_from_their_own_first() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        city = make_city()
        one, other = make_leader(city), make_leader(city)
        for_city = aside(departure, 30, city=city)
        for_school = aside(departure, 10, school=one.organisation)
        booking = make_hold(departure, one, pupils=11, staff=2)  # ten of its own, three of its city's
        make_hold(departure, other, pupils=9, staff=1)
    assert {pool: claims_of(booking)[pool] for pool in (for_school.pool_id, for_city.pool_id)} == {
        for_school.pool_id: 10,
        for_city.pool_id: 3,
    }
    assert (left(for_school), left(for_city), left_of(departure)) == (0, 17, 20)
    with transaction():
        make_hold(departure, make_leader(), pupils=18, staff=2)  # of another city: the open ones only
    assert (left(for_city), left_of(departure)) == (17, 0)


def test_what_a_group_gives_back_in_time_is_set_aside_again() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 20, school=leader.organisation)
        booking = make_hold(departure, leader)
    with transaction():
        cancel(booking)
    assert (left(allotment), left_of(departure)) == (20, 40)
    assert claims_of(booking) == {}


def test_what_a_group_gives_back_later_is_everybodys() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 20, school=leader.organisation)
        booking = make_hold(departure, leader, pupils=9, staff=1)
        assert allotments.release(allotment, now=NOW) == 10
    assert left_of(departure) == 50
    assert left(allotment) == 0
    assert audit() == []
    with transaction():
        cancel(booking)
    assert left_of(departure) == 60
    assert slot_of(departure).pool.taken == 0


def test_a_group_that_gets_smaller_gives_the_open_seats_back_first() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 20, school=leader.organisation)
        booking = hand_in(departure, leader)
        changes.change_party(booking, Party(20, 2), by=leader, now=NOW)
    assert (left(allotment), left_of(departure)) == (0, 38)
    assert audit() == []
    with transaction():
        changes.change_party(booking, Party(13, 2), by=leader, now=NOW)
    assert (left(allotment), left_of(departure)) == (5, 40)
    assert audit() == []
    with transaction():
        changes.change_party(booking, Party(24, 3), by=leader, now=NOW)
    assert (left(allotment), left_of(departure)) == (0, 33)


def test_a_group_that_moves_leaves_what_was_set_aside_behind() -> None:
    with transaction():
        package = make_package()
        departure, later = make_departure(package), make_departure(package, starts_on=(RELEASE).date())
        leader = make_leader()
        allotment = aside(departure, 20, school=leader.organisation)
        there = aside(later, 10, school=leader.organisation)
        booking = hand_in(departure, leader)
        changes.move_booking(booking, later, by=leader, now=NOW)
    assert (left(allotment), left_of(departure)) == (20, 40)
    assert (left(there), left_of(later)) == (0, 33)


def test_seats_return_by_themselves_when_their_time_comes() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 40, school=leader.organisation)
        other = aside(make_departure(), 5, school=leader.organisation)
        make_hold(departure, leader)
    with time_machine.travel(RELEASE - timedelta(seconds=1), tick=False):
        repeat(allotments.release_due)
    assert allotment.released_at is None
    with time_machine.travel(RELEASE, tick=False):
        repeat(allotments.release_due)
        repeat(allotments.release_due)  # a second time there is nothing to do
    for one in (allotment, other):
        db.session.refresh(one)
        assert one.released_at == RELEASE
    assert left_of(departure) == 33
    assert slot_of(departure).pool.taken == 27
    assert count_set_aside(departure.id, leader) == 0


def test_what_has_returned_does_not_return_again() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        allotment = aside(departure, 20, city=make_city())
        allotments.release(allotment, now=NOW)
    with pytest.raises(AllotmentReleased), transaction():
        allotments.release(allotment, now=NOW)
    assert left_of(departure) == 60


def test_no_more_is_set_aside_than_is_free() -> None:
    with transaction():
        departure = make_departure(make_package(slot_capacity=50), capacity=60)
        city = make_city()
        make_hold(departure, make_leader())  # 33 left, 23 at its stop
    with pytest.raises(NotEnoughSeats), transaction():
        aside(departure, 34, city=city)
    with pytest.raises(SlotFull) as refused, transaction():
        aside(departure, 24, city=city)
    assert refused.value.facts["left"] == 23
    with transaction():
        aside(departure, 23, city=city)
    assert (left_of(departure), slot_of(departure).pool.left) == (10, 0)
    assert queries.get_seats(departure.id).left == 0


def test_nothing_is_set_aside_of_a_full_departure_nor_before_those_who_wait() -> None:
    with transaction():
        departure = make_departure(capacity=27)
        city = make_city()
        booking = make_hold(departure, make_leader())
    with pytest.raises(SoldOut), transaction():
        aside(departure, 1, city=city)
    with transaction():
        waiting.join_list(departure, Party(9, 1), CONTACT, form_token="waits", by=make_leader(), now=NOW)
        cancel(booking)
    with pytest.raises(GroupsWaiting), transaction():
        aside(departure, 1, city=city)


def test_whoever_has_seats_set_aside_need_not_queue() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        aside(departure, 20, school=leader.organisation)
        make_hold(departure, make_leader(), pupils=36, staff=4)
        waiting.join_list(departure, Party(9, 1), CONTACT, form_token="waits", by=make_leader(), now=NOW)
        booking = make_hold(departure, leader, pupils=18, staff=2)
    assert booking.state is BookingState.HELD


def test_what_cannot_be_set_aside() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        draft = make_departure(capacity=60, is_open=False)
        city = make_city()
        school = make_leader(city).organisation
        for holders in ({"city": None, "school": None}, {"city": city, "school": school}):
            with pytest.raises(HolderMissing):
                aside(departure, 10, **holders)
        with pytest.raises(AllotmentEmpty):
            aside(departure, 0, city=city)
        for moment in (NOW, departure.closes_at + timedelta(minutes=1)):
            with pytest.raises(ReleaseOutsideRegistration):
                allotments.set_aside(departure, 10, city=city, school=None, release_at=moment, now=NOW)
        with pytest.raises(NotTakingRegistrations):
            aside(draft, 10, city=city)


def test_an_allotment_belongs_to_its_departure() -> None:
    with transaction():
        departure, other = make_departure(), make_departure()
        allotment = aside(departure, 10, city=make_city())
    assert get_allotment(departure, allotment.id) is allotment
    with pytest.raises(AllotmentNotFound):
        get_allotment(other, allotment.id)


def test_a_departure_that_closes_closes_what_is_set_aside() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        aside(departure, 40, school=leader.organisation)
        departures.close_departure(departure)
    assert seats.around(departure, leader.organisation).allotments == {}
    with transaction():
        departures.open_departure(departure)
        make_hold(departure, leader)
    assert left_of(departure) == 20


def test_a_departure_that_is_called_off_keeps_nothing_aside() -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        allotment = aside(departure, 40, school=leader.organisation)
        make_hold(departure, leader)
    with transaction():
        host = make_user(departure.package.organiser, Role.ORGANISER)
        bookings.call_off_departure(departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=host, now=NOW)
    db.session.refresh(allotment)
    assert allotment.released_at == NOW
    assert left_of(departure) == 60
    assert slot_of(departure).pool.taken == 0


def test_seats_set_aside_move_along_when_a_stop_does() -> None:
    with transaction():
        package = make_package(slot_capacity=50)
        departure = make_departure(package, capacity=60)
        leader = make_leader()
        aside(departure, 40, school=leader.organisation)
        make_hold(departure, leader)
        before = slot_of(departure)
        package.stops[0].starts = package.stops[0].starts.replace(hour=14)
        departures.rearrange(departure)
    after = slot_of(departure)
    db.session.refresh(before.pool)
    assert (before.pool.taken, after.pool.taken) == (0, 40)
