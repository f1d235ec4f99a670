"""Seats: the one place that counts them. Nothing here can oversell.

A pool's ``taken`` is changed by a guarded UPDATE, so that the database decides between two who want the last seat, and
a CHECK stands behind it. A claim is a row, so that ``taken`` can be recomputed at any time (`audit`). Several pools are
always taken in the order of their ids, so that two groups never wait for each other. See docs/decisions/seats.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update

from exchange_app.core.database import change_rows, db
from exchange_app.departures.errors import CapacityBelowTaken, NotEnoughSeats, NotTakingRegistrations, SoldOut
from exchange_app.departures.models import Claim, Pool


def claim(booking_id: int, pool_ids: Sequence[int], seats: int) -> None:
    """Take ``seats`` from every pool, all or none.

    Call it late in the transaction: the pool's row is locked from here to the commit. Raises NotEnoughSeats, SoldOut or
    NotTakingRegistrations; the transaction is then to be given up.
    """
    for pool_id in sorted(pool_ids):
        _take(pool_id, seats)
    db.session.execute(
        insert(Claim), [{"booking_id": booking_id, "pool_id": pool_id, "seats": seats} for pool_id in sorted(pool_ids)]
    )


def _take(pool_id: int, seats: int) -> None:
    while not _took(pool_id, seats):
        is_open, left = db.session.execute(
            select(Pool.is_open, Pool.capacity - Pool.taken).where(Pool.id == pool_id)
        ).one()
        if not is_open:
            raise NotTakingRegistrations()
        refuse(seats, left)  # unless somebody gave seats back between the two looks: then try again


def _took(pool_id: int, seats: int) -> bool:
    taken = change_rows(
        update(Pool)
        .where(Pool.id == pool_id, Pool.is_open, Pool.taken + seats <= Pool.capacity)
        .values(taken=Pool.taken + seats)
    )
    return taken == 1


def refuse(wanted: int, left: int) -> None:
    """Raises SoldOut or NotEnoughSeats when ``wanted`` seats are more than ``left``."""
    if left <= 0:
        raise SoldOut()
    if wanted > left:
        raise NotEnoughSeats(wanted=wanted, left=left)


def count_left(pool_id: int) -> int:
    return db.session.scalar(select(Pool.capacity - Pool.taken).where(Pool.id == pool_id)) or 0


def release(booking_ids: Sequence[int]) -> int:
    """Give back every seat that these bookings hold; returns how many. A booking that holds none gives none.

    The caller has locked the bookings, so that the same claim is not released twice.
    """
    claims = db.session.execute(
        delete(Claim).where(Claim.booking_id.in_(booking_ids)).returning(Claim.pool_id, Claim.seats)
    ).all()
    freed: dict[int, int] = {}
    for pool_id, seats in claims:
        freed[pool_id] = freed.get(pool_id, 0) + seats
    for pool_id in sorted(freed):
        change_rows(update(Pool).where(Pool.id == pool_id).values(taken=Pool.taken - freed[pool_id]))
    return sum(freed.values())


def open_pools(pool_ids: Sequence[int], *, is_open: bool) -> None:
    """Let seats be claimed, or no longer: a claim on its way is counted before this or refused after it."""
    change_rows(update(Pool).where(Pool.id.in_(pool_ids), Pool.is_open != is_open).values(is_open=is_open))


def set_capacity(pool_id: int, capacity: int) -> None:
    """Raises CapacityBelowTaken, naming how many seats are taken."""
    changed = change_rows(update(Pool).where(Pool.id == pool_id, Pool.taken <= capacity).values(capacity=capacity))
    if changed != 1:
        raise CapacityBelowTaken(taken=db.session.scalar(select(Pool.taken).where(Pool.id == pool_id)))


@dataclass(frozen=True, slots=True)
class Difference:
    """A pool whose count is not the sum of its claims."""

    pool_id: int
    taken: int
    claimed: int


def audit() -> list[Difference]:
    """Recompute every pool from its claims and name each that differs."""
    claimed = func.coalesce(func.sum(Claim.seats), 0)
    rows = db.session.execute(
        select(Pool.id, Pool.taken, claimed)
        .outerjoin(Claim, Claim.pool_id == Pool.id)
        .group_by(Pool.id, Pool.taken)
        .having(Pool.taken != claimed)
        .order_by(Pool.id)
    )
    return [Difference(pool_id, taken, int(total)) for pool_id, taken, total in rows]
