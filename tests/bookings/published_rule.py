"""The published rule of the waiting list once more, as plainly as it stands on the page, over rows that are read anew.

Nothing here calls what it checks: neither `rules.decide_offer` nor `departures/seats.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.departures.models import Allotment, Claim, Departure, DepartureSlot, Pool, Shortage, Slot
from exchange_app.partners.models import Organisation

SEATED = frozenset({"held", "offered", "submitted", "confirmed", "done"})
MOST_PASSES = 2


@dataclass(frozen=True)
class PoolNow:
    capacity: int
    taken: int
    short: int
    is_open: bool

    @property
    def free(self) -> int:
        return self.capacity - self.taken


@dataclass(frozen=True)
class DepartureNow:
    state: str
    opens_at: datetime
    closes_at: datetime
    pool: int
    pools: frozenset[int]


@dataclass(frozen=True)
class AllotmentNow:
    departure: int
    pool: int
    city: int | None
    school: int | None
    is_released: bool


@dataclass(frozen=True)
class Group:
    id: int
    departure: int
    school: int
    city: int
    persons: int
    state: str
    hold_ends_at: datetime | None
    queued_at: datetime | None
    times_passed: int


@dataclass(frozen=True)
class Picture:
    """Everything that has to do with seats, as the database has it at one moment."""

    pools: dict[int, PoolNow]
    departures: dict[int, DepartureNow]
    allotments: dict[int, AllotmentNow]
    groups: dict[int, Group]
    claims: dict[int, dict[int, int]] = field(default_factory=dict)  # by booking, by pool
    aside: dict[int, dict[int, int]] = field(default_factory=dict)  # by allotment, by pool
    shortages: frozenset[tuple[int, int]] = frozenset()  # booking, pool

    def from_the_open(self, departure: int, school: int, city: int, persons: int) -> int:
        """How many seats such a group takes from everybody's, after what is set aside for its school and its city."""
        own = [
            self.pools[one.pool].free
            for one in self.allotments.values()
            if one.departure == departure
            and (one.school == school or one.city == city)
            and not one.is_released
            and self.pools[one.pool].is_open
        ]
        return max(0, persons - sum(own))

    def lacked_by(self, group: Group) -> set[int]:
        """The pools in which the group does not fit."""
        needed = self.from_the_open(group.departure, group.school, group.city, group.persons)
        return {pool for pool in self.departures[group.departure].pools if self.pools[pool].free < needed}

    def takes_groups(self, departure: int, now: datetime) -> bool:
        one = self.departures[departure]
        is_open = one.state == "open" and one.opens_at <= now < one.closes_at
        return is_open and all(self.pools[pool].is_open for pool in one.pools)

    def waiting(self) -> list[Group]:
        """Everybody who waits, in the order of arrival."""
        groups = [group for group in self.groups.values() if group.state == "waiting"]
        return sorted(groups, key=lambda group: (group.queued_at, group.id))

    def stands_in_nobodys_way(self, group: Group, now: datetime) -> bool:
        """It waits for a departure that takes groups, but none as large: the capacity of a pool was lowered."""
        needed = self.from_the_open(group.departure, group.school, group.city, group.persons)
        smallest = min(self.pools[pool].capacity for pool in self.departures[group.departure].pools)
        return needed > smallest and self.takes_groups(group.departure, now)

    def line(self, now: datetime) -> list[Group]:
        """Those who wait for a departure that takes groups as large as theirs."""
        return [
            group
            for group in self.waiting()
            if self.takes_groups(group.departure, now) and not self.stands_in_nobodys_way(group, now)
        ]

    def lacked(self, now: datetime) -> set[tuple[int, int]]:
        """Which group waits for seats of which pool: newcomers cannot take them."""
        return {(group.id, pool) for group in self.line(now) for pool in self.lacked_by(group)}


def next_offer(picture: Picture, now: datetime) -> tuple[Group, set[int]] | None:
    """Who is to be offered seats now, and which groups that one passes: in the order of arrival the first group that
    fits as a whole, and passes nobody who lacks these same seats and was passed twice already."""
    line = picture.line(now)
    for place, group in enumerate(line):
        if picture.lacked_by(group):
            continue
        passed = set()
        if picture.from_the_open(group.departure, group.school, group.city, group.persons):
            wanted = picture.departures[group.departure].pools
            passed = {earlier for earlier in line[:place] if picture.lacked_by(earlier) & wanted}
        if all(earlier.times_passed < MOST_PASSES for earlier in passed):
            return group, {earlier.id for earlier in passed}
    return None


