"""Looks at a million bookings for who has to be reminded: when nothing is near, and when 10,000 groups leave soon."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from statistics import median

from sqlalchemy import text

from exchange_app.bookings.models import Booking
from exchange_app.bookings.reminders import plan_reminders
from exchange_app.bookings.rules import BookingState
from exchange_app.core.codes import new_code
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure, Pool
from tests.bench.consumption import forget_most, most_megabytes
from tests.bench.floor import NEW_CODE, NEW_UID, insert
from tests.bench.place import Place
from tests.builders import make_city, make_departure, make_leader, make_package

PACKAGES, DEPARTURES, GROUPS = 300, 100_000, 10  # groups of each departure
SOON = 1_000  # departures that leave in three days
MORNING = datetime(2027, 3, 1, 1, 30, tzinfo=UTC)  # half an hour after the packages' hour in the host city
QUIET = MORNING - timedelta(days=15)
PAST, FUTURE = (-800, 770), (60, 300)  # when the others leave: from which day after the morning, and on how many days
LOOKS = 7


def measure(place: Place) -> None:
    began = time.perf_counter()
    build()
    print(f"{DEPARTURES * GROUPS} bookings in {DEPARTURES} departures: built in {time.perf_counter() - began:.0f} s")
    forget_most()
    before = most_megabytes()
    print(f"look for reminders, nothing is near: {_milliseconds_of_a_look(QUIET):.0f} ms")
    began = time.perf_counter()
    written = 0
    while step := _look(MORNING):
        written += step
    print(f"look for reminders, {written} are due: all written in {time.perf_counter() - began:.1f} s")
    print(f"look for reminders, all are written: {_milliseconds_of_a_look(MORNING):.0f} ms")
    print(f"the looks together took {most_megabytes() - before:.0f} MB more than the process had")


def _milliseconds_of_a_look(now: datetime) -> float:
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        _look(now)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def _look(now: datetime) -> int:
    db.session.expunge_all()
    with transaction():
        return plan_reminders(now)


def build() -> None:
    """A departure and a booking as the application makes them, and copies of them in SQL."""
    with transaction():
        city = make_city()
        first_package, *_ = [make_package(host_city=city) for _ in range(PACKAGES)]
        departure, leader = make_departure(first_package, now=MORNING), make_leader(city)
        booking = Booking(
            code=new_code(),
            departure=departure,
            school_id=leader.organisation_id,
            leader=leader,
            form_token="pattern",
            pupils=27,
            staff=3,
            state=BookingState.CONFIRMED,
            contact_name="韦兰",
            contact_email="leader@bench.example",
            language="en",
            created_at=MORNING - timedelta(days=900),
            submitted_at=MORNING - timedelta(days=900),
        )
        db.session.add(booking)
        db.session.flush()
        first_pool = _copy(Pool, departure.pool_id, DEPARTURES)
        days = (
            f"CASE WHEN number <= {SOON} THEN 3 WHEN number % 2 = 0 "
            f"THEN {PAST[0]} + number % {PAST[1]} ELSE {FUTURE[0]} + number % {FUTURE[1]} END"
        )
        moved = f"(({days}) - {(departure.starts_on - MORNING.date()).days})"
        first_departure = _copy(
            Departure,
            departure.id,
            DEPARTURES,
            package_id=f"{first_package.id} + number % {PACKAGES}",
            pool_id=f"{first_pool} + number - 1",
            **{name: f"date '{getattr(departure, name)}' + {moved}" for name in ("starts_on", "ends_on")},
            **{
                name: f"timestamptz '{getattr(departure, name)}' + {moved} * interval '1 day'"
                for name in ("meets_at", "opens_at", "closes_at", "roster_due_at")
            },
        )
        _copy(
            Booking,
            booking.id,
            DEPARTURES * GROUPS,
            departure_id=f"{first_departure} + (number - 1) / {GROUPS}",
            uid=NEW_UID,
            code=NEW_CODE,
            form_token=NEW_UID,
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _copy(model: type[Pool] | type[Departure] | type[Booking], pattern_id: int, times: int, **changes: str) -> int:
    """``changes`` are SQL in which ``number`` counts the copies from 1; returns the first copy's id."""
    before = db.session.scalar(text(f"SELECT max(id) FROM {model.__tablename__}")) or 0
    copies = f"SELECT %s FROM generate_series(1, {times}) AS number"
    db.session.execute(text("SET LOCAL statement_timeout = 0"))
    db.session.execute(text(insert(model, f"id = {pattern_id}", copies, **changes).replace(":", r"\:")))
    return int(before) + 1
