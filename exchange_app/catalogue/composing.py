"""Composing a package of activities: where a stop falls when it is put into a day, and what does not fit together.

A stop that is put before another takes its time, and those after it begin later as far as they must; nothing else
moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum
from typing import Any, Protocol

from exchange_app.catalogue.errors import DayTooFull
from exchange_app.catalogue.rules import MINUTES_A_DAY

DAY_BEGINS = time(9)
LONGEST_DAY = 13 * 60  # from the first stop to the end of the last, which is the arrival at the lodging
ROUNDED_TO = 5

# Minutes between two bases, from door to door: in one county, between counties, between cities. Ours.
WITHIN_COUNTY, BETWEEN_COUNTIES, BETWEEN_CITIES = 20, 60, 120


class Misfit(StrEnum):
    """What does not fit in a package."""

    OVERLAP = "overlap"
    TOO_NEAR = "too_near"
    LONG_DAY = "long_day"
    NO_TIME = "no_time"
    GRADES = "grades"
    GROUP_TOO_LARGE = "group_too_large"
    GROUP_TOO_SMALL = "group_too_small"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that does not fit; ``facts`` are for its sentence."""

    what: Misfit
    facts: Mapping[str, Any]


class Placed(Protocol):
    """A stop, as `models.Stop` is one."""

    id: Any
    starts: Any
    minutes: Any
    title: Any
    menu_item: Any


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop of a day in minutes from midnight; ``key`` is the stop's id, None for one that is new."""

    key: int | None
    begins: int
    minutes: int
    base: Any = None

    @property
    def ends(self) -> int:
        return self.begins + self.minutes


@dataclass(frozen=True, slots=True)
class DayLine:
    """A stop of a day with the minutes since the one before it ended, and what does not fit there."""

    stop: Any
    ends: str
    gap: int | None
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class DayPlan:
    """A day of a package. ``total`` are the minutes from its beginning to its end, ``busy`` those of its stops;
    ``places`` is the smallest slot of its activities."""

    day: int
    lines: Sequence[DayLine]
    begins: str
    ends: str
    total: int
    busy: int
    places: int | None
    problems: Sequence[Problem]

    @property
    def is_sound(self) -> bool:
        return not self.problems and not any(line.problems for line in self.lines)


