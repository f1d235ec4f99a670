"""The planner: an organiser's departures and the slots of its bases, day by day, with what clashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base
from exchange_app.catalogue.terms import fingerprint
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import NEXT_STATES
from exchange_app.departures.service import terms_of
from exchange_app.planning.queries import map_groups
from exchange_app.planning.rules import Against, days_of
from exchange_app.planning.surroundings import SlotLine, Surroundings, list_bases, list_departures, look_around


@dataclass(frozen=True, slots=True)
class Planned:
    """A departure of the planner; ``seen`` is the fingerprint of its terms."""

    departure: Departure
    groups: int
    against: Sequence[Against]
    seen: str
    may_move: bool


@dataclass(frozen=True, slots=True)
class BaseRow:
    """A base's slots by day."""

    base: Base
    slots: Mapping[date, Sequence[SlotLine]]


@dataclass(frozen=True, slots=True)
class Planner:
    departures: Sequence[Planned]
    by_day: Mapping[date, Sequence[Planned]]
    bases: Sequence[BaseRow]
    around: Surroundings

    @property
    def slot_days(self) -> list[date]:
        """The days on which a base has a slot."""
        return sorted({day for row in self.bases for day in row.slots})

    @property
    def clashing(self) -> list[Planned]:
        return [planned for planned in self.departures if planned.against]

    def find(self, departure_id: int | None) -> Planned | None:
        return next((planned for planned in self.departures if planned.departure.id == departure_id), None)


def plan_of(user: User, days: Sequence[date], *, now: datetime) -> Planner:
    """What takes place on these days, which follow each other."""
    departures = list_departures(user, days[0], days[-1])
    packages = {departure.package_id: departure.package for departure in departures}
    around = look_around(user, days[0], days[-1], packages=list(packages.values()))
    groups = map_groups([departure.id for departure in departures], now)
    planned = [_planned(departure, groups.get(departure.id, 0), around, now) for departure in departures]
    return Planner(planned, _by_day(planned, days), _base_rows(around, days), around)


def _planned(departure: Departure, groups: int, around: Surroundings, now: datetime) -> Planned:
    against = list(
        around.against(departure.package, departure.starts_on, seats=departure.pool.capacity, departure_id=departure.id)
    )
    is_coming = departure.starts_on >= departure.today(now)
    may_move = is_coming and bool(NEXT_STATES[departure.state])
    return Planned(departure, groups, against, fingerprint(terms_of(departure)), may_move)


def _by_day(planned: Sequence[Planned], days: Sequence[date]) -> Mapping[date, Sequence[Planned]]:
    shown, found = set(days), defaultdict(list)
    for one in planned:
        departure = one.departure
        for day in days_of(departure.starts_on, (departure.ends_on - departure.starts_on).days + 1):
            if day in shown:
                found[day].append(one)
    return found


def _base_rows(around: Surroundings, days: Sequence[date]) -> Sequence[BaseRow]:
    found: dict[int, dict[date, list[SlotLine]]] = defaultdict(lambda: defaultdict(list))
    bases = {base.id: base for base in list_bases({slot.base_id for slot in around.slots.values()})}
    shown = set(days)
    for slot in around.slots.values():
        zone = ZoneInfo(bases[slot.base_id].city.time_zone)
        day = slot.starts_at.astimezone(zone).date()
        if day in shown:
            found[slot.base_id][day].append(slot)
    return [BaseRow(bases[base_id], found[base_id]) for base_id in sorted(found)]
