"""Seats: the one place that counts them. Nothing here can oversell.

A pool's ``taken`` is changed by a guarded UPDATE, so that the database decides between two who want the last seat, and
a CHECK stands behind it. A claim is a row, so that ``taken`` can be recomputed at any time (`audit.py`). A group claims
its persons from the departure's pool and from every slot where it stops, all or none. Pools are locked in one order
(allotments first, then by their ids), so that two groups never wait for each other. See docs/decisions/seats.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, cast, delete, insert, literal, null, or_, select, update

from exchange_app.catalogue.models import Base, MenuItem
from exchange_app.core.broker import wake
from exchange_app.core.database import RowId, change_rows, db
from exchange_app.core.transaction import on_commit
from exchange_app.departures.errors import (
    CapacityBelowTaken,
    GroupsWaiting,
    NotEnoughSeats,
    NotTakingRegistrations,
    SlotClosed,
    SlotFull,
    SoldOut,
)
from exchange_app.departures.locking import hold_still_around, lock_pools
from exchange_app.departures.models import Allotment, Claim, Departure, DepartureSlot, Pool, Slot
from exchange_app.outbox.times import LocalTimes
from exchange_app.partners.models import City, Organisation

OFFER_SEATS = "bookings.offer_seats"  # the task that is woken when seats come free that a waiting group lacks


@dataclass(frozen=True, slots=True)
class Standing:
    """How a pool stood when it was looked at, unlocked; ``short`` groups on the waiting list lack seats of it."""

    capacity: int
    left: int
    is_open: bool
    short: int


@dataclass(frozen=True, slots=True)
class Around:
    """The pools that a group of one school claims from: ``pools`` by id, the departure's and its slots', from each as
    many seats as persons; ``allotments`` by id with their pool and what is left there for the school or its city."""

    departure_pool_id: int
    pools: Mapping[int, Standing]
    allotments: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    @property
    def smallest(self) -> int:
        """The largest group that could ever come."""
        return min(pool.capacity for pool in self.pools.values())

    def needed(self, seats: int) -> int:
        """How many of ``seats`` are not covered by what is set aside for this school."""
        return max(0, seats - sum(left for _pool_id, left in self.allotments.values()))

    def lacking(self, seats: int) -> list[int]:
        """The pools in which a group of ``seats`` does not fit now."""
        return [pool_id for pool_id, pool in self.pools.items() if pool.left < self.needed(seats)]


_COLUMNS = Pool.id, Pool.capacity, (Pool.capacity - Pool.taken).label("left"), Pool.is_open, Pool.short
_OF_SLOTS = select(Slot.pool_id).join(DepartureSlot).where(DepartureSlot.departure_id == bindparam("departure_id"))
_AROUND = (
    select(*_COLUMNS, cast(null(), RowId).label("allotment_id"), literal(0).label("is_citys"))
    .where(or_(Pool.id == bindparam("pool_id"), Pool.id.in_(_OF_SLOTS)))
    .union_all(
        select(*_COLUMNS, Allotment.id, case((Allotment.city_id.is_(None), 0), else_=1))
        .join(Allotment, Allotment.pool_id == Pool.id)
        .where(
            Allotment.departure_id == bindparam("departure_id"),
            Allotment.released_at.is_(None),
            or_(Allotment.school_id == bindparam("school_id"), Allotment.city_id == bindparam("city_id")),
        )
    )
)


def around(departure: Departure, school: Organisation) -> Around:
    """One statement, whatever the number of slots and allotments."""
    sides = {"departure_id": departure.id, "pool_id": departure.pool_id}
    rows = db.session.execute(_AROUND, {**sides, "school_id": school.id, "city_id": school.city_id}).all()
    aside = sorted((row for row in rows if row.allotment_id is not None), key=lambda row: (row.is_citys, row.id))
    return Around(
        departure.pool_id,
        {row.id: Standing(row.capacity, row.left, row.is_open, row.short) for row in rows if row.allotment_id is None},
        {row.allotment_id: (row.id, row.left) for row in aside if row.is_open},
    )


# --------------------------------------------------------------------------------------------------------------- claims


def claim(booking_id: int, pools: Around, seats: int, *, has_waited: bool = False) -> None:
    """Take ``seats`` from every pool, all or none; what is set aside for the school first.

    Call it late in the transaction: the pools' rows are locked from here to the commit. Raises NotTakingRegistrations,
    SlotClosed, GroupsWaiting (unless the group has waited itself), SoldOut, NotEnoughSeats or SlotFull; the transaction
    is then to be given up.
    """
    drawn = _draw(pools.allotments, seats)
    needed = seats - sum(drawn.values())
    take(dict.fromkeys(pools.pools, needed), pools.departure_pool_id, has_waited=has_waited)
    held = dict.fromkeys(pools.pools, seats) | {pools.allotments[number][0]: part for number, part in drawn.items()}
    db.session.execute(
        insert(Claim), [{"booking_id": booking_id, "pool_id": pool_id, "seats": held[pool_id]} for pool_id in held]
    )


def resize(booking_id: int, pools: Around, seats: int) -> None:
    """Make the booking's claims ``seats`` persons. Raises as claim() does when that are more than before."""
    before = _claims_of(booking_id)
    change = seats - before[pools.departure_pool_id]
    if change > 0:
        drawn = _draw(pools.allotments, change)
        take(dict.fromkeys(pools.pools, change - sum(drawn.values())), pools.departure_pool_id, has_waited=False)
        _write_claims(booking_id, before, dict.fromkeys(pools.pools, seats), drawn, pools)
    elif change < 0:
        _shrink(booking_id, before, pools, seats)