def minutes_of(at: time) -> int:
    return at.hour * 60 + at.minute


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def time_at(minutes: int) -> time:
    """Raises DayTooFull beyond midnight."""
    if minutes >= MINUTES_A_DAY:
        raise DayTooFull()
    return time(minutes // 60, minutes % 60)


def gap_between(before: Any, after: Any) -> int:
    """The minutes that a group needs from one base to another; none where it stays, or where one is no base."""
    if before is None or after is None or before.id == after.id:
        return 0
    if before.city_id != after.city_id:
        return BETWEEN_CITIES
    if before.county_id != after.county_id:
        return BETWEEN_COUNTIES
    return WITHIN_COUNTY


def visit_of(stop: Placed) -> Visit:
    base = stop.menu_item.base if stop.menu_item is not None else None
    return Visit(stop.id, minutes_of(stop.starts), stop.minutes, base)


def put_in(visits: Sequence[Visit], new: Visit, before: int | None) -> list[Visit]:
    """The visits of a day with another one among them: before the one of this key, else at the end. Raises
    DayTooFull."""
    place = next((place for place, visit in enumerate(visits) if visit.key == before), len(visits))
    earlier, following = list(visits[:place]), list(visits[place:])
    if earlier:
        begins = _rounded(earlier[-1].ends + gap_between(earlier[-1].base, new.base))
    else:
        begins = following[0].begins if following else minutes_of(DAY_BEGINS)
    return _pushed([*earlier, replace(new, begins=begins)], following)


def _pushed(laid: list[Visit], following: Sequence[Visit]) -> list[Visit]:
    """Each begins when it did, or as soon as the one before lets the group go."""
    for visit in following:
        earliest = _rounded(laid[-1].ends + gap_between(laid[-1].base, visit.base))
        laid.append(replace(visit, begins=max(visit.begins, earliest)))
    if laid[-1].ends > MINUTES_A_DAY:
        raise DayTooFull()
    return laid


def _rounded(minutes: int) -> int:
    return -(-minutes // ROUNDED_TO) * ROUNDED_TO


# --------------------------------------------------------------------------------------------------- what does not fit


def plan_day(day: int, stops: Sequence[Placed], package: Any, *, group: int | None) -> DayPlan:
    """The day as it stands; ``group`` is how many persons come, if somebody said it."""
    lines: list[DayLine] = []
    until: int | None = None
    before: Visit | None = None
    for stop in stops:
        visit = visit_of(stop)
        gap = None if until is None else visit.begins - until
        problems = [*_gap_problems(gap, before, visit), *_own_problems(stop, package, group)]
        lines.append(DayLine(stop, clock(visit.ends), gap, problems))
        until = max(until or 0, visit.ends)
        before = visit if visit.base is not None else before
    first = minutes_of(stops[0].starts) if stops else 0
    total = (until or 0) - first
    problems = [Problem(Misfit.LONG_DAY, {"hours": LONGEST_DAY // 60})] if total > LONGEST_DAY else []
    places = [stop.menu_item.slot_capacity for stop in stops if stop.menu_item is not None]
    busy = sum(stop.minutes for stop in stops)
    return DayPlan(day, lines, clock(first), clock(until or 0), total, busy, min(places, default=None), problems)


def _gap_problems(gap: int | None, before: Visit | None, visit: Visit) -> Iterator[Problem]:
    """``before`` is the last stop at a base: whatever stands between, such as the ride, is time to get there."""
    if gap is None:
        return
    if gap < 0:
        yield Problem(Misfit.OVERLAP, {"minutes": -gap})
    elif before is not None:
        needed, there = gap_between(before.base, visit.base), visit.begins - before.ends
        if there < needed and needed >= BETWEEN_COUNTIES:
            names = {"before": before.base.name, "base": visit.base.name}
            yield Problem(Misfit.TOO_NEAR, {"minutes": there, "needed": needed, **names})


def _own_problems(stop: Placed, package: Any, group: int | None) -> Iterator[Problem]:
    item = stop.menu_item
    if item is None:
        return
    begins = {at for times in item.timetable.values() for at in times}
    if begins and f"{stop.starts:%H:%M}" not in begins:
        yield Problem(Misfit.NO_TIME, {"times": " · ".join(sorted(begins))})
    if package.grade_from < item.grade_from or package.grade_until > item.grade_until:
        yield Problem(Misfit.GRADES, {"first": item.grade_from, "last": item.grade_until})
    if group is not None and group > min(item.group_max, item.slot_capacity):
        yield Problem(Misfit.GROUP_TOO_LARGE, {"group": group, "most": min(item.group_max, item.slot_capacity)})
    if group is not None and group < item.group_min:
        yield Problem(Misfit.GROUP_TOO_SMALL, {"group": group, "least": item.group_min})


@dataclass(frozen=True, slots=True)
class Fit:
    """Whom all activities of a package suit: ``least`` to ``most`` persons, in these ``languages``.

    None and empty where no activity says anything.
    """

    least: int | None
    most: int | None
    languages: Sequence[str]
    is_one_language_missing: bool

    @property
    def suits_nobody(self) -> bool:
        return self.least is not None and self.most is not None and self.least > self.most


def fit_of(stops: Sequence[Placed]) -> Fit:
    items = [stop.menu_item for stop in stops if stop.menu_item is not None]
    spoken = [set(item.languages) for item in items if item.languages]
    shared = sorted(set.intersection(*spoken)) if spoken else []
    return Fit(
        max((item.group_min for item in items), default=None),
        min((min(item.group_max, item.slot_capacity) for item in items), default=None),
        shared,
        bool(spoken) and not shared,
    )
