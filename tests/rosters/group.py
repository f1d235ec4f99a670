"""A group whose package asks for everything, for the tests of what is asked, shown and taken along."""

from __future__ import annotations

from typing import Any

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.rosters import service
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.keeping import Imported
from exchange_app.rosters.reading import Reading, read_pasted
from exchange_app.rosters.rules import OPTIONAL_FIELDS
from tests.builders import make_departure, make_hold, make_leader, make_package
from tests.rosters.sheet import HEADINGS, Row, pasted, pupil

NUMBERS = ("459900201303150017", "459900201303150033", "459900201303150041")
NOTE = "花生过敏，随身带药"
MORE = ("证件号码", "健康备注", "用餐需求")
CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")
EVERYTHING = [{"field": field, "reason": {"en": f"Why {field}"}} for field in OPTIONAL_FIELDS]


def make_group(
    departure: Departure | None = None, *, asks: list[dict[str, Any]] | None = None, **options: Any
) -> Booking:
    """Confirmed and empty, unless ``approvals`` say otherwise; within a transaction."""
    if departure is None:
        package = make_package(asks=EVERYTHING if asks is None else asks, **options)
        departure = make_departure(package, now=now())
    booking = make_hold(departure, make_leader(), pupils=3, staff=1, now=now())
    bookings.set_contact(booking, CONTACT, by=booking.leader, now=now())
    bookings.submit_booking(booking, by=booking.leader, now=now())
    return booking


def child(number: int, document: str = NUMBERS[0], note: str = NOTE) -> Row:
    return (*pupil(number), document, note, "素食")


def read(booking: Booking, *rows: Row, asked: frozenset[str] | None = None) -> Reading:
    sheet = pasted(rows, (*HEADINGS, *MORE))
    return read_pasted(sheet, asked_of(booking) if asked is None else asked, today=now().date())


def put_in(booking: Booking, *rows: Row, asked: frozenset[str] | None = None) -> Imported:
    reading = read(booking, *rows, asked=asked)
    with transaction():
        return service.import_roster(booking, reading, by=booking.leader, now=now())
