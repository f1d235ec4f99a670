"""The waiting list: who is offered seats, when, and why not; and whatever frees seats leads to an offer."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from redis import Redis
from sqlalchemy import func, select

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, changes, queries, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import NeverFits, NothingChanges, OfferLapsed, StepNotAllowed, TooFewAdults
from exchange_app.bookings.labels import tell
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queue import count_waiting, place_in_line
from exchange_app.bookings.rules import MOST_PASSES, OFFER_LENGTH, BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.broker import WAKE_EVERY_SECONDS
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments, slots
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import GroupsOnList, GroupsWaiting, RegistrationOver
from exchange_app.departures.models import Departure, Pool, Shortage, Slot
from exchange_app.departures.rules import Cause, adults_needed
from exchange_app.factory import create_app
from exchange_app.outbox.models import Letter
from launcher.processes import wait_until
from launcher.valkey import Valkey
from tasks.app import repeat
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_package, make_user
from tests.departures.test_seats import at_once
from tests.settings import make_settings

CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")
OFFER_SEATS = "bookings.offer_seats"
MINUTE = timedelta(minutes=1)
QUIET = 3 * WAKE_EVERY_SECONDS  # by then every wake of what was done before has arrived

_numbers = itertools.count(1)


def party_of(persons: int) -> Party:
    """So many, with as many adults as one for ten pupils asks for."""
    staff = adults_needed(persons, 11)
    return Party(persons - staff, staff)


def seat(departure: Departure, persons: int, *, at: datetime = NOW) -> Booking:
    """A group that is handed in; confirmed where the package asks nobody."""
    party = party_of(persons)
    with transaction():
        leader = make_leader()
        booking = make_hold(departure, leader, pupils=party.pupils, staff=party.staff, now=at)
        bookings.set_contact(booking, CONTACT, by=leader, now=at)
        bookings.submit_booking(booking, by=leader, now=at)
    return booking


def queue(departure: Departure, persons: int, *, at: datetime = NOW, leader: User | None = None) -> Booking:
    with transaction():
        by = leader or make_leader()
        token = f"queue-{next(_numbers)}"
        return waiting.join_list(departure, party_of(persons), CONTACT, form_token=token, by=by, now=at)


def cancel(booking: Booking, *, at: datetime = NOW) -> None:
    with transaction():
        bookings.cancel_booking(booking, reason="Exams were moved", by=booking.leader, now=at)


def offer(at: datetime = NOW) -> int:
    """As the worker does; returns how many offers were made."""
    for made in itertools.count():
        with transaction():
            if not waiting.offer_seats(at):
                return made
    raise AssertionError


def states(*groups: Booking) -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [group.state.value for group in groups]


def told(booking: Booking) -> list[str]:
    """The slugs of its history."""
    return [event.what for event in queries.list_history(booking.id)]


def letter_kinds(booking: Booking) -> set[str]:
    return set(db.session.scalars(select(Letter.kind).where(Letter.subject_id == booking.id)))


def count_short() -> int:
    return db.session.scalar(select(func.count()).select_from(Shortage)) or 0


@pytest.fixture(autouse=True)
def the_count_is_right(app: Flask) -> Iterator[None]:
    """Whatever a test did: the pools are what their rows come to."""
    yield
    db.session.rollback()
    assert audit() == []


@dataclass
class Full:
    """Forty seats, all taken by four groups of ten."""

    departure: Departure
    seated: list[Booking]


@pytest.fixture
def full(app: Flask) -> Full:
    with transaction():
        departure = make_departure(capacity=40)
    return Full(departure, [seat(departure, 10) for _ in range(4)])


# ------------------------------------------------------------------------------------------------------ the order


def test_seats_go_to_whoever_waits_longest(full: Full) -> None:
    first, second = queue(full.departure, 10), queue(full.departure, 10, at=NOW + MINUTE)
    assert offer() == 0
    cancel(full.seated[0])
    assert offer() == 1
    assert states(first, second) == ["offered", "waiting"]
    assert first.hold_ends_at == NOW + OFFER_LENGTH
    assert letter_kinds(first) == {"booking_queued", "booking_offered"}
    assert letter_kinds(second) == {"booking_queued"}
    cancel(full.seated[1])
    assert offer() == 1
    assert states(second) == ["offered"]


def test_a_group_is_never_split_and_passed_at_most_twice(app: Flask, full: Full) -> None:
    big = queue(full.departure, 30)
    small = [queue(full.departure, 10, at=NOW + number * MINUTE) for number in (1, 2, 3)]
    for turn in range(MOST_PASSES):
        cancel(full.seated[turn])
        assert offer() == 1
        assert states(big, small[turn]) == ["waiting", "offered"]
        assert big.times_passed == turn + 1
    cancel(full.seated[2])
    assert offer() == 0  # ten seats are free, and gather
    cancel(full.seated[3])
    assert offer() == 0
    assert states(*small) == ["offered", "offered", "waiting"]
    assert told(small[2]).count("kept_waiting") == 1  # said once, not at every look
    assert told(big) == ["queue", "passed", "passed"]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert "2 of 2 times" in tell(queries.list_history(big.id)[-1])

    place = place_in_line(big)
    assert (place.number, list(place.before), place.may_be_passed) == (1, [], 0)
    assert [other.id for other in place_in_line(small[2]).before] == [big.id]

    with transaction():
        waiting.turn_down_offer(small[0], by=small[0].leader, now=NOW)
    assert offer() == 1
    assert states(big, *small) == ["offered", "cancelled", "offered", "waiting"]


def test_a_group_that_fits_does_not_wait(full: Full) -> None:
    """Ten seats are free, a group of thirty waits for more: who joins with ten is offered them at the next look."""
    big = queue(full.departure, 30)
    cancel(full.seated[0])
    assert offer() == 0
    small = queue(full.departure, 10)
    assert offer() == 1
    assert states(big, small) == ["waiting", "offered"]


def test_newcomers_do_not_take_what_a_group_waits_for(full: Full) -> None:
    big = queue(full.departure, 30)
    cancel(full.seated[0])
    offer()
    with pytest.raises(GroupsWaiting) as refused, transaction():
        make_hold(full.departure, make_leader(), pupils=2, staff=1)
    assert refused.value.facts == {"count": 1}
    with transaction():
        bookings.cancel_booking(big, reason="", by=big.leader, now=NOW)
    assert count_short() == 0
    with transaction():
        make_hold(full.departure, make_leader(), pupils=2, staff=1)


def test_between_freed_and_offered_nobody_slips_in(full: Full) -> None:
    first = queue(full.departure, 10)
    cancel(full.seated[0])
    with pytest.raises(GroupsWaiting), transaction():
        make_hold(full.departure, make_leader(), pupils=2, staff=1)
    assert offer() == 1
    assert states(first) == ["offered"]


def test_the_same_form_sent_twice_joins_once(full: Full) -> None:
    with transaction():
        leader = make_leader()

    def join() -> Booking:
        with transaction():
            return waiting.join_list(full.departure, party_of(10), CONTACT, form_token="same", by=leader, now=NOW)

    assert join().id == join().id
    assert count_waiting(full.departure.id) == 1


def test_who_could_never_fit_cannot_wait(full: Full) -> None:
    with pytest.raises(NeverFits) as refused:
        queue(full.departure, 41)
    assert refused.value.facts == {"capacity": 40}
    with pytest.raises(TooFewAdults), transaction():
        waiting.join_list(full.departure, Party(20, 1), CONTACT, form_token="few", by=make_leader(), now=NOW)


# -------------------------------------------------------------------------------------------------- changing the size


def test_a_smaller_group_keeps_its_place(full: Full) -> None:
    first, second = queue(full.departure, 30), queue(full.departure, 10, at=NOW + MINUTE)
    with transaction():
        waiting.change_waiting(first, party_of(10), by=first.leader, now=NOW + 2 * MINUTE)
    cancel(full.seated[0])
    assert offer() == 1
    assert states(first, second) == ["offered", "waiting"]


def test_a_larger_group_goes_to_the_end(full: Full) -> None:
    first, second = queue(full.departure, 10), queue(full.departure, 10, at=NOW + MINUTE)
    with transaction():
        waiting.change_waiting(first, party_of(11), by=first.leader, now=NOW + 2 * MINUTE)
    assert place_in_line(first).number == 2
    cancel(full.seated[0])
    assert offer() == 1
    assert states(first, second) == ["waiting", "offered"]


def test_shrinking_to_what_is_free_is_offered_at_once(full: Full) -> None:
    group = queue(full.departure, 30)
    cancel(full.seated[0])
    assert offer() == 0
    with transaction():
        waiting.change_waiting(group, party_of(10), by=group.leader, now=NOW)
    assert offer() == 1
    assert states(group) == ["offered"]


def test_what_cannot_be_changed_on_the_list(full: Full) -> None:
    group = queue(full.departure, 10)
    for party, refusal in ((party_of(41), NeverFits), (Party(20, 1), TooFewAdults), (group.party, NothingChanges)):
        with pytest.raises(refusal), transaction():
            waiting.change_waiting(group, party, by=group.leader, now=NOW)
    with pytest.raises(StepNotAllowed), transaction():
        waiting.change_waiting(full.seated[0], party_of(5), by=group.leader, now=NOW)


# ---------------------------------------------------------------------------------------------------------- the offer


def offered(full: Full, at: datetime = NOW) -> tuple[Booking, Booking]:
    """A group that is offered ten seats, and the next in the line."""
    first, second = queue(full.departure, 10), queue(full.departure, 10, at=NOW + MINUTE)
    cancel(full.seated[0], at=at)
    offer(at)
    return first, second


def test_an_accepted_offer_is_a_group_that_is_handed_in(full: Full) -> None:
    first, _second = offered(full)
    for _ in range(2):  # the second time changes nothing
        with transaction():
            waiting.accept_offer(first, by=first.leader, now=NOW + MINUTE)
    assert states(first) == ["confirmed"]
    assert first.hold_ends_at is None
    assert told(first) == ["queue", "offer", "accept", "confirm"]
    assert offer() == 0


def test_an_accepted_offer_is_decided_about_like_any_other_group(app: Flask) -> None:
    with transaction():
        departure = make_departure(make_package(approvals=["host"]), capacity=10)
    seated = seat(departure, 10)
    group = queue(departure, 10)
    cancel(seated)
    offer()
    with transaction():
        waiting.accept_offer(group, by=group.leader, now=NOW)
    assert states(group) == ["submitted"]
    assert group.awaiting == "host"


def test_an_offer_can_be_accepted_though_more_adults_are_needed_by_now(full: Full) -> None:
    """The group that was offered seats may make some pupils stay at home, or bring an adult in a pupil's place."""
    first, _ = offered(full)
    with transaction():
        full.departure.persons_per_adult = 4
    with pytest.raises(TooFewAdults), transaction():
        waiting.accept_offer(first, by=first.leader, now=NOW)
    db.session.refresh(first)
    with transaction():
        changes.change_party(first, Party(8, 2), by=first.leader, now=NOW)
    with transaction():
        waiting.accept_offer(first, by=first.leader, now=NOW)
    assert states(first) == ["confirmed"]


