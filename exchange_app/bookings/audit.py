"""The audit of bookings: whether each has exactly the seats that its state and its size give it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Integer, Row, Select, exists, func, literal, or_, select, union

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import SEATED
from exchange_app.core.database import db
from exchange_app.departures.models import Allotment, Claim, Departure, DepartureSlot, Slot


@dataclass(frozen=True, slots=True)
class Misclaim:
    """A booking that should have ``due`` seats of a pool and has ``claimed``."""

    code: str
    pool_id: int
    due: int
    claimed: int


def list_misclaims() -> list[Misclaim]:
    """Every pool of which a booking has other seats than it should; what it draws from an allotment may be any part."""
    return [Misclaim(*row) for query in (_without_a_right(), _missing_or_other()) for row in _rows(query)]


def _rows(query: Select[str, int, int, int]) -> list[Row[str, int, int, int]]:
    return list(db.session.execute(query.order_by(Booking.id)).all())


def _without_a_right() -> Select[str, int, int, int]:
    """Claims of bookings that have no seats, or on pools where their departure does not stop."""
    aside = exists().where(Allotment.pool_id == Claim.pool_id, Allotment.departure_id == Booking.departure_id)
    theirs = exists().where(Claim.pool_id == _PLACES.c.pool_id, _PLACES.c.departure_id == Booking.departure_id)
    return (
        select(Booking.code, Claim.pool_id, literal(0, Integer), Claim.seats)
        .join(Claim, Claim.booking_id == Booking.id)
        .where(or_(Booking.state.not_in(SEATED), ~or_(aside, theirs)))
    )


def _missing_or_other() -> Select[str, int, int, int]:
    persons, claimed = Booking.pupils + Booking.staff, func.coalesce(Claim.seats, 0)
    return (
        select(Booking.code, _PLACES.c.pool_id, persons, claimed)
        .join(_PLACES, _PLACES.c.departure_id == Booking.departure_id)
        .outerjoin(Claim, (Claim.booking_id == Booking.id) & (Claim.pool_id == _PLACES.c.pool_id))
        .where(Booking.state.in_(SEATED), claimed != persons)
    )


# Each departure with its own pool and with that of every slot where it stops.
_PLACES = union(
    select(Departure.id.label("departure_id"), Departure.pool_id),
    select(DepartureSlot.departure_id, Slot.pool_id).join(Slot, Slot.id == DepartureSlot.slot_id),
).subquery("places")
