"""China's public holidays and the weekends on which everybody works instead, as far as they have been announced.

The State Council announces a year in the autumn before it. Loaded when somebody asks, not with the application.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from exchange_app.planning.rules import DayKind


@lru_cache(maxsize=4096)
def day_kind(day: date) -> DayKind:
    """In a year that is not announced yet, weekdays are workdays and nothing is a holiday."""
    is_weekend = day.isoweekday() > 5
    if not is_announced(day.year):
        return DayKind.WEEKEND if is_weekend else DayKind.WORKDAY
    is_off, name = _detail(day)
    if name is None:
        return DayKind.WEEKEND if is_off else DayKind.WORKDAY
    return DayKind.HOLIDAY if is_off else DayKind.ADJUSTED


def holiday_name(day: date) -> str | None:
    """The English name under which `labels.HOLIDAYS` has it; None if the day is none."""
    return _detail(day)[1] if day_kind(day) is DayKind.HOLIDAY else None


def is_announced(year: int) -> bool:
    return year in _announced_years()


def years_not_announced(days: Iterable[date]) -> list[int]:
    return sorted({day.year for day in days if not is_announced(day.year)})


@lru_cache(maxsize=1)
def _announced_years() -> frozenset[int]:
    from chinese_calendar.constants import holidays

    return frozenset(day.year for day in holidays)


def _detail(day: date) -> tuple[bool, str | None]:
    from chinese_calendar import get_holiday_detail

    is_off, name = get_holiday_detail(day)
    return bool(is_off), name
