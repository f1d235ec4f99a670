"""Who waits for which seats: a waiting group's shortages are rows, and each pool counts them.

While a pool counts any, newcomers cannot claim its seats. See docs/decisions/waiting-list.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import delete, tuple_, update

from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.departures.models import Pool, Shortage
from exchange_app.departures.seats import amount_of, are


def note_shortages(lacking: Mapping[int, Collection[int]]) -> None:
    """From now on each of these waiting groups (booking ids) lacks seats of exactly these pools; none, once it no
    longer waits. The pools count what rows really came and went, whoever else is at it."""
    if not lacking:
        return
    changes: dict[int, int] = {}
    for change, pool_ids in ((1, _add_shortages(lacking)), (-1, _drop_shortages(lacking))):
        for pool_id in pool_ids:
            changes[pool_id] = changes.get(pool_id, 0) + change
    changes = {pool_id: change for pool_id, change in changes.items() if change}
    if changes:
        change_rows(update(Pool).where(are(changes)).values(short=Pool.short + amount_of(changes)))


def _add_shortages(lacking: Mapping[int, Collection[int]]) -> list[int]:
    rows = [
        {"booking_id": booking_id, "pool_id": pool_id}
        for booking_id, pool_ids in sorted(lacking.items())
        for pool_id in sorted(pool_ids)
    ]
    if not rows:
        return []
    added = insert_unless_there(Shortage).values(rows).returning(Shortage.pool_id)
    return list(db.session.scalars(added))


def _drop_shortages(lacking: Mapping[int, Collection[int]]) -> list[int]:
    wanted = [(booking_id, pool_id) for booking_id, pool_ids in lacking.items() for pool_id in pool_ids]
    over = delete(Shortage).where(
        Shortage.booking_id.in_(list(lacking)), tuple_(Shortage.booking_id, Shortage.pool_id).not_in(wanted)
    )
    return list(db.session.scalars(over.returning(Shortage.pool_id), execution_options={"synchronize_session": False}))
