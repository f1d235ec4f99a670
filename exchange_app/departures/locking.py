"""In which order pools are locked: those of allotments first, then the others, each by their ids.

Whoever needs several keeps to it, so that two never wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.departures.models import Allotment, Departure, DepartureSlot, Pool, Slot


def lock_pools(pool_ids: Iterable[int]) -> None:
    """Pools of one kind, until the transaction ends."""
    locked = select(Pool.id).where(Pool.id.in_(list(pool_ids))).order_by(Pool.id).with_for_update(key_share=True)
    db.session.execute(locked).all()


def hold_still(departure: Departure) -> None:
    """Until the transaction ends nobody arranges the departure's slots anew. Whoever has just stored a booking of it
    need not ask: its foreign key does the same."""
    held = select(Departure.id).where(Departure.id == departure.id)
    db.session.execute(held.with_for_update(read=True, key_share=True)).all()


def lock_all(departure: Departure) -> None:
    """Lock every pool of the departure, in the one order."""
    aside = select(Allotment.pool_id).where(Allotment.departure_id == departure.id, Allotment.released_at.is_(None))
    lock_pools(list(db.session.scalars(aside)))
    own = select(Slot.pool_id).join(DepartureSlot).where(DepartureSlot.departure_id == departure.id)
    lock_pools([departure.pool_id, *db.session.scalars(own)])