def test_an_offer_ends_when_registration_does(full: Full) -> None:
    late = full.departure.closes_at - timedelta(hours=5)
    first, _second = offered(full, at=late)
    assert first.hold_ends_at == full.departure.closes_at


def test_an_offer_that_lapsed_goes_to_the_next(full: Full) -> None:
    first, second = offered(full)
    too_late = NOW + OFFER_LENGTH
    for command in (waiting.accept_offer, waiting.turn_down_offer):
        with pytest.raises(OfferLapsed), transaction():
            command(first, by=first.leader, now=too_late)
    with transaction():
        assert bookings.expire_holds(too_late) == 1
    assert offer(too_late) == 1
    assert states(first, second) == ["lapsed", "offered"]
    assert "booking_list_ended" in letter_kinds(first)
    with pytest.raises(OfferLapsed), transaction():
        waiting.accept_offer(first, by=first.leader, now=too_late)


def test_an_offer_that_is_turned_down_goes_to_the_next(full: Full) -> None:
    first, second = offered(full)
    with transaction():
        waiting.turn_down_offer(first, by=first.leader, now=NOW)
    assert offer() == 1
    assert states(first, second) == ["cancelled", "offered"]
    assert told(first)[-1] == "turn_down"


def test_the_list_ends_with_the_registration(full: Full) -> None:
    first, second = offered(full)
    ends = full.departure.closes_at
    with transaction():
        assert waiting.close_lists(ends - MINUTE) == 0
    with transaction():
        assert waiting.close_lists(ends) == 1
    assert states(second) == ["lapsed"]
    assert told(second)[-1] == "close_list"
    assert "booking_list_ended" in letter_kinds(second)
    assert count_short() == 0
    with pytest.raises(RegistrationOver):
        queue(full.departure, 10, at=ends)
    assert states(first) == ["offered"]  # its own time runs out by itself


