"""Days on which offices work: China's holidays and the weekends on which everybody works instead, as far as they have
been announced; in a year that is not, Monday to Friday. Loaded when somebody asks, not with the application."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

CLOSES = time(18)
A_DAY = timedelta(days=1)


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    if day.year not in _announced_years():
        return day.isoweekday() <= 5
    from chinese_calendar import is_workday

    return bool(is_workday(day))


def end_of_working_day(begin: datetime, days: int, zone: ZoneInfo) -> datetime:
    """When the last of so many working days ends; that of the beginning does not count."""
    day = begin.astimezone(zone).date()
    while days:
        day += A_DAY
        days -= is_working_day(day)
    return datetime.combine(day, CLOSES, zone)


def working_days_between(begin: datetime, end: datetime, zone: ZoneInfo) -> int:
    """How many working days after that of the beginning; 0 on the same one."""
    day, last = begin.astimezone(zone).date(), end.astimezone(zone).date()
    return sum(is_working_day(day + timedelta(days=later)) for later in range(1, (last - day).days + 1))


@lru_cache(maxsize=1)
def _announced_years() -> frozenset[int]:
    from chinese_calendar.constants import holidays

    return frozenset(day.year for day in holidays)