def _shrink(booking_id: int, before: Mapping[int, int], pools: Around, seats: int) -> None:
    """What was taken in the open goes back first, then what was drawn from an allotment."""
    aside = {pool_id: part for pool_id, part in before.items() if pool_id not in pools.pools}
    from_aside = max(0, sum(aside.values()) - seats)
    given: dict[int, int] = {}
    for pool_id in sorted(aside):
        given[pool_id] = min(aside[pool_id], from_aside - sum(given.values()))
    returned = _give_back({pool_id: part for pool_id, part in given.items() if part})
    freed = before[pools.departure_pool_id] - seats - sum(returned.values())
    free(dict.fromkeys(pools.pools, freed))
    change_rows(
        update(Claim).where(Claim.booking_id == booking_id, Claim.pool_id.in_(list(pools.pools))).values(seats=seats)
    )
    for pool_id, part in given.items():
        own = Claim.booking_id == booking_id, Claim.pool_id == pool_id
        if part == aside[pool_id]:
            change_rows(delete(Claim).where(*own))
        elif part:
            change_rows(update(Claim).where(*own).values(seats=Claim.seats - part))


def move(booking_id: int, pools: Around, seats: int) -> None:
    """Give back what the booking holds elsewhere and take ``seats`` from these pools: both or neither. Raises as
    claim() does."""
    before = _claims_of(booking_id)
    aside = _allotment_pools(before)
    lock_pools({*aside, *(pool_id for pool_id, _left in pools.allotments.values())})
    drawn = _draw(pools.allotments, seats)
    returned = sum(_give_back({pool_id: before[pool_id] for pool_id in sorted(aside)}).values())
    changes = {pool_id: returned - before[pool_id] for pool_id in before if pool_id not in aside}
    for pool_id in pools.pools:
        changes[pool_id] = changes.get(pool_id, 0) + seats - sum(drawn.values())
    lock_pools(changes)
    free({pool_id: -change for pool_id, change in changes.items() if change < 0})
    wanted = {pool_id: change for pool_id, change in changes.items() if change > 0}
    take(wanted, pools.departure_pool_id, has_waited=False)
    change_rows(delete(Claim).where(Claim.booking_id == booking_id))
    _write_claims(booking_id, {}, dict.fromkeys(pools.pools, seats), drawn, pools)


def release(booking_ids: Sequence[int]) -> None:
    """Give back every seat that these bookings hold; a booking that holds none gives none.

    The caller has locked the bookings, so that the same claim is not released twice.
    """
    hold_still_around(booking_ids)
    claims = db.session.execute(
        delete(Claim).where(Claim.booking_id.in_(booking_ids)).returning(Claim.booking_id, Claim.pool_id, Claim.seats)
    ).all()
    allotments = _allotment_pools({row.pool_id for row in claims})
    aside: dict[int, int] = {}
    for row in claims:
        if row.pool_id in allotments:
            aside[row.pool_id] = aside.get(row.pool_id, 0) + row.seats
    returned = _give_back(aside)
    kept_aside: dict[int, int] = {}
    for row in claims:
        if row.pool_id in returned:
            kept_aside[row.booking_id] = kept_aside.get(row.booking_id, 0) + row.seats
    freed: dict[int, int] = {}
    for row in claims:
        if row.pool_id not in allotments:
            freed[row.pool_id] = freed.get(row.pool_id, 0) + row.seats - kept_aside.get(row.booking_id, 0)
    free(freed)