def test_a_closed_departure_offers_nothing(full: Full) -> None:
    group = queue(full.departure, 10)
    with transaction():
        departures.close_departure(full.departure)
    cancel(full.seated[0])
    assert offer() == 0
    assert states(group) == ["waiting"]
    with transaction():
        departures.open_departure(full.departure)
    assert offer() == 1
    assert states(group) == ["offered"]


def test_a_departure_that_is_called_off_ends_its_list(full: Full) -> None:
    first, second = offered(full)
    with transaction():
        bookings.call_off_departure(
            full.departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=first.leader, now=NOW
        )
    assert states(first, second) == ["called_off", "called_off"]
    assert count_short() == 0
    assert offer() == 0


def test_a_departure_that_somebody_waits_for_is_not_withdrawn(full: Full) -> None:
    group = queue(full.departure, 10)
    for booking in full.seated:
        cancel(booking)
    with pytest.raises(GroupsOnList) as refused, transaction():
        bookings.withdraw_departure(full.departure)
    assert refused.value.facts == {"count": 1}
    assert states(group) == ["waiting"]


# ------------------------------------------------------------------------------------------------ what frees seats


@dataclass
class Crowded:
    """Sixty seats: one group handed in, one that is still filling in, and the rest set aside for a school."""

    departure: Departure
    seated: Booking
    held: Booking
    aside: allotments.Allotment
    waiting: Booking
    host: User
    other: Departure