def contradictions(picture: Picture) -> Iterator[str]:
    """Everything in the picture that the promises exclude, in words."""
    held: defaultdict[int, int] = defaultdict(int)
    for claims in (*picture.claims.values(), *picture.aside.values()):
        for pool, seats in claims.items():
            held[pool] += seats
    for number, pool in picture.pools.items():
        if not 0 <= pool.taken <= pool.capacity:
            yield f"pool {number} is oversold: {pool}"
        if pool.taken != held[number]:
            yield f"pool {number} counts {pool.taken} taken, its claims come to {held[number]}"
        if pool.short != sum(1 for _, lacks in picture.shortages if lacks == number):
            yield f"pool {number} counts {pool.short} groups that lack seats, not its rows"
    of_allotments = {one.pool for one in picture.allotments.values()}
    for group in picture.groups.values():
        claims = picture.claims.get(group.id, {})
        ordinary = {pool: seats for pool, seats in claims.items() if pool not in of_allotments}
        pools = picture.departures[group.departure].pools
        due = dict.fromkeys(pools, group.persons) if group.state in SEATED else {}
        if ordinary != due:
            yield f"{group} should hold {due}, it holds {ordinary}"
        drawn = sum(seats for pool, seats in claims.items() if pool in of_allotments)
        if drawn > (group.persons if group.state in SEATED else 0):
            yield f"{group} draws {drawn} from allotments"
        if group.times_passed > MOST_PASSES:
            yield f"{group} was passed {group.times_passed} times"
    for number, one in picture.allotments.items():
        kept = picture.aside.get(number, {})
        pools = picture.departures[one.departure].pools
        due = {} if one.is_released else dict.fromkeys(pools, picture.pools[one.pool].free)
        if kept != due:
            yield f"allotment {number} should keep {due}, it keeps {kept}"
    for booking, pool in picture.shortages:
        if picture.groups[booking].state != "waiting":
            yield f"{picture.groups[booking]} does not wait, and pool {pool} counts it as lacking seats"


def look() -> Picture:
    """The picture at this moment."""
    ask = db.session.execute
    slots = defaultdict(set)
    for departure, pool in ask(select(DepartureSlot.departure_id, Slot.pool_id).join(DepartureSlot.slot)):
        slots[departure].add(pool)
    claims: defaultdict[int, dict[int, int]] = defaultdict(dict)
    aside: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for booking, allotment, pool, seats in ask(
        select(Claim.booking_id, Claim.allotment_id, Claim.pool_id, Claim.seats)
    ):
        (aside[allotment] if booking is None else claims[booking])[pool] = seats
    return Picture(
        pools={
            number: PoolNow(*values)
            for number, *values in ask(select(Pool.id, Pool.capacity, Pool.taken, Pool.short, Pool.is_open))
        },
        departures={
            number: DepartureNow(str(state), opens_at, closes_at, pool, frozenset({pool, *slots[number]}))
            for number, state, opens_at, closes_at, pool in ask(
                select(Departure.id, Departure.state, Departure.opens_at, Departure.closes_at, Departure.pool_id)
            )
        },
        allotments={
            number: AllotmentNow(departure, pool, city, school, released_at is not None)
            for number, departure, pool, city, school, released_at in ask(
                select(
                    Allotment.id,
                    Allotment.departure_id,
                    Allotment.pool_id,
                    Allotment.city_id,
                    Allotment.school_id,
                    Allotment.released_at,
                )
            )
        },
        groups={
            number: Group(number, departure, school, city, pupils + staff, str(state), ends, queued, passed)
            for number, departure, school, city, pupils, staff, state, ends, queued, passed in ask(
                select(
                    Booking.id,
                    Booking.departure_id,
                    Booking.school_id,
                    Organisation.city_id,
                    Booking.pupils,
                    Booking.staff,
                    Booking.state,
                    Booking.hold_ends_at,
                    Booking.queued_at,
                    Booking.times_passed,
                ).join(Booking.school)
            )
        },
        claims=dict(claims),
        aside=dict(aside),
        shortages=frozenset((booking, pool) for booking, pool in ask(select(Shortage.booking_id, Shortage.pool_id))),
    )
