"""A group that is handed in, for the tests of what becomes of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings import queries
from exchange_app.bookings import service as bookings
from exchange_app.bookings.labels import tell
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Claim, Departure
from tests.builders import NOW, make_hold, make_user

CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")


def hand_in(departure: Departure, leader: User, *, pupils: int = 24, staff: int = 3, now: datetime = NOW) -> Booking:
    """Within a transaction. Confirmed where the package asks nobody."""
    booking = make_hold(departure, leader, pupils=pupils, staff=staff, now=now)
    bookings.set_contact(booking, CONTACT, by=leader, now=now)
    bookings.submit_booking(booking, by=leader, now=now)
    return booking


def host_of(booking: Booking) -> User:
    """Somebody of the package's organiser, within a transaction."""
    return make_user(booking.departure.package.organiser, Role.ORGANISER)


def claims_of(booking: Booking) -> dict[int, int]:
    """How many seats the booking has, by pool."""
    rows = db.session.execute(select(Claim.pool_id, Claim.seats).where(Claim.booking_id == booking.id))
    return {row.pool_id: row.seats for row in rows}


def steps_of(booking: Booking) -> list[str]:
    return [event.what for event in queries.list_history(booking.id)]


def told(booking: Booking) -> list[str]:
    """Its history in words; within a request."""
    return [tell(event) for event in queries.list_history(booking.id)]
