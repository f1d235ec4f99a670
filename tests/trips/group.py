"""A group that travels, named in its roster, and the people around it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from exchange_app.bookings.models import Booking
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.models import Participant
from exchange_app.rosters.queries import list_participants
from exchange_app.rosters.reading import read_pasted
from exchange_app.rosters.rules import Role
from exchange_app.rosters.service import import_roster
from tests.bookings.group import hand_in
from tests.builders import NOW, make_departure, make_leader, make_package
from tests.rosters.sheet import HEADINGS, pasted, pupil, teacher

SEX_ASKED = [{"field": "sex", "reason": {"en": "For the rooms", "zh_Hans": "安排住宿"}}]


def make_trip(
    *,
    pupils: int = 6,
    staff: int = 2,
    asks: list[dict[str, Any]] | None = None,
    departure: Departure | None = None,
    now: datetime = NOW,
) -> Booking:
    """A confirmed group whose pupils are girls and boys by turns, where the package asks for the sex."""
    with transaction():
        departure = departure or make_departure(make_package(asks=asks or [], days=2), now=now, capacity=600)
        booking = hand_in(departure, make_leader(), pupils=pupils, staff=staff, now=now)
    is_asked = bool(asks) and any(ask["field"] == "sex" for ask in asks or [])
    rows = [
        (*cells, ("女", "男")[number % 2]) if is_asked else cells
        for number, cells in enumerate([*map(pupil, range(pupils)), *map(teacher, range(200, 200 + staff))])
    ]
    sheet = pasted(rows, (*HEADINGS, "性别") if is_asked else HEADINGS)
    reading = read_pasted(sheet, asked_of(booking), today=now.date())
    assert not reading.to_mend
    with transaction():
        import_roster(booking, reading, by=booking.leader, now=now)
    return booking


def pupils_of(booking: Booking) -> list[Participant]:
    return [person for person in list_participants(booking.id) if person.role is Role.PUPIL]


def staff_of(booking: Booking) -> list[Participant]:
    return [person for person in list_participants(booking.id) if person.role is Role.STAFF]
