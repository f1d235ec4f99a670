"""The reminder that a roster is due: to whom, whether it is still true, and what its words need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from exchange_app.bookings.letters import load_bookings, words_for, zone_of
from exchange_app.bookings.models import Booking
from exchange_app.bookings.reminders import COMING, FARTHEST, Reminder, coming_moments, has_its_turn, plan
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import db
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.rosters.models import Participant

KIND = "reminder_roster_due"
ROSTER_REMINDERS = (Reminder(KIND, "roster", 3), Reminder(KIND, "roster", 1))
EXPECTED_OF = (BookingState.SUBMITTED, BookingState.CONFIRMED)


def plan_reminders(now: datetime, at_most: int = 500) -> int:
    """Write the reminders of rosters that are due soon and not complete; returns how many. Call again while it returns
    any."""
    named = select(func.count()).where(Participant.booking_id == Booking.id).scalar_subquery()
    return plan(
        ROSTER_REMINDERS,
        moments=coming_moments(Departure.roster_due_at, Departure.roster_due_at.between(now, now + FARTHEST)),
        of_whom=Booking.state.in_(EXPECTED_OF) & (Booking.pupils + Booking.staff > named),
        now=now,
        at_most=at_most,
    )


@dataclass(frozen=True, slots=True)
class Group:
    """A booking and how many of its persons the roster names."""

    booking: Booking
    named: int

    @property
    def missing(self) -> int:
        return self.booking.persons - self.named


def load_groups(ids: Collection[int]) -> Mapping[int, Group]:
    counts = select(Participant.booking_id, func.count()).where(Participant.booking_id.in_(ids))
    named = dict(db.session.execute(counts.group_by(Participant.booking_id)).all())
    return {booking.id: Group(booking, named.get(booking.id, 0)) for booking in load_bookings(ids).values()}


def is_roster_missing(group: Group, letter: Letter, now: datetime) -> bool:
    departure = group.booking.departure
    return (
        group.booking.state in EXPECTED_OF
        and departure.state in COMING
        and group.missing > 0
        and has_its_turn(letter, ROSTER_REMINDERS, departure.roster_due_at, zone_of(departure), now)
    )


def group_words(group: Group, letter: Letter, now: datetime) -> dict[str, Any]:
    return {**words_for(group.booking, letter, now), "named": group.named, "missing": group.missing}


ROSTER_LETTERS = (
    Kind(
        KIND,
        sentence("Reminder that the roster is due"),
        load=load_groups,
        is_still_true=is_roster_missing,
        context=group_words,
    ),
)
