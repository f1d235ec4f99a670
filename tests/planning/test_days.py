"""Which days a series falls on, by weekday and holiday calendar; and the planner's weeks."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from exchange_app.core.months import weeks_of
from exchange_app.planning.holidays import day_kind, holiday_name, years_not_announced
from exchange_app.planning.rules import (
    DayKind,
    DayRule,
    Objection,
    days_between,
    days_of,
    keeps_rule,
    plate_in,
)

W, E, H, A = DayKind.WORKDAY, DayKind.WEEKEND, DayKind.HOLIDAY, DayKind.ADJUSTED


def test_holidays_and_adjusted_workdays_are_those_that_were_announced() -> None:
    golden_week = days_of(date(2026, 10, 1), 7)
    assert {day_kind(day) for day in golden_week} == {H}
    assert day_kind(date(2026, 10, 10)) is A  # a Saturday that makes up for it
    assert day_kind(date(2026, 10, 11)) is E
    assert holiday_name(date(2026, 10, 1)) == "National Day"
    assert holiday_name(date(2026, 10, 10)) is None


def test_a_year_that_is_not_announced_is_named_and_never_guessed() -> None:
    far = date(2101, 10, 1)
    assert day_kind(far) in (W, E)
    assert years_not_announced([date(2026, 10, 1), far, far.replace(month=11)]) == [2101]


@pytest.mark.parametrize(
    ("rule", "kinds", "adjusted", "broken"),
    [
        (DayRule.ANY, [H, E], False, None),
        (DayRule.NO_HOLIDAYS, [W, E], False, None),
        (DayRule.NO_HOLIDAYS, [W, H], False, Objection.HOLIDAY),
        (DayRule.SCHOOL_DAYS, [W, W], False, None),
        (DayRule.SCHOOL_DAYS, [W, E], False, Objection.NO_SCHOOL),
        (DayRule.SCHOOL_DAYS, [W, A], False, Objection.NO_SCHOOL),
        (DayRule.SCHOOL_DAYS, [W, A], True, None),
        (DayRule.SCHOOL_DAYS, [H, W], True, Objection.HOLIDAY),
    ],
)
def test_every_day_of_a_departure_has_to_keep_the_rule(
    rule: DayRule, kinds: list[DayKind], adjusted: bool, broken: Objection | None
) -> None:
    assert keeps_rule(rule, kinds, with_adjusted=adjusted) is broken


def test_a_series_has_its_weekdays_and_what_is_asked_for_besides() -> None:
    days = days_between(date(2026, 10, 5), date(2026, 10, 18), [1, 3], [date(2026, 10, 10)])
    assert [day.day for day in days] == [5, 7, 10, 12, 14]


def test_a_month_is_shown_in_full_weeks() -> None:
    weeks = weeks_of(date(2026, 11, 17))
    assert (weeks[0][0], weeks[-1][-1]) == (date(2026, 10, 26), date(2026, 12, 6))
    assert {len(week) for week in weeks} == {7}


def test_a_coach_is_known_by_its_plate_alone() -> None:
    assert plate_in("1号车 桂A·12345") == plate_in("桂a 12345 (big)") == "桂A12345"
    assert plate_in("coach 2") is None


def test_the_calendar_costs_nothing_until_somebody_asks() -> None:
    looked = "import sys, exchange_app.factory; sys.exit('chinese_calendar' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", looked], check=False).returncode == 0
