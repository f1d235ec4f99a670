"""Reads of waiting lists: who waits, in which order, what was decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import MOST_PASSES, BookingState
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.departures import seats
from exchange_app.departures.models import Departure


def list_waiting() -> Sequence[Booking]:
    """Every group on a waiting list, in the order of arrival, as it is in the database now."""
    return db.session.scalars(_waiting()).all()


def _waiting() -> Select[Booking]:
    return (
        select(Booking)
        .join(Booking.departure)
        .options(
            contains_eager(Booking.departure).options(
                joinedload(Departure.pool), joinedload(Departure.package).joinedload(Package.host_city)
            ),
            joinedload(Booking.school),
            joinedload(Booking.leader),
        )
        .where(Booking.state == BookingState.WAITING)
        .order_by(Booking.queued_at, Booking.id)
        .execution_options(populate_existing=True)
    )


def lock_waiting() -> Sequence[Booking]:
    """As list_waiting, locked."""
    return db.session.scalars(_waiting().with_for_update(of=Booking, key_share=True)).all()


def list_waiting_of(departure_id: int) -> Sequence[Booking]:
    """The departure's waiting list in its order."""
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school))
        .where(Booking.state == BookingState.WAITING, Booking.departure_id == departure_id)
        .order_by(Booking.queued_at, Booking.id)
    ).all()


def list_offered_of(departure_id: int) -> Sequence[Booking]:
    """The groups that are offered seats of the departure now, by the end of the offer."""
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school))
        .where(Booking.state == BookingState.OFFERED, Booking.departure_id == departure_id)
        .order_by(Booking.hold_ends_at, Booking.id)
    ).all()


@dataclass(frozen=True, slots=True)
class Place:
    """A group's place on its departure's list, from 1; the groups before it, and how often it may still be passed."""

    number: int
    before: Sequence[Booking]
    may_be_passed: int


def largest_that_fits(booking: Booking) -> int:
    """How many persons a group of the booking's departure can ever have, were all others gone."""
    return seats.around(booking.departure, booking.school).smallest


def place_in_line(booking: Booking) -> Place:
    """Where a waiting group stands."""
    line = list_waiting_of(booking.departure_id)
    number = next((number for number, other in enumerate(line, start=1) if other.id == booking.id), len(line) + 1)
    return Place(number, line[: number - 1], max(0, MOST_PASSES - booking.times_passed))


def count_waiting(departure_id: int) -> int:
    counted = select(func.count()).where(
        Booking.state.in_((BookingState.WAITING, BookingState.OFFERED)), Booking.departure_id == departure_id
    )
    return db.session.scalar(counted) or 0


def list_list_events(departure_id: int) -> Sequence[BookingEvent]:
    """Every decision about the departure's waiting list, the latest first."""
    return db.session.scalars(
        select(BookingEvent)
        .join(BookingEvent.booking)
        .options(contains_eager(BookingEvent.booking).joinedload(Booking.school), joinedload(BookingEvent.by))
        .where(Booking.departure_id == departure_id, BookingEvent.what.in_(LIST_EVENTS))
        .order_by(BookingEvent.id.desc())
    ).all()


LIST_EVENTS = ("queue", "offer", "passed", "kept_waiting", "accept", "turn_down", "lapse", "close_list")


def was_kept_waiting(booking_id: int) -> bool:
    """Whether it is in the history already that seats gather for a group before this one."""
    told = exists().where(BookingEvent.booking_id == booking_id, BookingEvent.what == "kept_waiting")
    return bool(db.session.scalar(select(told)))


def lock_waiting_of_ended(now: datetime, *, limit: int = 200) -> Sequence[Booking]:
    """Groups that still wait although the registration is over, locked."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.departure)
        .options(contains_eager(Booking.departure), joinedload(Booking.leader))
        .where(Booking.state == BookingState.WAITING, Departure.closes_at <= now)
        .order_by(Booking.id)
        .limit(limit)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()
