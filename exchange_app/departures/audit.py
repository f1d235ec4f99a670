"""The audit: every pool is recomputed from its rows, and each difference is named. `make audit` runs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from exchange_app.core.database import db
from exchange_app.departures.models import Allotment, Claim, Pool, Shortage


@dataclass(frozen=True, slots=True)
class Difference:
    """A pool whose counts are not what its rows come to; ``what`` is "taken" (claims) or "short" (waiting groups), or
    "aside" where an allotment does not hold exactly what is left of it on one of its departure's pools."""

    pool_id: int
    what: str
    counted: int
    found: int


def audit() -> list[Difference]:
    """Recompute every pool from its rows and name each that differs."""
    return [
        *_differences("taken", Pool.taken, Claim.pool_id, func.coalesce(func.sum(Claim.seats), 0)),
        *_differences("short", Pool.short, Shortage.pool_id, func.count(Shortage.booking_id)),
        *_allotments_that_differ(),
    ]


def _differences(what: str, counted: Any, pool_id: Any, found: Any) -> list[Difference]:
    rows = db.session.execute(
        select(Pool.id, counted, found)
        .outerjoin(pool_id.class_, pool_id == Pool.id)
        .group_by(Pool.id, counted)
        .having(counted != found)
        .order_by(Pool.id)
    )
    return [Difference(number, what, count, int(sum_of_rows)) for number, count, sum_of_rows in rows]


def _allotments_that_differ() -> list[Difference]:
    left = Pool.capacity - Pool.taken
    rows = db.session.execute(
        select(Claim.pool_id, left, Claim.seats)
        .select_from(Allotment)
        .join(Pool, Pool.id == Allotment.pool_id)
        .join(Claim, Claim.allotment_id == Allotment.id)
        .where(Claim.seats != left)
        .order_by(Claim.pool_id)
    )
    return [Difference(pool_id, "aside", count, seats) for pool_id, count, seats in rows]
