"""The groups of a departure as a table for its host: schools, numbers and leaders, and nobody's child."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.core.text import sentence, speaking
from exchange_app.departures.models import Departure
from exchange_app.rosters.tables import Table
from exchange_app.web.labels import label

GROUP_COLUMNS: Mapping[str, Any] = {
    "code": sentence("Booking code"),
    "school": sentence("School"),
    "city": sentence("City"),
    "state": sentence("State"),
    "pupils": sentence("Pupils"),
    "staff": sentence("Accompanying adults"),
    "leader": sentence("Leader"),
    "phone": sentence("Phone number"),
    "registered_at": sentence("Registered at"),
    "roster": sentence("Roster"),
}
_NAMED = sentence("%(named)s of %(persons)s named")
_CLOSED = sentence("%(named)s of %(persons)s named, closed")
_GROUPS = sentence("Groups")


@dataclass(frozen=True, slots=True)
class _Row:
    booking: Booking
    departure: Departure
    now: datetime


_CELLS: Mapping[str, Callable[[_Row], str]] = {
    "code": lambda row: row.booking.code,
    "school": lambda row: str(row.booking.school.name),
    "city": lambda row: str(row.booking.school.city.name),
    "state": lambda row: label(row.booking.state_at(row.now)),
    "pupils": lambda row: str(row.booking.pupils),
    "staff": lambda row: str(row.booking.staff),
    "leader": lambda row: row.booking.contact_name or row.booking.leader.name,
    "phone": lambda row: row.booking.contact_phone or "",
    "registered_at": lambda row: f"{row.booking.created_at.astimezone(row.departure.zone):%Y-%m-%d %H:%M}",
    "roster": lambda row: _how_far(row.booking),
}


def group_table(groups: Sequence[Booking], departure: Departure, language: str, now: datetime) -> Table:
    with speaking(language):
        return Table(
            title=str(_GROUPS),
            headings=[str(words) for words in GROUP_COLUMNS.values()],
            rows=[[_CELLS[column](_Row(group, departure, now)) for column in GROUP_COLUMNS] for group in groups],
            holds_children=False,
        )


def _how_far(booking: Booking) -> str:
    words = str(_CLOSED if booking.roster_locked_at else _NAMED)
    return words % {"named": booking.named, "persons": booking.persons}
