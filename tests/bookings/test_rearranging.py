"""Promise 1 while an organiser binds a departure to other slots: whoever cancels, moves or gives seats back at that
moment leaves no seat behind and gives none twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.bookings import changes, queries
from exchange_app.bookings import service as bookings
from exchange_app.bookings.audit import list_misclaims
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Allotment, Departure
from tests.bookings.group import hand_in
from tests.bookings.published_rule import contradictions, look
from tests.builders import NOW, make_departure, make_leader, make_package

HELD_OPEN = 0.4  # seconds that whoever comes first takes until the commit
IN_TIME = 10.0


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Its package starts at another hour since it was handed in, so that its departure wants other slots."""
    with transaction():
        package = make_package()
        booking = hand_in(make_departure(package), make_leader())
        make_departure(package, now=NOW + timedelta(days=7), opens_at=NOW)
        school = make_leader().organisation
        release_at = NOW + timedelta(days=5)
        allotments.set_aside(booking.departure, 5, city=None, school=school, release_at=release_at, now=NOW)
        package.stops[0].starts = time(14)
    return booking


def cancel(booking_id: int) -> None:
    booking, by = locked(booking_id)
    bookings.cancel_booking(booking, reason="Exams", by=by, now=NOW)


def move(booking_id: int) -> None:
    booking, by = locked(booking_id)
    later = db.session.scalars(db.select(Departure).order_by(Departure.id.desc())).first()
    changes.move_booking(booking, later, by=by, now=NOW)


def release(_: int) -> None:
    allotments.release(db.session.scalars(db.select(Allotment)).one(), now=NOW)


def locked(booking_id: int) -> tuple[Booking, User]:
    booking = db.session.get_one(Booking, booking_id)
    return queries.lock_booking(booking.code, booking.leader), booking.leader


def rearrange(booking_id: int) -> None:
    departures.rearrange(db.session.get_one(Booking, booking_id).departure)


@pytest.mark.parametrize("deed", [cancel, move, release])
@pytest.mark.parametrize("is_first", [True, False])
def test_seats_are_right_whoever_comes_first(
    app: Flask, booking: Booking, deed: Callable[[int], None], is_first: bool
) -> None:
    works = [deed, rearrange] if is_first else [rearrange, deed]
    number = booking.id
    db.session.rollback()  # the test's own look must not stand in the way
    one_after_the_other(app, [lambda work=work: work(number) for work in works])
    assert audit() == []
    assert list_misclaims() == []
    assert list(contradictions(look())) == []


def one_after_the_other(app: Flask, works: list[Callable[[], None]]) -> None:
    """The second begins before the first has committed. SQLite lets one transaction write at a time anyway."""
    is_done = threading.Event()
    faults: list[BaseException] = []

    def first() -> None:
        with app.app_context(), transaction():
            works[0]()
            is_done.set()
            threading.Event().wait(HELD_OPEN)

    def second() -> None:
        is_done.wait(IN_TIME)
        with app.app_context(), transaction():
            works[1]()

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            is_done.set()

    threads = [threading.Thread(target=run, args=(work,)) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_what_is_set_aside_while_a_departure_closes_is_closed_with_it(app: Flask) -> None:
    with transaction():
        departure, school = make_departure(), make_leader().organisation
    number, school_id = departure.id, school.id
    db.session.rollback()

    def close() -> None:
        departures.close_departure(db.session.get_one(Departure, number))

    def set_aside() -> None:
        one = db.session.get_one(Departure, number)
        holder = db.session.get_one(type(school), school_id)
        allotments.set_aside(one, 5, city=None, school=holder, release_at=NOW + timedelta(days=5), now=NOW)

    one_after_the_other(app, [set_aside, close])
    assert not db.session.scalars(db.select(Allotment)).one().pool.is_open
