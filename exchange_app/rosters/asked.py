"""Which fields a roster may hold, show and keep now: what the package asks for, and documents only once it is certain
that the group comes."""

from __future__ import annotations

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.rosters.rules import fields_asked
from exchange_app.rosters.rules.fields import DOCUMENT_FIELDS

CERTAIN = (BookingState.CONFIRMED, BookingState.DONE)
# A group that was confirmed and is decided about anew keeps its documents, unseen: its school would have to collect
# them all again. In any other state that is not certain they go.
KEEPS_DOCUMENTS = (*CERTAIN, BookingState.SUBMITTED)


def asked_of(booking: Booking) -> frozenset[str]:
    """The optional fields that this booking's roster may hold now: document numbers only once it is confirmed."""
    package = booking.departure.package
    return package.asked_fields if booking.state in CERTAIN else asked_before_confirmation(package)


def asked_before_confirmation(package: Package) -> frozenset[str]:
    return package.asked_fields - DOCUMENT_FIELDS


def fields_shown(booking: Booking) -> tuple[str, ...]:
    """What may be shown of this booking's roster: what is kept and no longer asked for is never shown."""
    return fields_asked(asked_of(booking))
