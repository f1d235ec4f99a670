"""How people count in months and weeks."""

from __future__ import annotations

from calendar import Calendar, monthrange
from datetime import date


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def last_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def weeks_of(day: date) -> list[list[date]]:
    """The weeks, from Monday on, that have a day of its month, each in full."""
    return Calendar().monthdatescalendar(day.year, day.month)
