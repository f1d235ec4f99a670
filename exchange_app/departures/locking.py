"""In which order pools are locked: those of allotments first, then the others, each by their ids.

Whoever needs several keeps to it, so that two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import ColumnElement, select

from exchange_app.core.database import db
from exchange_app.departures.models import Allotment, Claim, Departure, DepartureSlot, Pool, Slot


def lock_pools(pool_ids: Iterable[int]) -> None:
    """Pools of one kind, until the transaction ends."""
    locked = select(Pool.id).where(Pool.id.in_(list(pool_ids))).order_by(Pool.id).with_for_update(key_share=True)
    db.session.execute(locked).all()


def hold_still(*departures: Departure) -> None:
    """Until the transaction ends nobody arranges the departures' slots anew. Whoever has just stored a booking of one
    need not ask: its foreign key does the same."""
    _hold_still(Departure.id.in_([departure.id for departure in departures]))


def hold_still_around(booking_ids: Collection[int]) -> None:
    """The same for the departures of which these bookings have seats."""
    claimed = select(Claim.pool_id).where(Claim.booking_id.in_(list(booking_ids)))
    _hold_still(Departure.pool_id.in_(claimed))


def _hold_still(which: ColumnElement[bool]) -> None:
    held = select(Departure.id).where(which).order_by(Departure.id)
    db.session.execute(held.with_for_update(read=True, key_share=True)).all()


def lock_all(departure: Departure) -> None:
    """Lock every pool of the departure, in the one order, and before them what is set aside of it."""
    aside = select(Allotment.pool_id).where(Allotment.departure_id == departure.id, Allotment.released_at.is_(None))
    lock_pools(list(db.session.scalars(aside.order_by(Allotment.id).with_for_update(key_share=True))))
    own = select(Slot.pool_id).join(DepartureSlot).where(DepartureSlot.departure_id == departure.id)
    lock_pools([departure.pool_id, *db.session.scalars(own)])
