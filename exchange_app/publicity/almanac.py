"""On which day a festival falls. The lunar calendar is the library's; it is loaded by the first who asks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from exchange_app.publicity.models import Festival
from exchange_app.publicity.rules import Reckoning

YEARS = range(1900, 2101)

# What a new installation can take over with one click: both names, the day in the lunar calendar, how many days.
USUAL = (
    ("春节", "Spring Festival", 1, 1, 3),
    ("三月三", "Third of the third", 3, 3, 2),
    ("端午节", "Dragon Boat Festival", 5, 5, 1),
    ("中秋节", "Mid-Autumn Festival", 8, 15, 1),
    ("重阳节", "Double Ninth Festival", 9, 9, 1),
)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A festival in one year, both days included."""

    festival: Festival
    starts_on: date
    ends_on: date


def list_occurrences(festivals: Iterable[Festival], first: date, last: date) -> list[Occurrence]:
    """All that touch these days, in the order of time."""
    found = [one for festival in festivals for one in _occurrences(festival, first, last)]
    return sorted(found, key=lambda one: (one.starts_on, one.festival.id))


def _occurrences(festival: Festival, first: date, last: date) -> Iterator[Occurrence]:
    for year in range(first.year - 1, last.year + 1):  # the last days of a lunar year lie in the next one of the sun
        starts_on = day_of(festival.reckoning, year, festival.month, festival.day)
        if starts_on is None:
            continue
        ends_on = starts_on + timedelta(days=festival.days - 1)
        if starts_on <= last and ends_on >= first:
            yield Occurrence(festival, starts_on, ends_on)


def day_of(reckoning: Reckoning, year: int, month: int, day: int) -> date | None:
    """The day in a year of its own calendar; a day that the month has not is its last one. None outside of YEARS."""
    if year not in YEARS:
        return None
    if reckoning is Reckoning.SOLAR:
        return date(year, month, min(day, monthrange(year, month)[1]))
    return _lunar_day(year, month, day)


@lru_cache(maxsize=1024)
def _lunar_day(year: int, month: int, day: int) -> date:
    """Of the month itself, not of the leap month that may follow it: festivals are kept once."""
    from lunar_python import Lunar, LunarMonth

    last = LunarMonth.fromYm(year, month).getDayCount()
    sun = Lunar.fromYmd(year, month, min(day, last)).getSolar()
    return date(sun.getYear(), sun.getMonth(), sun.getDay())
