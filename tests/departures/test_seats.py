"""Promise 1: never oversell. Real threads with connections of their own, on both engines."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import lock_booking
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.transaction import transaction
from exchange_app.departures import seats
from exchange_app.departures import service as departures
from exchange_app.departures.audit import Difference, audit
from exchange_app.departures.errors import CapacityBelowTaken, NotEnoughSeats, NotTakingRegistrations, SoldOut
from exchange_app.departures.models import Claim, Departure, Pool, Slot
from exchange_app.departures.queries import get_departure
from exchange_app.departures.rules import Cause
from tests.builders import NOW, both, make_departure, make_hold, make_leader


def at_once(app: Flask, works: list[Callable[[], object]]) -> Counter[str]:
    """Run every piece of work in a thread of its own, all starting together; counts how each ended."""
    start = threading.Barrier(len(works))
    ends: Counter[str] = Counter()

    def run(work: Callable[[], object]) -> None:
        with app.app_context():
            start.wait()
            try:
                work()
                ends["done"] += 1
            except Refusal as refusal:
                ends[refusal.slug] += 1
            except Exception as fault:  # what no user may ever see; the test names it
                ends[repr(fault)] += 1
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def taken(departure: Departure) -> int:
    db.session.rollback()
    return db.session.scalars(select(Pool.taken).where(Pool.id == departure.pool_id)).one()


def test_thirty_leaders_want_three_of_forty_seats(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=40)
        leaders = [make_leader() for _ in range(30)]
    departure_id, leader_ids = departure.id, [leader.id for leader in leaders]

    def register(leader_id: int) -> None:
        leader = db.session.get_one(type(leaders[0]), leader_id)
        with transaction():
            bookings.hold_seats(
                get_departure(departure_id), Party(2, 1), form_token=f"form-{leader_id}", by=leader, now=NOW
            )

    ends = at_once(app, [lambda one=leader_id: register(one) for leader_id in leader_ids])

    refused = ends["not-enough-seats"] + ends["sold-out"]
    assert (ends["done"], refused) == (13, 17), ends
    assert taken(departure) == 39
    assert audit() == []


def test_taking_and_giving_back_in_a_storm_keeps_the_count(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=30)
        leaders = [make_leader() for _ in range(12)]
    departure_id, leader_ids = departure.id, [leader.id for leader in leaders]

    def come_and_go(leader_id: int) -> None:
        dice = random.Random(leader_id)
        leader = db.session.get_one(type(leaders[0]), leader_id)
        for turn in range(8):
            party = Party(dice.randint(1, 9), 1)
            try:
                with transaction():
                    booking = bookings.hold_seats(
                        get_departure(departure_id), party, form_token=f"{leader_id}-{turn}", by=leader, now=NOW
                    )
            except (NotEnoughSeats, SoldOut):
                continue
            if dice.random() < 0.7:
                with transaction():
                    bookings.cancel_booking(lock_booking(booking.code, leader), reason="", by=leader, now=NOW)

    ends = at_once(app, [lambda one=leader_id: come_and_go(one) for leader_id in leader_ids])

    assert ends == {"done": 12}
    assert 0 <= taken(departure) <= 30
    assert audit() == []
    still_there = db.session.scalars(select(Booking).where(Booking.state == BookingState.HELD)).all()
    assert taken(departure) == sum(booking.persons for booking in still_there)


def test_the_same_form_sent_twice_at_once_is_one_booking(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
    departure_id, leader_id = departure.id, leader.id
    codes: list[str] = []

    def send() -> None:
        sender = db.session.get_one(type(leader), leader_id)
        with transaction():
            booking = bookings.hold_seats(
                get_departure(departure_id), Party(24, 3), form_token="the-same", by=sender, now=NOW
            )
        codes.append(booking.code)

    assert at_once(app, [send] * 6) == {"done": 6}
    assert len(set(codes)) == 1
    assert taken(departure) == 27


def test_the_last_seats_are_refused_with_how_many_are_left(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=30)
        make_hold(departure, make_leader(), pupils=24, staff=3)
        late = make_leader()
    with pytest.raises(NotEnoughSeats) as refused, transaction():
        make_hold(get_departure(departure.id), late, pupils=4, staff=1)
    assert refused.value.facts == {"wanted": 5, "left": 3}
    assert db.session.scalar(select(Booking).where(Booking.leader_id == late.id)) is None


def test_a_full_departure_says_that_it_is_full(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=27)
        make_hold(departure, make_leader())
        late = make_leader()
    with pytest.raises(SoldOut), transaction():
        make_hold(get_departure(departure.id), late, pupils=1, staff=1)


def test_the_database_itself_refuses_to_oversell(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=10)
    with pytest.raises(IntegrityError), transaction():
        db.session.execute(update(Pool).where(Pool.id == departure.pool_id).values(taken=11))


def test_a_claim_on_its_way_when_registration_closes_is_refused(app: Flask) -> None:
    """The late request read the departure while it was open; the pool itself says no."""
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
    with transaction():
        late, pools = bookings.open_booking(departure, Party(2, 1), form_token="late", by=leader, now=NOW)
    assert pools is not None
    with transaction():
        departures.close_departure(departure)
    with pytest.raises(NotTakingRegistrations), transaction():
        bookings.claim_seats(late, pools)
    assert taken(departure) == 0


def test_capacity_never_goes_below_what_is_taken(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=60)
        make_hold(departure, make_leader())
    with pytest.raises(CapacityBelowTaken) as refused, transaction():
        seats.set_capacity(departure.pool_id, 26)
    assert refused.value.facts == {"taken": 27}
    with transaction():
        seats.set_capacity(departure.pool_id, 27)


def test_the_audit_names_a_pool_that_differs_from_its_claims(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=60)
        make_hold(departure, make_leader())
        db.session.execute(update(Claim).values(seats=26))
    slot = db.session.scalars(select(Slot)).one()
    assert audit() == [
        Difference(departure.pool_id, "taken", counted=27, found=26),
        Difference(slot.pool_id, "taken", counted=27, found=26),
    ]


def test_calling_off_gives_every_seat_back(app: Flask) -> None:
    with transaction():
        departure = make_departure(capacity=60)
        leader = make_leader()
        held = make_hold(departure, leader)
        bookings.call_off_departure(departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=leader, now=NOW)
    assert held.state is BookingState.CALLED_OFF
    assert taken(departure) == 0
    assert audit() == []
