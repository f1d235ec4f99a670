"""Where letters lead. The check link proves by itself that its holder was written to; it shows one booking."""

from __future__ import annotations

import hmac

from exchange_app.bookings.models import Booking
from exchange_app.core.sealing import keys

SIGNATURE_LENGTH = 32  # hexadecimal digits: 128 bits


def check_signature(booking: Booking) -> str:
    return keys().fingerprint(booking.uid, "check_link")[:SIGNATURE_LENGTH]


def is_signed(booking: Booking, signature: str) -> bool:
    return hmac.compare_digest(check_signature(booking).encode(), signature.encode())


def check_path(booking: Booking) -> str:
    return f"/check/{booking.code}/{check_signature(booking)}"


def booking_path(booking: Booking) -> str:
    return f"/bookings/{booking.code}"
