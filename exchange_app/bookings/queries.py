"""Reads of bookings. Whoever reads one names the user, so that another school's booking is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import SEATED, BookingState, parse_code
from exchange_app.catalogue.models import MenuItem, Package, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState

WITH_DEPARTURE = (
    joinedload(Booking.school),
    joinedload(Booking.departure).joinedload(Departure.pool),
    joinedload(Booking.departure).joinedload(Departure.package).joinedload(Package.host_city),
    joinedload(Booking.departure).joinedload(Departure.package).joinedload(Package.organiser),
)

WITH_STOPS = (
    joinedload(Booking.departure)
    .joinedload(Departure.package)
    .selectinload(Package.stops)
    .joinedload(Stop.menu_item)
    .joinedload(MenuItem.base),
)


def visible_to(user: User) -> Select[Booking]:
    """The bookings a user may see: a leader those of the own school, an organiser those of the packages the own
    organisation keeps, an administrator all."""
    bookings = select(Booking)
    if user.role is Role.ADMINISTRATOR:
        return bookings
    if user.role is Role.LEADER:
        return bookings.where(Booking.school_id == user.organisation_id)
    kept = select(Departure.id).join(Departure.package).where(Package.organiser_id == user.organisation_id)
    return bookings.where(Booking.departure_id.in_(kept))


def get_booking(code: str, user: User) -> Booking:
    """Raises BookingNotFound, for another school's booking too."""
    booking: Booking | None = db.session.scalar(
        visible_to(user).options(*WITH_DEPARTURE).where(Booking.code == parse_code(code))
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def lock_booking(code: str, user: User) -> Booking:
    """As get_booking, fresh and locked until the transaction ends. For commands."""
    booking: Booking | None = db.session.scalar(
        visible_to(user)
        .options(*WITH_DEPARTURE)
        .where(Booking.code == parse_code(code))
        .with_for_update(of=Booking, key_share=True)
        .execution_options(populate_existing=True)
    )
    if booking is None:
        raise BookingNotFound()
    return booking


def find_booking_by_code(code: str) -> Booking | None:
    """For checks that prove themselves otherwise than by signing in; with the itinerary."""
    return db.session.scalar(
        select(Booking).options(*WITH_DEPARTURE, *WITH_STOPS).where(Booking.code == parse_code(code))
    )


def find_booking_of_form(leader_id: int, form_token: str) -> Booking | None:
    """The booking that this very form made when it was sent before."""
    return db.session.scalar(select(Booking).where(Booking.leader_id == leader_id, Booking.form_token == form_token))


def get_booking_of_form(leader_id: int, form_token: str) -> Booking:
    """As find_booking_of_form. Raises BookingNotFound."""
    booking = find_booking_of_form(leader_id, form_token)
    if booking is None:
        raise BookingNotFound()
    return booking


def list_bookings(user: User) -> Select[Booking]:
    """The user's bookings, newest first; to be paged."""
    return visible_to(user).options(*WITH_DEPARTURE).order_by(Booking.created_at.desc(), Booking.id.desc())


def list_desk(user: User, *, state: BookingState | None, departure_id: int | None) -> Select[Booking]:
    """The groups a host looks after: first those that wait for a decision, longest waiting first; to be paged."""
    groups = visible_to(user).options(*WITH_DEPARTURE)
    if state is not None:
        groups = groups.where(Booking.state == state)
    if departure_id is not None:
        groups = groups.where(Booking.departure_id == departure_id)
    waits = case((Booking.state == BookingState.SUBMITTED, 0), else_=1)
    waiting_since = case((Booking.state == BookingState.SUBMITTED, Booking.submitted_at))
    return groups.order_by(waits, waiting_since, Booking.created_at.desc(), Booking.id.desc())


def list_departures_with_bookings(user: User) -> Sequence[Departure]:
    """The departures whose bookings the user may see, the latest first."""
    departures = visible_to(user).with_only_columns(Booking.departure_id)
    return db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(Departure.id.in_(departures))
        .order_by(Departure.starts_on.desc(), Departure.id)
    ).all()


def count_seated(departure_id: int) -> int:
    """How many groups have seats of a departure."""
    return (
        db.session.scalar(select(func.count()).where(Booking.departure_id == departure_id, Booking.state.in_(SEATED)))
        or 0
    )


def list_bookings_of_departure(departure_id: int) -> Sequence[Booking]:
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school))
        .where(Booking.departure_id == departure_id)
        .order_by(Booking.created_at, Booking.id)
    ).all()


def list_history(booking_id: int) -> Sequence[BookingEvent]:
    return db.session.scalars(
        select(BookingEvent)
        .options(joinedload(BookingEvent.by))
        .where(BookingEvent.booking_id == booking_id)
        .order_by(BookingEvent.id)
    ).all()


def lock_expired_holds(now: datetime, *, departure_id: int | None = None, limit: int = 200) -> Sequence[Booking]:
    """Holds that ran out, locked; those that another transaction has in hand are passed over."""
    expired = (
        select(Booking)
        .where(Booking.state == BookingState.HELD, Booking.hold_ends_at <= now)
        .order_by(Booking.hold_ends_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    )
    if departure_id is not None:
        expired = expired.where(Booking.departure_id == departure_id)
    return db.session.scalars(expired).all()


def lock_bookings_of_called_off(limit: int = 500) -> Sequence[Booking]:
    """Bookings that still hold seats of a departure that was called off, locked, but for those in other hands."""
    return db.session.scalars(
        select(Booking)
        .join(Booking.departure)
        .options(contains_eager(Booking.departure), joinedload(Booking.leader))
        .where(
            Departure.state == DepartureState.CALLED_OFF,
            Booking.state.in_((BookingState.HELD, BookingState.SUBMITTED, BookingState.CONFIRMED)),
        )
        .order_by(Booking.id)
        .limit(limit)
        .with_for_update(of=Booking, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def lock_confirmed_of(departure_id: int) -> Sequence[Booking]:
    return db.session.scalars(
        select(Booking)
        .where(Booking.departure_id == departure_id, Booking.state == BookingState.CONFIRMED)
        .order_by(Booking.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
