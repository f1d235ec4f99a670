"""What the words of a letter about a breach need."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.bookings.sending import load_bookings, words_for
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.retention.letters import BREACH_REPORTED


def breach_path(breach_id: int) -> str:
    return f"/breaches/{breach_id}"


def _stays_true(booking: Booking, letter: Letter, now: datetime) -> bool:
    """What happened has happened, whatever became of the booking."""
    return True


def _words(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        **words_for(booking, letter, now),
        "breach_url": setting("PUBLIC_URL") + breach_path(letter.facts["breach"]),
    }


RETENTION_LETTERS = (
    Kind(
        BREACH_REPORTED,
        sentence("Data breach, to the leaders of the groups concerned"),
        load=load_bookings,
        is_still_true=_stays_true,
        context=_words,
        leads_to="breach_url",
    ),
)
