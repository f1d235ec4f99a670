"""Which letter goes to whom when data of a group may have got into wrong hands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exchange_app.bookings.models import Booking
from exchange_app.bookings.readers import leader_of
from exchange_app.outbox.service import letter_to, write_letters
from exchange_app.retention.models import Breach

BREACH_REPORTED = "breach_reported"


def write_breach_reported(breach: Breach, groups: Sequence[Booking], now: datetime) -> None:
    """To the leader of each group. What happened and who is concerned stands on the page it leads to."""
    write_letters(
        [
            letter_to(
                leader_of(booking),
                key=f"booking:{booking.id}:breach:{breach.id}",
                kind=BREACH_REPORTED,
                subject_id=booking.id,
                due_at=now,
                facts={"breach": breach.id},
            )
            for booking in groups
        ],
        now,
    )
