"""Which letter goes to whom when something happened to a group."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts.ways import write_to_each
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import list_approver_users
from exchange_app.catalogue.models import Approver
from exchange_app.trips.models import Incident

INCIDENT_REPORTED = "incident_reported"


def write_incident(booking: Booking, incident: Incident, now: datetime) -> None:
    """To the school's head, the organisers, and the education bureau of the school's city, whether or not they had to
    approve the group. The letter has neither names nor what happened: those stand on the page it leads to."""
    readers = [reader for approver in Approver for reader in list_approver_users(booking, approver)]
    facts = {
        "incident": incident.id,
        "happened_at": incident.happened_at.isoformat(),
        "concerned": incident.concerned,
    }
    write_to_each(
        readers,
        now,
        key=f"booking:{booking.id}:incident:{incident.id}",
        kind=INCIDENT_REPORTED,
        subject_id=booking.id,
        facts=facts,
    )
