"""A group that is handed in, with pupils in its roster, and what their guardians say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.consents import queries, service
from exchange_app.consents.rules import PHOTOS
from exchange_app.consents.service import Answer
from exchange_app.consents.wording import wording_of
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.rosters import service as rosters
from exchange_app.rosters.models import Participant
from exchange_app.rosters.reading import read_pasted
from tests.builders import NOW, make_departure, make_leader, make_package
from tests.rosters.sheet import HEADINGS, group, pasted

CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")
HEALTH = {"field": "health_note", "reason": {"en": "So that carers know", "zh_Hans": "便于照看"}}
AGENCY = {
    "name": {"en": "Ticket agency", "zh_Hans": "客票代售点"},
    "purpose": {"en": "Name, for the tickets", "zh_Hans": "姓名，用于购票"},
}
LATER = NOW + timedelta(hours=2)


def make_group(pupils: int = 3, departure: Departure | None = None, leader: User | None = None) -> Booking:
    """Confirmed, with everybody named; the package asks for a health note and names one recipient."""
    departure = departure or make_departure(make_package(approvals=[], asks=[HEALTH], recipients=[AGENCY]))
    rows = [(*row, "花生过敏") for row in group(pupils, 1)]
    asked = frozenset({"health_note"})
    reading = read_pasted(pasted(rows, (*HEADINGS, "健康备注")), asked, today=NOW.date())
    leader = leader or make_leader()
    token = f"form-{departure.id}-{leader.id}"
    return rosters.register_group(departure, Party(pupils, 1), reading, CONTACT, form_token=token, by=leader, now=NOW)


def children_of(booking: Booking) -> Sequence[Participant]:
    return queries.list_children(booking.id)


def make_link(booking: Booking, child: Participant, now: datetime = NOW) -> str:
    with transaction():
        return service.make_links(booking, [child], by=booking.leader, now=now)[child.uid]


def choices_of(booking: Booking, **changes: bool) -> dict[str, bool]:
    """Yes to everything but photos; ``recipient`` stands for the first one."""
    keys = wording_of(booking).keys
    named = {next((key for key in keys if key.startswith(name)), name): is_yes for name, is_yes in changes.items()}
    return dict.fromkeys(keys, True) | {PHOTOS: False} | named


def answer(booking: Booking, token: str, now: datetime = LATER, name: str = "覃大一", **changes: bool) -> None:
    given, seen = Answer(choices_of(booking, **changes), name), wording_of(booking).text_hash
    with transaction():
        service.answer_by_link(token, given, seen=seen, now=now)


def answer_for(booking: Booking, child: Participant, now: datetime = LATER, **changes: Any) -> str:
    """Through a link of its own, which is given back."""
    token = make_link(booking, child)
    answer(booking, token, now, **changes)
    return token
