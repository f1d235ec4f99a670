"""Reads of trips. Every read goes through a booking or a departure that the user may see."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.trips.errors import PlaceNotFound
from exchange_app.trips.models import Place, Placing, Wish
from exchange_app.trips.rules import TRAVELLING, PlaceKind


def get_trip(code: str, user: User) -> Booking:
    """A booking of a group that travels. Raises BookingNotFound, for another school's booking too."""
    return _travelling(bookings.get_booking(code, user))


def lock_trip(code: str, user: User) -> Booking:
    """As get_trip, fresh and locked until the transaction ends. For commands."""
    return _travelling(bookings.lock_booking(code, user))


def _travelling(booking: Booking) -> Booking:
    if booking.state not in TRAVELLING:
        raise BookingNotFound()
    return booking


def list_places(booking_id: int) -> Sequence[Place]:
    return db.session.scalars(
        select(Place).where(Place.booking_id == booking_id).order_by(Place.kind, Place.number)
    ).all()


def get_place(booking: Booking, place_id: int) -> Place:
    """Raises PlaceNotFound, for a place of another booking too."""
    place: Place | None = db.session.scalar(select(Place).where(Place.id == place_id, Place.booking_id == booking.id))
    if place is None:
        raise PlaceNotFound()
    return place


def count_places(booking_id: int, kind: PlaceKind) -> int:
    counted = select(func.count()).where(Place.booking_id == booking_id, Place.kind == kind)
    return db.session.scalar(counted) or 0


def last_number(booking_id: int, kind: PlaceKind) -> int:
    last = select(func.max(Place.number)).where(Place.booking_id == booking_id, Place.kind == kind)
    return db.session.scalar(last) or 0


def list_placings(booking_id: int) -> Sequence[Placing]:
    return db.session.scalars(
        select(Placing).join(Place, Place.id == Placing.place_id).where(Place.booking_id == booking_id)
    ).all()


def list_wishes(booking_id: int) -> Sequence[Wish]:
    return db.session.scalars(select(Wish).where(Wish.booking_id == booking_id).order_by(Wish.id)).all()
