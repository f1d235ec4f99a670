"""Allotments: seats of a departure set aside for a city or a school until a release date.

A group of theirs draws from them before it takes what is open to everybody. At the release date what is left returns
by itself, and the waiting list hears of it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.core.database import change_rows, db
from exchange_app.departures import seats
from exchange_app.departures.errors import (
    AllotmentEmpty,
    AllotmentNotFound,
    AllotmentReleased,
    HolderMissing,
    NotTakingRegistrations,
    ReleaseOutsideRegistration,
)
from exchange_app.departures.locking import hold_still
from exchange_app.departures.models import Allotment, Claim, Departure, DepartureSlot, Pool, Slot
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
    # Whoever closes the departure at this moment finds the allotment, or is found here.
    db.session.refresh(departure, ["state"], with_for_update={"key_share": True, "of": Departure})
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
    _claim(allotment, {departure.pool_id, *db.session.scalars(slots)}, count)
    return allotment


def release(allotment: Allotment, *, now: datetime) -> int:
    """Return what is left, before its time or at it; says how many seats. Raises AllotmentReleased."""
    hold_still(allotment.departure)
    db.session.refresh(allotment, with_for_update={"key_share": True, "of": Allotment})
    if allotment.released_at is not None:
        raise AllotmentReleased()
    returned = _close(allotment)
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


def _claim(allotment: Allotment, pool_ids: Collection[int], count: int) -> None:
    """Claim seats for an allotment. Raises as claim() does."""
    seats.take(dict.fromkeys(pool_ids, count), allotment.departure.pool_id, has_waited=False)
    db.session.execute(
        insert(Claim), [{"allotment_id": allotment.id, "pool_id": pool_id, "seats": count} for pool_id in pool_ids]
    )


def _close(allotment: Allotment) -> int:
    """Give back what is left of an allotment, for good; returns how many seats. Its ``released_at`` is set by the
    caller in the same transaction."""
    change_rows(update(Pool).where(Pool.id == allotment.pool_id).values(is_open=False, capacity=Pool.taken))
    aside = db.session.execute(
        delete(Claim).where(Claim.allotment_id == allotment.id).returning(Claim.pool_id, Claim.seats)
    ).all()
    seats.free({row.pool_id: row.seats for row in aside})
    return max((row.seats for row in aside), default=0)


# ---------------------------------------------------------------------------------------------------------------- reads


def list_allotments(departure_id: int) -> Sequence[Allotment]:
    """With pool and holder; those that hold seats first, by their release."""
    return db.session.scalars(
        select(Allotment)
        .options(joinedload(Allotment.pool), joinedload(Allotment.city), joinedload(Allotment.school))
        .where(Allotment.departure_id == departure_id)
        .order_by(Allotment.released_at.is_not(None), Allotment.release_at, Allotment.id)
    ).all()


def get_allotment(departure: Departure, allotment_id: int) -> Allotment:
    """Raises AllotmentNotFound, for an allotment of another departure too."""
    allotment: Allotment | None = db.session.scalar(
        select(Allotment)
        .options(joinedload(Allotment.pool))
        .where(Allotment.id == allotment_id, Allotment.departure_id == departure.id)
    )
    if allotment is None:
        raise AllotmentNotFound()
    return allotment


def count_set_aside(departure_id: int, user: User) -> int:
    """The seats that are set aside for the user's school or its city and not yet drawn."""
    left = (
        select(func.sum(Pool.capacity - Pool.taken))
        .join(Allotment, Allotment.pool_id == Pool.id)
        .where(
            Allotment.departure_id == departure_id,
            Allotment.released_at.is_(None),
            or_(Allotment.school_id == user.organisation_id, Allotment.city_id == user.organisation.city_id),
        )
    )
    return db.session.scalar(left) or 0
