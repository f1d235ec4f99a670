"""Where letters and calendars lead. A signature proves by itself that its holder was given the address.

Each address has a signature of its own: a calendar program that knows where to read a booking's feed cannot open the
booking's page.
"""

from __future__ import annotations

import hmac

from exchange_app.bookings.models import Booking
from exchange_app.core.sealing import keys
from exchange_app.departures.models import Departure

DESK_PATH = "/organiser/bookings"
SIGNATURE_LENGTH = 32  # hexadecimal digits: 128 bits


def check_signature(booking: Booking) -> str:
    return _signature(booking.uid, "check_link")


def is_signed(booking: Booking, signature: str) -> bool:
    return _is_same(check_signature(booking), signature)


def check_path(booking: Booking) -> str:
    return f"/check/{booking.code}/{check_signature(booking)}"


def booking_path(booking: Booking) -> str:
    return f"/bookings/{booking.code}"


def certificates_path(booking: Booking) -> str:
    return f"{booking_path(booking)}/certificates"


def survey_path(booking: Booking) -> str:
    """For families and pupils, who need no account."""
    return f"{check_path(booking)}/survey"


def departure_path(departure: Departure) -> str:
    """Its groups, as the host sees them."""
    return f"/organiser/departures/{departure.id}/bookings"


def waiting_list_path(departure: Departure) -> str:
    return f"/organiser/departures/{departure.id}/waiting"


def booking_feed_path(booking: Booking) -> str:
    return f"/feeds/bookings/{booking.code}/{_signature(booking.uid, 'booking_feed')}.ics"


def is_booking_feed(booking: Booking, signature: str) -> bool:
    return _is_same(_signature(booking.uid, "booking_feed"), signature)


def school_feed_path(organisation_id: int) -> str:
    return f"/feeds/schools/{organisation_id}/{_signature(str(organisation_id), 'school_feed')}.ics"


def is_school_feed(organisation_id: int, signature: str) -> bool:
    return _is_same(_signature(str(organisation_id), "school_feed"), signature)


def host_feed_path(organisation_id: int) -> str:
    return f"/feeds/hosts/{organisation_id}/{_signature(str(organisation_id), 'host_feed')}.ics"


def is_host_feed(organisation_id: int, signature: str) -> bool:
    return _is_same(_signature(str(organisation_id), "host_feed"), signature)


def _signature(name: str, context: str) -> str:
    return keys().fingerprint(name, context)[:SIGNATURE_LENGTH]


def _is_same(signature: str, given: str) -> bool:
    return hmac.compare_digest(signature.encode(), given.encode())