LATER = NOW + timedelta(hours=2)  # by then the hold ran out and the allotment is due


def cancelling(crowd: Crowded) -> None:
    bookings.cancel_booking(crowd.seated, reason="Exams", by=crowd.seated.leader, now=NOW)


def shrinking(crowd: Crowded) -> None:
    changes.change_party(crowd.seated, party_of(10), by=crowd.seated.leader, now=NOW)


def declining(crowd: Crowded) -> None:
    approvals.decline_booking(crowd.seated, comment="No guide that day", by=crowd.host, now=NOW)


def moving(crowd: Crowded) -> None:
    changes.move_booking(crowd.seated, crowd.other, by=crowd.seated.leader, now=NOW)


def running_out(crowd: Crowded) -> None:
    assert bookings.expire_holds(LATER) == 1


def returning(crowd: Crowded) -> None:
    assert allotments.release_due(LATER) == 1


def raising(crowd: Crowded) -> None:
    terms = departures.terms_of(crowd.departure)
    departures.change_departure(crowd.departure, replace(terms, capacity=70), seen=fingerprint(terms))


def leaving(crowd: Crowded) -> None:
    """Somebody who fits now stood behind one who does not."""
    changes.change_party(crowd.seated, party_of(15), by=crowd.seated.leader, now=NOW)
    bookings.cancel_booking(crowd.waiting, reason="", by=crowd.waiting.leader, now=NOW)
    crowd.waiting = waiting.join_list(
        crowd.departure, party_of(5), CONTACT, form_token="behind", by=make_leader(), now=NOW
    )


