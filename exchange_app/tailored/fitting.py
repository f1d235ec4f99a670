"""When each entry of a trip would begin, and what does not fit: sizes, grades, languages, seasons, ways between places,
the length of days, and places left.

Nothing here is forbidden: a host may agree to more than its menu says. What it can never agree to, the slots refuse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from exchange_app.bookings.rules import Party, shortfall
from exchange_app.catalogue.models import MenuItem, Publication
from exchange_app.catalogue.rules import has_times, times_on
from exchange_app.core.text import sentence
from exchange_app.tailored.rules import PERSONS_PER_ADULT, Entry, Terms
from exchange_app.web.formats import day

DAY_BEGINS = 9 * 60  # minutes after midnight
LONGEST_DAY = 10 * 60
SAME_COUNTY, OTHER_COUNTY = 30, 90  # minutes from base to base: the cities are large and their counties apart
LAST_MINUTE = 24 * 60 - 1

Rooms = Mapping[tuple[int, datetime], int]  # by activity and moment, how many persons a slot that is there has room for

TOO_FEW = sentence("“%(title)s” is for groups of at least %(least)s persons; you are %(persons)s.")
TOO_MANY = sentence("“%(title)s” takes at most %(most)s persons at a time; you are %(persons)s.")
OTHER_GRADES = sentence("“%(title)s” is meant for other grades.")
OTHER_LANGUAGE = sentence("“%(title)s” is not held in the language that you wish.")
NOT_OFFERED = sentence("“%(title)s” is no longer offered.")
OUT_OF_SEASON = sentence("“%(title)s” is offered from %(first)s until %(last)s only.")
NOT_THAT_DAY = sentence("“%(title)s” does not take place on %(day)s.")
NOT_THEN = sentence("On %(day)s “%(title)s” begins at %(times)s, not at %(time)s.")
OVERLAPS = sentence("Day %(number)s: “%(title)s” begins before “%(before)s” is over.")
TOO_CLOSE = sentence(
    "Day %(number)s: from “%(before)s” to “%(title)s” the way takes about %(way)s minutes; there are %(gap)s."
)
TOO_LONG = sentence("Day %(number)s takes %(hours)s hours from its first to its last entry; more than 10 tire pupils.")
NOTHING_THAT_DAY = sentence("Nothing happens on day %(number)s.")
NO_ROOM = sentence("On %(day)s at %(time)s “%(title)s” has room for %(left)s; you are %(persons)s.")
FEW_ADULTS = sentence("%(missing)s more adults are needed to accompany %(pupils)s pupils.")


@dataclass(frozen=True, slots=True)
class Misfit:
    """Something that does not fit, in words."""

    words: Any
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        worded = {name: day(fact) if isinstance(fact, date) else fact for name, fact in self.facts.items()}
        return str(self.words) % worded


@dataclass(frozen=True, slots=True)
class Planned:
    """An entry with its activity and when it begins and ends, in minutes after midnight; ``way`` is how long one
    travels from what goes before."""

    entry: Entry
    item: MenuItem | None
    begins: int
    ends: int
    way: int

    @property
    def starts(self) -> time:
        return time(*divmod(min(self.begins, LAST_MINUTE), 60))

    @property
    def over(self) -> time:
        return time(*divmod(min(self.ends, LAST_MINUTE), 60))

    @property
    def title(self) -> str:
        return str(self.item.title) if self.item is not None else self.entry.title


def plan_days(terms: Terms, items: Mapping[int, MenuItem], first_day: date | None) -> list[list[Planned]]:
    """Each day with its entries in their order."""
    return [
        list(_plan_day(terms, items, number, first_day and first_day + timedelta(days=number - 1)))
        for number in range(1, terms.days + 1)
    ]


def _plan_day(terms: Terms, items: Mapping[int, MenuItem], number: int, on: date | None) -> Iterator[Planned]:
    before: Planned | None = None
    where: MenuItem | None = None
    for entry in terms.entries:
        if entry.day != number:
            continue
        item = items.get(entry.item_id) if entry.item_id is not None else None
        way = travel_minutes(where, item)
        begins = _minute(entry.starts) if entry.starts else _earliest(before, way, item, on)
        before = Planned(entry, item, begins, begins + entry.minutes, way)
        where = item or where
        yield before


def travel_minutes(before: MenuItem | None, item: MenuItem | None) -> int:
    if before is None or item is None or before.base_id == item.base_id:
        return 0
    is_near = before.base.county_id is not None and before.base.county_id == item.base.county_id
    return SAME_COUNTY if is_near else OTHER_COUNTY


def _earliest(before: Planned | None, way: int, item: MenuItem | None, on: date | None) -> int:
    """Where an activity has fixed times, the next of these; else right after what goes before."""
    begins = before.ends + way if before else DAY_BEGINS
    if item is None or on is None:
        return begins
    later = [_minute(at) for at in times_on(item.timetable, on) if before is None or _minute(at) >= begins]
    return later[0] if later else begins


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def moments_of(terms: Terms, items: Mapping[int, MenuItem], zone: ZoneInfo) -> list[tuple[int, datetime]]:
    """Every activity with every moment at which the group might come, whichever of its dates is chosen."""
    return [
        (one.item.id, _moment(first_day, one, zone))
        for first_day in terms.dates
        for planned in plan_days(terms, items, first_day)
        for one in planned
        if one.item is not None
    ]


def _moment(first_day: date, planned: Planned, zone: ZoneInfo) -> datetime:
    day = first_day + timedelta(days=planned.entry.day - 1)
    return datetime.combine(day, planned.starts, zone).astimezone(UTC)


def find_misfits(terms: Terms, items: Mapping[int, MenuItem], zone: ZoneInfo, rooms: Rooms) -> list[Misfit]:
    """Everything that does not fit, what holds for every date first."""
    found = [*_of_group(terms, items)]
    for first_day in terms.dates or (None,):
        days = plan_days(terms, items, first_day)
        found += [misfit for number, planned in enumerate(days, 1) for misfit in _of_day(number, planned)]
        if first_day is not None:
            found += _of_date(terms, days, first_day, zone, rooms)
    return [one for place, one in enumerate(found) if one not in found[:place]]


def _of_group(terms: Terms, items: Mapping[int, MenuItem]) -> Iterator[Misfit]:
    lacks = shortfall(Party(terms.pupils, terms.staff), PERSONS_PER_ADULT)
    if lacks is not None:
        yield Misfit(FEW_ADULTS, {"missing": lacks.missing, "pupils": lacks.pupils})
    for item in [items[item_id] for item_id in sorted(terms.item_ids & items.keys())]:
        yield from _of_item(terms, item)


def _of_item(terms: Terms, item: MenuItem) -> Iterator[Misfit]:
    facts = {"title": item.title, "persons": terms.persons}
    if item.menu.publication is not Publication.PUBLISHED:
        yield Misfit(NOT_OFFERED, facts)
    if terms.persons < item.group_min:
        yield Misfit(TOO_FEW, facts | {"least": item.group_min})
    if terms.persons > item.group_max:
        yield Misfit(TOO_MANY, facts | {"most": item.group_max})
    if not item.grade_from <= terms.grade <= item.grade_until:
        yield Misfit(OTHER_GRADES, facts)
    if item.languages and terms.language not in item.languages:
        yield Misfit(OTHER_LANGUAGE, facts)


def _of_day(number: int, planned: Sequence[Planned]) -> Iterator[Misfit]:
    if not planned:
        yield Misfit(NOTHING_THAT_DAY, {"number": number})
        return
    for before, after in pairwise(planned):
        gap = after.begins - before.ends
        facts = {"number": number, "title": after.title, "before": before.title}
        if gap < 0:
            yield Misfit(OVERLAPS, facts)
        elif gap < after.way:
            yield Misfit(TOO_CLOSE, facts | {"way": after.way, "gap": gap})
    span = max(one.ends for one in planned) - min(one.begins for one in planned)
    if span > LONGEST_DAY:
        yield Misfit(TOO_LONG, {"number": number, "hours": -(-span // 60)})


def _of_date(
    terms: Terms, days: Sequence[Sequence[Planned]], first_day: date, zone: ZoneInfo, rooms: Rooms
) -> Iterator[Misfit]:
    for number, planned in enumerate(days):
        on = first_day + timedelta(days=number)
        for one in planned:
            if one.item is not None:
                yield from _of_visit(terms, one, one.item, on, rooms.get((one.item.id, _moment(first_day, one, zone))))


def _of_visit(terms: Terms, planned: Planned, item: MenuItem, on: date, room: int | None) -> Iterator[Misfit]:
    """One activity on one day. Where a slot is there already it decides, not the timetable."""
    facts = {"title": item.title, "day": on, "time": f"{planned.starts:%H:%M}"}
    if not item.menu.season_from <= on <= item.menu.season_until:
        season = {"first": item.menu.season_from, "last": item.menu.season_until}
        yield Misfit(OUT_OF_SEASON, {"title": item.title} | season)
    elif room is None and has_times(item.timetable):
        times = times_on(item.timetable, on)
        if not times:
            yield Misfit(NOT_THAT_DAY, facts)
        elif planned.starts not in times:
            yield Misfit(NOT_THEN, facts | {"times": " · ".join(f"{at:%H:%M}" for at in times)})
    if room is not None and room < terms.persons:
        yield Misfit(NO_ROOM, facts | {"left": room, "persons": terms.persons})
