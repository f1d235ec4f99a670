"""Allotments: seats of a departure set aside for a city or a school until a release date.

A group of theirs draws from them before it takes what is open to everybody. At the release date what is left returns
by itself, and the waiting list hears of it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.departures import seats
from exchange_app.departures.errors import (
    AllotmentEmpty,
    AllotmentReleased,
    HolderMissing,
    NotTakingRegistrations,
    ReleaseOutsideRegistration,
)
from exchange_app.departures.models import Allotment, Departure, DepartureSlot, Pool, Slot
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import City, Organisation


def set_aside(
    departure: Departure,
    count: int,
    *,
    city: City | None,
    school: Organisation | None,
    release_at: datetime,
    now: datetime,
) -> Allotment:
    """Raises HolderMissing, AllotmentEmpty, ReleaseOutsideRegistration, NotTakingRegistrations, and what
    `seats.claim` raises where so many seats are no longer free."""
    if (city is None) == (school is None):
        raise HolderMissing()
    if count < 1:
        raise AllotmentEmpty()
    if not now < release_at <= departure.closes_at:
        raise ReleaseOutsideRegistration()
    if departure.state is not DepartureState.OPEN:
        raise NotTakingRegistrations()
    allotment = Allotment(
        departure=departure,
        pool=Pool(capacity=count, is_open=True),
        city=city,
        school=school,
        release_at=release_at,
    )
    db.session.add(allotment)
    db.session.flush()  # from here on its slots stay as they are
    slots = select(Slot.pool_id).join(DepartureSlot).where(DepartureSlot.departure_id == departure.id)
    seats.set_aside(allotment, {departure.pool_id, *db.session.scalars(slots)}, count)
    return allotment


def release(allotment: Allotment, *, now: datetime) -> int:
    """Return what is left, before its time or at it; says how many seats. Raises AllotmentReleased."""
    db.session.refresh(allotment, with_for_update={"key_share": True, "of": Allotment})
    if allotment.released_at is not None:
        raise AllotmentReleased()
    returned = seats.close_allotment(allotment)
    allotment.released_at = now
    db.session.flush()
    return returned


def release_due(now: datetime) -> int:
    """Return the seats of an allotment whose time has come; says whether there was one. Each in a transaction of its
    own, so that no two are locked at once."""
    due: Allotment | None = db.session.scalar(
        select(Allotment)
        .where(Allotment.released_at.is_(None), Allotment.release_at <= now)
        .order_by(Allotment.release_at, Allotment.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if due is None:
        return 0
    release(due, now=now)
    return 1


def release_all(departure: Departure, *, now: datetime) -> None:
    """Return everything that is set aside of a departure that does not take place."""
    held = select(Allotment).where(Allotment.departure_id == departure.id, Allotment.released_at.is_(None))
    for allotment in db.session.scalars(held.order_by(Allotment.id)).all():
        release(allotment, now=now)