def _claims_of(booking_id: int) -> dict[int, int]:
    rows = db.session.execute(select(Claim.pool_id, Claim.seats).where(Claim.booking_id == booking_id))
    return {row.pool_id: row.seats for row in rows}


def _write_claims(
    booking_id: int, before: Mapping[int, int], held: Mapping[int, int], drawn: Mapping[int, int], pools: Around
) -> None:
    """The booking's claims after more was taken: ``held`` of the ordinary pools, ``drawn`` more of the allotments."""
    after = dict(held)
    for number, part in drawn.items():
        pool_id = pools.allotments[number][0]
        after[pool_id] = before.get(pool_id, 0) + part
    for pool_id in after.keys() & before.keys():
        own = Claim.booking_id == booking_id, Claim.pool_id == pool_id
        change_rows(update(Claim).where(*own).values(seats=after[pool_id]))
    new = [
        {"booking_id": booking_id, "pool_id": pool_id, "seats": seats}
        for pool_id, seats in after.items()
        if pool_id not in before and seats
    ]
    if new:
        db.session.execute(insert(Claim), new)


# ---------------------------------------------------------------------------------------------------------- allotments


def _draw(allotments: Mapping[int, tuple[int, int]], wanted: int) -> dict[int, int]:
    """As much of ``wanted`` as is left in the allotments, by allotment, in their order. What is drawn needs no seats of
    other pools: the allotment holds them, and its claims there shrink."""
    drawn: dict[int, int] = {}
    if len(allotments) > 1:
        lock_pools(pool_id for pool_id, _left in allotments.values())
    for number, (pool_id, left) in allotments.items():
        part = min(left, wanted - sum(drawn.values()))
        while part > 0 and not _took(pool_id, part):
            part = min(part, _left_if_open(pool_id))
        if part > 0:
            drawn[number] = part
            _shift_aside([number], -part)
    return drawn


def _took(pool_id: int, seats: int) -> bool:
    guarded = Pool.id == pool_id, Pool.is_open, Pool.taken + seats <= Pool.capacity
    return change_rows(update(Pool).where(*guarded).values(taken=Pool.taken + seats)) == 1


def _left_if_open(pool_id: int) -> int:
    return db.session.scalar(select(Pool.capacity - Pool.taken).where(Pool.id == pool_id, Pool.is_open)) or 0


def _give_back(aside: Mapping[int, int]) -> dict[int, int]:
    """Put seats back into the pools of allotments; returns those that their allotments keep, by pool. Of an allotment
    that was released meanwhile nothing is kept: its seats are everybody's."""
    for pool_id in sorted(aside):
        change_rows(update(Pool).where(Pool.id == pool_id).values(taken=Pool.taken - aside[pool_id]))
    if not aside:
        return {}
    # Asked with the pools locked: whoever releases an allotment locks its pool first.
    kept = db.session.execute(
        select(Allotment.id, Allotment.pool_id).where(
            Allotment.pool_id.in_(list(aside)), Allotment.released_at.is_(None)
        )
    ).all()
    for number, pool_id in kept:
        _shift_aside([number], aside[pool_id])
    if kept:
        wake_offers()
    return {pool_id: aside[pool_id] for _number, pool_id in kept}


def _shift_aside(allotment_ids: Collection[int], seats: int) -> None:
    change_rows(update(Claim).where(Claim.allotment_id.in_(allotment_ids)).values(seats=Claim.seats + seats))


def _allotment_pools(pool_ids: Collection[int]) -> set[int]:
    return set(db.session.scalars(select(Allotment.pool_id).where(Allotment.pool_id.in_(list(pool_ids)))))


# --------------------------------------------------------------------------------------------------------- the counting


def take(wanted: Mapping[int, int], departure_pool_id: int, *, has_waited: bool) -> None:
    """Count seats as taken, by pool; their claims are rows of the caller's. Raises as claim() does."""
    wanted = {pool_id: seats for pool_id, seats in wanted.items() if seats > 0}
    took = _change_taken(wanted, *_guards(has_waited))
    for pool_id in sorted(set(wanted) - took):
        while not _change_taken({pool_id: wanted[pool_id]}, *_guards(has_waited)):
            # Raises, unless somebody gave seats back between the two looks: then try again.
            _refuse(pool_id, wanted[pool_id], departure_pool_id, has_waited=has_waited)


