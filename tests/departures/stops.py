"""Departures that share a stop, for the tests of slots and allotments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from typing import Any

from sqlalchemy import select

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import MenuItem, Package
from exchange_app.core.database import db
from exchange_app.departures.models import Claim, Departure, Slot
from exchange_app.departures.slots import list_slots_of_departure
from tests.builders import make_package


def item_of(package: Package) -> MenuItem:
    item = package.stops[0].menu_item
    assert item is not None
    return item


def make_package_at(item: MenuItem, *, starts: time = time(9), **changes: Any) -> Package:
    """Another package that stops at an activity."""
    package = make_package(**changes)
    for stop in package.stops:
        stop.menu_item, stop.starts = item, starts
    db.session.flush()
    return package


def slots_of(departure: Departure) -> Sequence[Slot]:
    return list_slots_of_departure(departure.id)


def slot_of(departure: Departure) -> Slot:
    """The one slot of a departure that stops once."""
    [slot] = slots_of(departure)
    db.session.refresh(slot.pool)
    return slot


def left_of(departure: Departure) -> int:
    """What is left of the departure's own seats."""
    db.session.refresh(departure.pool)
    return departure.pool.left


def claims_of(booking: Booking) -> dict[int, int]:
    """The seats that a booking holds, by pool."""
    rows = db.session.execute(select(Claim.pool_id, Claim.seats).where(Claim.booking_id == booking.id))
    return {row.pool_id: row.seats for row in rows}