CAUSES = [cancelling, shrinking, declining, moving, running_out, returning, raising, leaving]


@pytest.fixture
def broker(app: Flask, database_url: str, valkey_server: Valkey) -> Iterator[Redis]:
    """A real broker behind the application, and nobody who works."""
    with Redis.from_url(valkey_server.url) as redis:
        redis.flushall()
        create_app(make_settings(DATABASE_URL=database_url, REDIS_URL=valkey_server.url))  # the process has one broker
        yield redis
        create_app(make_settings(DATABASE_URL=database_url))
        redis.flushall()


def woken(broker: Redis) -> set[str]:
    """The tasks that workers were asked for."""
    return {json.loads(message)["headers"]["task"] for message in broker.lrange("exchange:urgent", 0, -1)}


def quieten(broker: Redis) -> None:
    """Forget the wakes so far."""
    time.sleep(QUIET)
    broker.flushall()


@pytest.mark.parametrize("cause", CAUSES)
def test_whatever_frees_seats_leads_to_an_offer(broker: Redis, cause: Callable[[Crowded], None]) -> None:
    with transaction():
        departure = make_departure(make_package(approvals=["host"]), capacity=60)
        host = make_user(departure.package.organiser, Role.ORGANISER)
        other = make_departure(departure.package, starts_on=departure.starts_on + timedelta(days=1))
    seated = seat(departure, 20)
    with transaction():
        held = make_hold(departure, make_leader(), pupils=18, staff=2)
        aside = allotments.set_aside(
            departure, 20, city=None, school=make_leader().organisation, release_at=LATER, now=NOW
        )
    crowd = Crowded(departure, seated, held, aside, queue(departure, 10), host, other)
    assert offer() == 0
    quieten(broker)  # joining wakes too
    with transaction():
        cause(crowd)
    assert wait_until(lambda: OFFER_SEATS in woken(broker), within=5)
    assert offer(LATER if cause in (running_out, returning) else NOW) == 1
    assert states(crowd.waiting) == ["offered"]


def test_where_nobody_waits_nobody_is_woken(broker: Redis) -> None:
    with transaction():
        departure = make_departure(capacity=10)
    booking = seat(departure, 10)
    quieten(broker)  # opening a departure wakes too
    cancel(booking)
    assert not wait_until(lambda: OFFER_SEATS in woken(broker), within=QUIET)


# ---------------------------------------------------------------------------------------- seats that are shared


@pytest.fixture
def shared(app: Flask) -> tuple[Departure, Departure]:
    """Two departures of sixty seats that stop at one museum, which takes sixty in all."""
    with transaction():
        package = make_package(slot_capacity=60)
        return make_departure(package), make_departure(package)


def test_seats_of_a_shared_stop_go_to_whoever_waits_longest(shared: tuple[Departure, Departure]) -> None:
    one, other = shared
    seated = seat(one, 50)
    first, second = queue(other, 20), queue(one, 15, at=NOW + MINUTE)
    assert offer() == 0
    with pytest.raises(GroupsWaiting), transaction():  # of the museum's ten places
        make_hold(one, make_leader(), pupils=2, staff=1)
    with transaction():
        changes.change_party(seated, party_of(40), by=seated.leader, now=NOW)
    assert offer() == 1
    assert states(first, second) == ["offered", "waiting"]
    cancel(seated)
    assert offer() == 1
    assert states(second) == ["offered"]


