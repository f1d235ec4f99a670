"""How a booking's state reads on pages, and how its history is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from exchange_app.bookings.models import BookingEvent, ChangeKind
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import Approver
from exchange_app.core.text import Translated, sentence
from exchange_app.outbox.times import LocalTimes
from exchange_app.web.formats import day
from exchange_app.web.labels import Labels, label

LABELS: Labels = {
    BookingState: {
        BookingState.HELD: sentence("Seats held"),
        BookingState.WAITING: sentence("On the waiting list"),
        BookingState.OFFERED: sentence("Seats offered"),
        BookingState.SUBMITTED: sentence("Waiting for approval"),
        BookingState.CONFIRMED: sentence("Confirmed"),
        BookingState.DECLINED: sentence("Declined"),
        BookingState.CANCELLED: sentence("Cancelled"),
        BookingState.EXPIRED: sentence("Hold ran out"),
        BookingState.LAPSED: sentence("Waiting list ended"),
        BookingState.CALLED_OFF: sentence("Called off"),
        BookingState.DONE: sentence("Took place"),
    },
    ChangeKind: {
        ChangeKind.PARTY: sentence("Change of numbers"),
        ChangeKind.MOVE: sentence("Move to another date"),
        ChangeKind.CANCEL: sentence("Cancellation"),
        ChangeKind.ROSTER: sentence("Change of the roster after its deadline"),
    },
}

# What the history tells, step by step and for changes that are no steps; names in %(…)s are the event's facts, with
# enumerations, dates and moments put into words.
_TOLD: Mapping[str, Any] = {
    Step.HOLD: sentence("Seats were held for %(pupils)s pupils and %(staff)s staff"),
    Step.QUEUE: sentence("The group joined the waiting list with %(pupils)s pupils and %(staff)s staff"),
    Step.OFFER: sentence("Seats for %(persons)s persons were offered until %(until)s"),
    Step.ACCEPT: sentence("The offered seats were accepted"),
    Step.TURN_DOWN: sentence("The offered seats were turned down"),
    Step.LAPSE: sentence("The offer lapsed"),
    Step.CLOSE_LIST: sentence("Registration ended before seats came free"),
    "passed": sentence(
        "A later group of %(persons)s persons fitted into seats that are too few for this one and went first: "
        "%(times)s of %(most)s times"
    ),
    "kept_waiting": sentence("The group would fit, but seats gather for an earlier one that was passed %(most)s times"),
    Step.SUBMIT: sentence("The booking was submitted"),
    Step.APPROVE: sentence("%(approver)s agreed"),
    Step.CONFIRM: sentence("The booking was confirmed"),
    Step.DECLINE: sentence("The booking was declined"),
    Step.TAKE_BACK: sentence("%(approver)s took the decision back"),
    Step.ASK_AGAIN: sentence("Those who approve look at the booking again"),
    Step.CANCEL: sentence("The booking was cancelled"),
    Step.EXPIRE: sentence("The hold ran out"),
    Step.CALL_OFF: sentence("The departure was called off"),
    Step.RUN_OUT: sentence("Nobody decided before the departure was over"),
    Step.FINISH: sentence("The exchange took place"),
    "party": sentence(
        "The group changed from %(pupils_before)s pupils and %(staff_before)s staff to %(pupils)s and %(staff)s"
    ),
    "move": sentence("The group moved from %(before)s to %(after)s"),
    "rescheduled": sentence("The host changed the meeting: %(meeting)s instead of %(former)s"),
    "handed_over": sentence("The booking was handed over to another leader"),
    "asked": sentence("The school asked the host: %(kind)s"),
    "granted": sentence("The host agreed: %(kind)s"),
    "refused": sentence("The host did not agree: %(kind)s"),
    "withdrawn": sentence("The school withdrew its request: %(kind)s"),
    "message": sentence("The host wrote: %(subject)s"),
    "contact": sentence("The contact was filled in"),
    "roster": sentence("A roster was handed in: %(added)s added, %(changed)s updated, %(to_mend)s to mend"),
    "roster_edited": sentence(
        "The roster was edited as a table: %(added)s added, %(changed)s changed, %(removed)s taken out"
    ),
    "roster_locked": sentence("The roster was due: seats that nobody was named for were given back"),
    "person_added": sentence("A person was added to the roster"),
    "person_changed": sentence("A person of the roster was changed"),
    "person_swapped": sentence("A person of the roster was replaced by another"),
    "person_removed": sentence("A person was removed from the roster"),
    "person_cancelled": sentence("A person was removed from the roster and the seat given back"),
}


def tell(event: BookingEvent) -> str:
    """What happened, in the reader's language."""
    zone = event.booking.departure.package.host_city.time_zone
    facts = {name: _word(name, value, zone) for name, value in event.facts.items()}
    return str(_TOLD[event.what]) % {"changed": 0, **facts}


def _word(name: str, value: Any, zone: str) -> Any:
    match name:
        case "approver":
            return label(Approver(value))
        case "kind":
            return label(ChangeKind(value))
        case "until":
            return LocalTimes(zone).moment(datetime.fromisoformat(value))
        case "before" | "after":
            return day(date.fromisoformat(value))
        case "former" | "meeting":
            when = LocalTimes(zone).moment(datetime.fromisoformat(value["meets_at"]))
            return gettext("%(time)s, %(place)s", time=when, place=str(Translated(value["meeting_point"])))
    return value


# What is kept as a reason where nobody gave one, and how it reads.
_REASONS = {"no_roster": sentence("Nobody was named until the roster was due.")}


def reason_of(event: BookingEvent) -> str:
    """What somebody gave as a reason, in their own words; "" where nobody had to."""
    return reason_in_words(event.facts.get("reason") or event.facts.get("comment") or "")


def reason_in_words(kept: str) -> str:
    """A reason as it is kept, in the reader's language where nobody wrote it."""
    return str(_REASONS.get(kept, kept))
