"""Who may look at a booking without an account: whoever knows its code and a phone number of the group."""

from __future__ import annotations

from sqlalchemy import select

from exchange_app.bookings.errors import CodeMistyped, ProofFailed
from exchange_app.bookings.models import Booking
from exchange_app.core.codes import parse_code
from exchange_app.core.database import db
from exchange_app.rosters.keeping import phone_tail_hash
from exchange_app.rosters.queries import is_phone_tail_in

NOBODYS = 0  # the id of no booking


def prove(code: str, digits: str) -> str:
    """The code as it is stored, if ``digits`` end the phone of the contact, a guardian or one of the staff.

    A code that nobody has costs the same work and gets the same answer as wrong digits. Raises CodeMistyped, which says
    nothing about what exists, or ProofFailed.
    """
    parsed = parse_code(code)
    if parsed is None:
        raise CodeMistyped()
    booking = db.session.scalar(select(Booking).where(Booking.code == parsed))
    booking_id, contact_phone = (booking.id, booking.contact_phone or "") if booking else (NOBODYS, "")
    is_guardians = is_phone_tail_in(booking_id, phone_tail_hash(booking_id, digits))
    if not is_guardians and _tail(contact_phone) != digits:
        raise ProofFailed()
    return parsed


def _tail(phone: str) -> str:
    return "".join(sign for sign in phone if sign.isdigit())[-4:]