def _guards(has_waited: bool) -> list[ColumnElement[bool]]:
    return [Pool.is_open.is_(True)] if has_waited else [Pool.is_open.is_(True), Pool.short == 0]


def free(freed: Mapping[int, int]) -> None:
    """Seats of pools are nobody's any more; their claims are gone or about to go."""
    _change_taken({pool_id: -seats for pool_id, seats in freed.items() if seats})


def _change_taken(changes: Mapping[int, int], *guards: ColumnElement[bool]) -> set[int]:
    """One statement; returns the pools that took part. Workers are woken where waiting groups lack what came free."""
    if not changes:
        return set()
    amount = amount_of(changes)
    rows = db.session.execute(
        update(Pool)
        .where(are(changes), Pool.taken + amount <= Pool.capacity, *guards)
        .values(taken=Pool.taken + amount)
        .returning(Pool.id, Pool.short),
        execution_options={"synchronize_session": False},
    ).all()
    if any(row.short and changes[row.id] < 0 for row in rows):
        wake_offers()
    return {row.id for row in rows}


def amount_of(changes: Mapping[int, int]) -> Any:
    amounts = set(changes.values())
    if len(amounts) == 1:
        return amounts.pop()
    return case(*((Pool.id == pool_id, amount) for pool_id, amount in changes.items()))


def are(pool_ids: Collection[int]) -> ColumnElement[bool]:
    """Whether a row is one of these pools; several are first locked in the order of their ids."""
    if len(pool_ids) == 1:
        return Pool.id == next(iter(pool_ids))
    locked = select(Pool.id).where(Pool.id.in_(list(pool_ids))).order_by(Pool.id).with_for_update(key_share=True)
    return Pool.id.in_(select(locked.cte("locked").c.id))


def wake_offers() -> None:
    """A worker looks at the waiting lists as soon as this transaction is stored; the clock does so anyway."""
    on_commit(partial(wake, OFFER_SEATS))


def refuse_early(pools: Around, seats: int) -> None:
    """Refuse, without a lock, what cannot be claimed as things stand. Raises as claim() does."""
    needed = pools.needed(seats)
    for pool_id, pool in pools.pools.items():
        if needed and (not pool.is_open or pool.short or pool.left < needed):
            _refuse(pool_id, needed, pools.departure_pool_id, has_waited=False)


def _refuse(pool_id: int, wanted: int, departure_pool_id: int, *, has_waited: bool) -> None:
    """Say why a pool does not give ``wanted`` seats, if it does not: who waits, how many fit, at which stop."""
    is_open, left, short = db.session.execute(
        select(Pool.is_open, Pool.capacity - Pool.taken, Pool.short).where(Pool.id == pool_id)
    ).one()
    names_slot = pool_id != departure_pool_id
    if not is_open:
        raise SlotClosed(**_slot_in_words(pool_id)) if names_slot else NotTakingRegistrations()
    if short and not has_waited:
        raise GroupsWaiting(count=short)
    if wanted > left and names_slot:
        raise SlotFull(wanted=wanted, left=max(left, 0), **_slot_in_words(pool_id))
    if left <= 0:
        raise SoldOut()
    if wanted > left:
        raise NotEnoughSeats(wanted=wanted, left=left)


def _slot_in_words(pool_id: int) -> dict[str, Any]:
    title, starts_at, zone = db.session.execute(
        select(MenuItem.title, Slot.starts_at, City.time_zone)
        .join(Slot.menu_item)
        .join(MenuItem.base)
        .join(Base.city)
        .where(Slot.pool_id == pool_id)
    ).one()
    return {"stop": title, "when": LocalTimes(zone).moment_later(starts_at)}


def open_pools(pool_ids: Sequence[int], *, is_open: bool) -> None:
    """Let seats be claimed, or no longer: a claim on its way is counted before this or refused after it. Who waits
    hears of pools that are opened again."""
    if is_open:
        wake_offers()
    change_rows(update(Pool).where(Pool.id.in_(pool_ids), Pool.is_open != is_open).values(is_open=is_open))


def set_capacity(pool_id: int, capacity: int) -> None:
    """Raises CapacityBelowTaken, naming how many seats are taken."""
    changed = db.session.execute(
        update(Pool).where(Pool.id == pool_id, Pool.taken <= capacity).values(capacity=capacity).returning(Pool.short),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if changed is None:
        raise CapacityBelowTaken(taken=db.session.scalar(select(Pool.taken).where(Pool.id == pool_id)))
    if changed.short:
        wake_offers()
