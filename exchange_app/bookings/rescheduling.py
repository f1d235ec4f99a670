"""An organiser changes a departure that groups have booked: who hears of it when they meet at another time or place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings import letters
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import GOING_ON
from exchange_app.bookings.service import record
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.departures import service as departures
from exchange_app.departures.models import Departure
from exchange_app.departures.service import Terms


@dataclass(frozen=True, slots=True)
class Meeting:
    """On which days the groups of a departure are away, and when and where they meet."""

    starts_on: date
    ends_on: date
    meets_at: datetime
    meeting_point: Translated

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "starts_on": self.starts_on.isoformat(),
            "ends_on": self.ends_on.isoformat(),
            "meets_at": self.meets_at.isoformat(),
            "meeting_point": dict(self.meeting_point),
        }


def meeting_of(departure: Departure) -> Meeting:
    """To the minute, as people read and type it."""
    to_the_minute = departure.meets_at.astimezone(UTC).replace(second=0, microsecond=0)
    return Meeting(departure.starts_on, departure.ends_on, to_the_minute, departure.meeting_point)


def meeting_in(facts: Mapping[str, Any]) -> Meeting:
    """What `Meeting.facts` wrote down."""
    return Meeting(
        date.fromisoformat(facts["starts_on"]),
        date.fromisoformat(facts["ends_on"]),
        datetime.fromisoformat(facts["meets_at"]),
        Translated(facts["meeting_point"]),
    )


def change_departure(departure: Departure, terms: Terms, *, seen: str, by: User, now: datetime) -> None:
    """As `departures.service.change_departure`, and raises what that raises; groups that then meet at another time or
    place, and their families, are told."""
    former = meeting_of(departure)
    departures.change_departure(departure, terms, seen=seen)
    meeting = meeting_of(departure)
    if meeting == former:
        return
    for booking in _list_groups(departure.id, now):
        record(booking, "rescheduled", by=by, now=now, former=former.facts, meeting=meeting.facts)
        letters.write_rescheduled(booking, now, former=former.facts, meeting=meeting.facts)


def count_groups(departure_id: int, now: datetime) -> int:
    """How many groups would be told."""
    return db.session.scalar(select(func.count()).where(*_going_on(departure_id, now))) or 0


def _list_groups(departure_id: int, now: datetime) -> Sequence[Booking]:
    """Not locked: the departure is, so that no group joins it now, and whoever has a booking in hand may need it."""
    return db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.leader))
        .where(*_going_on(departure_id, now))
        .order_by(Booking.id)
        .execution_options(populate_existing=True)
    ).all()


def _going_on(departure_id: int, now: datetime) -> Sequence[ColumnElement[bool]]:
    return (
        Booking.departure_id == departure_id,
        Booking.state.in_(GOING_ON),
        or_(Booking.hold_ends_at.is_(None), Booking.hold_ends_at > now),
    )
