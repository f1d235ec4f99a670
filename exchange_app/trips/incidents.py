"""Reporting what happened to a group."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.rosters.queries import list_participants
from exchange_app.trips import letters, queries
from exchange_app.trips.errors import NotHappenedYet
from exchange_app.trips.models import Incident


@dataclass(frozen=True, slots=True)
class Happening:
    """What a leader reports. ``person_ids`` are those of the roster who are concerned, where the leader names them."""

    at: datetime
    place: str
    words: str
    concerned: int
    person_ids: Collection[int] = ()


def report_incident(booking: Booking, happening: Happening, *, form_token: str, by: User, now: datetime) -> Incident:
    """Keep it sealed, and tell those who have to know. The same form sent twice makes one report. Whoever is named is
    concerned, however few were counted. Raises NotHappenedYet."""
    if known := queries.find_incident_of_form(booking.id, form_token):
        return known
    if happening.at > now:
        raise NotHappenedYet()
    people = list_participants(booking.id) if happening.person_ids else []
    names = [person.name for person in people if person.id in happening.person_ids]
    incident = Incident(
        booking_id=booking.id,
        form_token=form_token,
        by_id=by.id,
        happened_at=happening.at,
        written_at=now,
        concerned=max(happening.concerned, len(names)),
        place=happening.place,
        words=happening.words,
        names="\n".join(names),
    )
    db.session.add(incident)
    db.session.flush()
    letters.write_incident(booking, incident, now)
    return incident
