"""What the words of a letter about an incident need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.bookings.sending import load_bookings, words_for
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.trips.letters import INCIDENT_REPORTED


def incident_path(incident_id: int) -> str:
    return f"/incidents/{incident_id}"


def _stays_true(booking: Booking, letter: Letter, now: datetime) -> bool:
    """What happened has happened, whatever became of the booking."""
    return True


def _words(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        **words_for(booking, letter, now),
        "happened_at": datetime.fromisoformat(letter.facts["happened_at"]),
        "concerned": letter.facts["concerned"],
        "leader_phone": booking.contact_phone or booking.leader.phone or "",
        "incident_url": setting("PUBLIC_URL") + incident_path(letter.facts["incident"]),
    }


TRIP_LETTERS = (
    Kind(
        INCIDENT_REPORTED,
        sentence("Incident reported, to those who have to know"),
        load=load_bookings,
        is_still_true=_stays_true,
        context=_words,
        leads_to="incident_url",
    ),
)
