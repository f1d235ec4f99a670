"""How a booking's state reads on pages, and how its history is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange_app.bookings.models import BookingEvent
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    BookingState: {
        BookingState.HELD: sentence("Seats held"),
        BookingState.SUBMITTED: sentence("Waiting for the host"),
        BookingState.CONFIRMED: sentence("Confirmed"),
        BookingState.DECLINED: sentence("Declined"),
        BookingState.CANCELLED: sentence("Cancelled"),
        BookingState.EXPIRED: sentence("Hold ran out"),
        BookingState.CALLED_OFF: sentence("Called off"),
        BookingState.DONE: sentence("Took place"),
    },
    Step: {
        Step.HOLD: sentence("Seats were held"),
        Step.SUBMIT: sentence("The booking was submitted"),
        Step.CONFIRM: sentence("The booking was confirmed"),
        Step.DECLINE: sentence("The booking was declined"),
        Step.CANCEL: sentence("The booking was cancelled"),
        Step.EXPIRE: sentence("The hold ran out"),
        Step.CALL_OFF: sentence("The departure was called off"),
        Step.FINISH: sentence("The exchange took place"),
    },
}

# What else the history tells: steps with their counts, and changes that are no steps.
_TOLD: Mapping[str, Any] = {
    **LABELS[Step],
    Step.HOLD: sentence("Seats were held for %(pupils)s pupils and %(staff)s staff"),
    "contact": sentence("The contact was filled in"),
    "roster": sentence("A roster was handed in: %(added)s added, %(changed)s updated, %(to_mend)s to mend"),
    "person_added": sentence("A person was added to the roster"),
    "person_changed": sentence("A person of the roster was changed"),
    "person_removed": sentence("A person was removed from the roster"),
}


def tell(event: BookingEvent) -> str:
    """What happened, in the reader's language."""
    return str(_TOLD[event.what]) % {"changed": 0, **event.facts}


def reason_of(event: BookingEvent) -> str:
    """What somebody gave as a reason, in their own words; "" where nobody had to."""
    return str(event.facts.get("reason") or event.facts.get("comment") or "")