def test_a_full_departure_does_not_close_its_stops_for_others(app: Flask) -> None:
    with transaction():
        package = make_package(slot_capacity=100)
        small, large = make_departure(package, capacity=20), make_departure(package, capacity=60)
    seat(small, 20)
    queue(small, 10)
    with transaction():
        make_hold(large, make_leader())


def test_a_stop_that_gets_larger_leads_to_an_offer(shared: tuple[Departure, Departure]) -> None:
    one, other = shared
    seat(one, 50)
    group = queue(other, 20)
    assert offer() == 0
    with transaction():
        slots.change_slot(db.session.scalars(select(Slot)).one(), capacity=70, is_open=True)
    assert offer() == 1
    assert states(group) == ["offered"]


def test_who_has_seats_set_aside_needs_no_others(full: Full) -> None:
    """Its allotment covers the group: it neither waits for the others' seats nor passes those who do."""
    cancel(full.seated[0])
    with transaction():
        leader = make_leader()
        allotments.set_aside(
            full.departure, 10, city=None, school=leader.organisation, release_at=NOW + timedelta(days=1), now=NOW
        )
    big = queue(full.departure, 10)
    with transaction():
        own = make_hold(full.departure, leader, pupils=9, staff=1)
    assert states(own, big) == ["held", "waiting"]
    assert big.times_passed == 0


# ------------------------------------------------------------------------------------------------------- all at once


def test_workers_and_schools_at_once_never_offer_a_seat_twice(app: Flask) -> None:
    moment = now()
    with transaction():
        departure = make_departure(capacity=40, now=moment)
    seated = [seat(departure, 10, at=moment) for _ in range(4)]
    line = [queue(departure, 10, at=moment + number * timedelta(seconds=1)) for number in range(6)]
    codes = [booking.code for booking in seated[:3]]
    leader_ids = [booking.leader_id for booking in seated[:3]]
    db.session.rollback()

    def give_back(number: int) -> None:
        leader = db.session.get_one(User, leader_ids[number])
        with transaction():
            booking = queries.lock_booking(codes[number], leader)
            bookings.cancel_booking(booking, reason="Exams", by=leader, now=now())

    works: list[Callable[[], object]] = [lambda one=number: give_back(one) for number in range(3)]
    works += [lambda: repeat(waiting.offer_seats)] * 4
    assert at_once(app, works) == {"done": 7}
    repeat(waiting.offer_seats)
    assert states(*line) == ["offered"] * 3 + ["waiting"] * 3
    assert db.session.scalar(select(Pool.taken).where(Pool.id == departure.pool_id)) == 40
    assert [place_in_line(group).number for group in line[3:]] == [1, 2, 3]


def test_accepting_and_running_out_at_once_is_one_or_the_other(app: Flask) -> None:
    moment = now()
    with transaction():
        departure = make_departure(capacity=10, now=moment)
    seated = seat(departure, 10, at=moment)
    group = queue(departure, 10, at=moment)
    cancel(seated, at=moment)
    offer(moment)
    code, leader_id = group.code, group.leader_id
    just_before, just_after = moment + OFFER_LENGTH - MINUTE, moment + OFFER_LENGTH
    db.session.rollback()

    def accept() -> None:
        leader = db.session.get_one(User, leader_id)
        with transaction():
            waiting.accept_offer(queries.lock_booking(code, leader), by=leader, now=just_before)

    def sweep() -> None:
        with transaction():
            bookings.expire_holds(just_after)

    ends = at_once(app, [accept, sweep])
    (state,) = states(group)
    assert (state, ends) in (
        (BookingState.CONFIRMED, {"done": 2}),
        (BookingState.LAPSED, {"done": 1, "offer-lapsed": 1}),
    )
