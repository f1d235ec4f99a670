"""Holding seats anew for a group whose time ran out before it was handed in.

It stays the same booking, so that nothing its leader filled in is lost: contact, numbers, roster, rows to mend. Whoever
waits for seats goes first, as before any newcomer.
"""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.bookings import letters, service
from exchange_app.bookings.errors import StepNotAllowed
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState, Party, Step, hold_length
from exchange_app.core.database import db
from exchange_app.departures.service import check_registration


def hold_again(booking: Booking, party: Party, *, by: User, now: datetime) -> None:
    """For as many as come now; while the seats are still held, nothing changes. Raises StepNotAllowed, TooFewAdults,
    NotOpenYet, RegistrationOver, NotTakingRegistrations, and what `seats.claim` raises."""
    if booking.state_at(now) is BookingState.HELD:
        return
    if booking.state_at(now) is not BookingState.EXPIRED:
        raise StepNotAllowed()
    check_registration(booking.departure, now)
    service.check_supervision(party, booking.departure)
    if booking.state is BookingState.HELD:  # nobody has taken its seats back so far
        service.expire([booking], now)
    booking.pupils, booking.staff = party.pupils, party.staff
    pools = service.make_room(booking.departure, party.persons, by=by, now=now)
    service.go(booking, Step.HOLD, by=by, now=now, pupils=party.pupils, staff=party.staff)
    booking.hold_ends_at = now + hold_length(party.persons)
    letters.write_held(booking, now)
    db.session.flush()
    service.claim_seats(booking, pools)
