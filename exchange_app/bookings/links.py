"""Where letters and calendars lead. A signature proves by itself that its holder was given the address.

Each address has a signature of its own: a calendar program that knows where to read a booking's feed cannot open the
booking's page.
"""

from __future__ import annotations

from exchange_app.bookings.models import Booking
from exchange_app.core.sealing import is_signature, signature_of
from exchange_app.departures.models import Departure

DESK_PATH = "/organiser/bookings"


def check_signature(booking: Booking) -> str:
    return signature_of(booking.uid, "check_link")


def is_signed(booking: Booking, signature: str) -> bool:
    return is_signature(signature, booking.uid, "check_link")


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
    return f"/feeds/bookings/{booking.code}/{signature_of(booking.uid, 'booking_feed')}.ics"


def is_booking_feed(booking: Booking, signature: str) -> bool:
    return is_signature(signature, booking.uid, "booking_feed")


def school_feed_path(organisation_id: int) -> str:
    return f"/feeds/schools/{organisation_id}/{signature_of(str(organisation_id), 'school_feed')}.ics"


def is_school_feed(organisation_id: int, signature: str) -> bool:
    return is_signature(signature, str(organisation_id), "school_feed")


def host_feed_path(organisation_id: int) -> str:
    return f"/feeds/hosts/{organisation_id}/{signature_of(str(organisation_id), 'host_feed')}.ics"


def is_host_feed(organisation_id: int, signature: str) -> bool:
    return is_signature(signature, str(organisation_id), "host_feed")
