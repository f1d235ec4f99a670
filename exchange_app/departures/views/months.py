"""A calendar month of departures, as a grid of weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from babel.dates import format_skeleton

from exchange_app.core.months import weeks_of
from exchange_app.core.text import current_language
from exchange_app.departures.views.dates import Row
from exchange_app.web.formats import weekdays

A_DAY = 3  # more are counted and stand in the list of that day


class Day(NamedTuple):
    """``more`` departures begin on it than are shown; a day of another month shows none."""

    date: date
    is_of_month: bool
    is_today: bool
    rows: list[Row]
    more: int


class Month(NamedTuple):
    name: str
    weekdays: list[tuple[str, str]]
    weeks: list[list[Day]]
    before: str
    after: str


def lay_out(month: date, today: date, dates: Iterable[tuple[date, int, Row]], address: Callable[[date], str]) -> Month:
    """``dates`` are what is shown of each day, with how many the day has; ``address`` is that of another month."""
    of_day: dict[date, list[Row]] = {}
    totals: dict[date, int] = {}
    for when, total, row in dates:
        of_day.setdefault(when, []).append(row)
        totals[when] = total

    def day(when: date) -> Day:
        shown = of_day.get(when, [])
        return Day(when, when.month == month.month, when == today, shown, totals.get(when, 0) - len(shown))

    weeks = [[day(when) for when in week] for week in weeks_of(month)]
    before, after = month - timedelta(days=1), month + timedelta(days=31)
    return Month(_written(month), weekdays(), weeks, address(before), address(after))


def _written(month: date) -> str:
    return str(format_skeleton("yMMMM", month, locale=current_language()))
