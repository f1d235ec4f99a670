"""What the host of a departure notes, and the names of its groups: only if it said why it needs them, and written
down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.departures.models import Departure
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.rules import Sheet
from exchange_app.trips import queries
from exchange_app.trips.errors import NamesNotNeeded
from exchange_app.trips.models import HostNotes


def disclose_names(departure: Departure, groups: Sequence[Booking], *, by: User, now: datetime) -> None:
    """The names of all groups, on the host's sheet. Raises NamesNotNeeded."""
    notes = queries.find_notes(departure.id)
    if notes is None or not notes.names_reason:
        raise NamesNotNeeded()
    for group in groups:
        disclose(group, Sheet.NAMES, purpose=notes.names_reason.in_language(by.language), by=by, now=now)


def write_notes(departure: Departure, *, emergency: Translated, names_reason: Translated) -> None:
    notes = queries.find_notes(departure.id)
    if notes is None:
        notes = HostNotes(departure_id=departure.id)
        db.session.add(notes)
    notes.emergency, notes.names_reason = emergency, names_reason
