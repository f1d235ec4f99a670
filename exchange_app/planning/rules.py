"""The days of a planner, which days a series falls on, and what may speak against a departure on a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any

MOST_AT_ONCE = 200
A_DAY = timedelta(days=1)
OPENING_TIME = time(9)
CLOSING_TIME = time(18)


class View(StrEnum):
    MONTH = "month"
    WEEK = "week"


class DayKind(StrEnum):
    """What a day is in China: ADJUSTED is a weekend day on which everybody works and learns (调休)."""

    WORKDAY = "workday"
    WEEKEND = "weekend"
    HOLIDAY = "holiday"
    ADJUSTED = "adjusted"


class DayRule(StrEnum):
    """Which days a series may fall on: with each of its days, from the first to the last."""

    ANY = "any"
    NO_HOLIDAYS = "no_holidays"
    SCHOOL_DAYS = "school_days"


class Objection(StrEnum):
    """What speaks against a departure on a day."""

    OVER = "over"
    HOLIDAY = "holiday"
    NO_SCHOOL = "no_school"
    SAME_PACKAGE = "same_package"
    NO_SLOT = "no_slot"
    SLOT_CLOSED = "slot_closed"
    SLOT_FULL = "slot_full"
    SLOT_SHARED = "slot_shared"
    SAME_COACH = "same_coach"


# With these a departure cannot be opened at all; with the others it is the organiser who decides.
IMPOSSIBLE = frozenset({Objection.OVER, Objection.NO_SLOT})
# These are worth knowing, and no more.
MILD = frozenset({Objection.HOLIDAY})


@dataclass(frozen=True, slots=True)
class Against:
    """One thing that speaks against a day; ``facts`` are for its sentence."""

    what: Objection
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Span:
    """When a departure of a package takes place."""

    departure_id: int
    package_id: int
    starts_on: date
    ends_on: date

    def overlaps(self, first: date, last: date) -> bool:
        return self.starts_on <= last and first <= self.ends_on


def days_of(first: date, count: int) -> list[date]:
    return [first + later * A_DAY for later in range(count)]


def week_of(day: date) -> list[date]:
    """From Monday to Sunday."""
    return days_of(day - day.weekday() * A_DAY, 7)


def next_month(first: date) -> date:
    return (first.replace(day=1) + 31 * A_DAY).replace(day=1)


def previous_month(first: date) -> date:
    return (first.replace(day=1) - A_DAY).replace(day=1)


def days_between(since: date, until: date, weekdays: Iterable[int], also: Iterable[date] = ()) -> list[date]:
    """The days from ``since`` to ``until`` that are one of these weekdays (1 is Monday), and those of ``also``."""
    wanted, more = set(weekdays), set(also)
    days = days_of(since, (until - since).days + 1)
    return [day for day in days if day.isoweekday() in wanted or day in more]


def keeps_rule(rule: DayRule, kinds: Sequence[DayKind], *, with_adjusted: bool) -> Objection | None:
    """What the rule has against a departure whose days are of these kinds. An adjusted workday is a school day, but
    unless it is asked for it is left to itself: a Saturday on which everybody would rather be at home."""
    if rule is not DayRule.ANY and DayKind.HOLIDAY in kinds:
        return Objection.HOLIDAY
    if rule is DayRule.SCHOOL_DAYS:
        school = {DayKind.WORKDAY, DayKind.ADJUSTED} if with_adjusted else {DayKind.WORKDAY}
        if not school.issuperset(kinds):
            return Objection.NO_SCHOOL
    return None


_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}")


def plate_in(label: str) -> str | None:
    """The number plate in what a leader calls a coach: 桂A·12345; "coach 2" has none, and every group has one."""
    found = _PLATE.search(re.sub(r"[\s·•.\-]", "", label).upper())
    return found.group() if found else None
