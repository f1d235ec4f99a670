"""Roll calls of a group: the list of them, and what leaders enter, at once or when their phones have a connection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Stop
from exchange_app.core.database import db, insert_unless_there
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.rosters.models import Participant
from exchange_app.trips import queries
from exchange_app.trips.errors import CallHasEntries, HeadsDiffer, TooManyCalls
from exchange_app.trips.models import RollCall, RollEntry
from exchange_app.trips.rules import Presence, made_at

MOST_CALLS = 60


@dataclass(frozen=True, slots=True)
class Entry:
    """What a phone says: a person's ``state``, or a ``head_count``; ``at`` by its own clock."""

    client_id: str
    call_id: int
    at: datetime
    participant_id: int | None = None
    state: Presence | None = None
    head_count: int | None = None


def take_calls_from_itinerary(booking: Booking) -> None:
    """One at the meeting point, and one at each boarding after it. Those that are there already stay as they are."""
    rows = [{"booking_id": booking.id, **call} for call in _calls_of_itinerary(booking)]
    db.session.execute(insert_unless_there(RollCall), rows)


def _calls_of_itinerary(booking: Booking) -> Iterator[dict[str, Any]]:
    departure = booking.departure
    yield {"key": "meeting", "title": departure.meeting_point, "at": departure.meets_at}
    for stop in boardings(queries.list_stops(departure.package_id)):
        on = departure.starts_on + timedelta(days=stop.day - 1)
        at = datetime.combine(on, stop.starts, departure.zone)
        if on <= departure.ends_on and at > departure.meets_at:
            title = stop.title if stop.title or stop.menu_item is None else stop.menu_item.title
            yield {"key": f"stop:{stop.day}:{stop.id}", "title": title, "at": at}


def boardings(stops: Sequence[Stop]) -> Iterator[Stop]:
    """The stops of an itinerary before which a group sets out: each day's first, each at another base than the one
    before, and the very last, which leads home. Meals and rests between are none."""
    day, base_id = 0, None
    for stop in stops:
        base = stop.menu_item.base_id if stop.menu_item else base_id
        if stop.day != day or base != base_id or stop is stops[-1]:
            yield stop
        day, base_id = stop.day, base


def add_call(booking: Booking, title: str, at: datetime, *, form_token: str) -> None:
    """A roll call of the leader's own. The same form sent twice makes one. Raises TooManyCalls."""
    if len(queries.list_calls([booking.id])) >= MOST_CALLS:
        raise TooManyCalls(limit=MOST_CALLS)
    words = Translated(dict.fromkeys(LANGUAGES, title))
    row = {"booking_id": booking.id, "key": f"own:{form_token}", "title": words, "at": at}
    db.session.execute(insert_unless_there(RollCall), [row])


def remove_call(booking: Booking, call_id: int) -> None:
    """Raises CallNotFound or CallHasEntries."""
    call = queries.get_call(booking, call_id)
    if queries.has_entries(call.id):
        raise CallHasEntries()
    db.session.delete(call)


def keep_entries(booking: Booking, entries: Sequence[Entry], *, sent_at: datetime, by: User, now: datetime) -> None:
    """Add what a phone sent. One that was kept before counts once; one about a person or a call that is gone meanwhile
    is passed over."""
    people = set(db.session.scalars(select(Participant.id).where(Participant.booking_id == booking.id)))
    calls = {call.id for call in queries.list_calls([booking.id])}
    rows = [
        {
            "call_id": entry.call_id,
            "client_id": entry.client_id,
            "participant_id": entry.participant_id,
            "state": entry.state,
            "head_count": entry.head_count,
            "at": entry.at,
            "made_at": made_at(entry.at, sent_at, now),
            "received_at": now,
            "by_id": by.id,
        }
        for entry in entries
        if entry.call_id in calls and (entry.participant_id is None or entry.participant_id in people)
    ]
    if rows:
        db.session.execute(insert_unless_there(RollEntry), rows)


def mark_all_present(
    booking: Booking, call_id: int, head_count: int, *, form_token: str, by: User, now: datetime
) -> None:
    """Everybody at once, where as many heads were counted as persons are named. Raises CallNotFound or HeadsDiffer."""
    call = queries.get_call(booking, call_id)
    people = list(db.session.scalars(select(Participant.id).where(Participant.booking_id == booking.id)))
    if len(people) != head_count:
        raise HeadsDiffer(counted=head_count, persons=len(people))
    heads = Entry(f"{form_token}:heads", call.id, now, head_count=head_count)
    present = [Entry(f"{form_token}:{person}", call.id, now, person, Presence.PRESENT) for person in people]
    keep_entries(booking, [heads, *present], sent_at=now, by=by, now=now)
