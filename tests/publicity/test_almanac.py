"""Lunar days against the calendars of the Purple Mountain Observatory and the Hong Kong Observatory."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from exchange_app.core.text import Translated
from exchange_app.publicity.almanac import day_of, list_occurrences
from exchange_app.publicity.models import Festival
from exchange_app.publicity.rules import Reckoning

SPRING, THIRD, DRAGON, AUTUMN, NINTH = (1, 1), (3, 3), (5, 5), (8, 15), (9, 9)
KNOWN = {
    1978: {AUTUMN: "1978-09-17"},
    2020: {SPRING: "2020-01-25", THIRD: "2020-03-26", DRAGON: "2020-06-25", AUTUMN: "2020-10-01", NINTH: "2020-10-25"},
    2023: {SPRING: "2023-01-22", THIRD: "2023-04-22", DRAGON: "2023-06-22", AUTUMN: "2023-09-29", NINTH: "2023-10-23"},
    2024: {SPRING: "2024-02-10", THIRD: "2024-04-11", DRAGON: "2024-06-10", AUTUMN: "2024-09-17", NINTH: "2024-10-11"},
    2025: {SPRING: "2025-01-29", THIRD: "2025-03-31", DRAGON: "2025-05-31", AUTUMN: "2025-10-06", NINTH: "2025-10-29"},
    2026: {SPRING: "2026-02-17", THIRD: "2026-04-19", DRAGON: "2026-06-19", AUTUMN: "2026-09-25", NINTH: "2026-10-18"},
    2027: {SPRING: "2027-02-06", THIRD: "2027-04-09", DRAGON: "2027-06-09", AUTUMN: "2027-09-15", NINTH: "2027-10-08"},
    2033: {SPRING: "2033-01-31", DRAGON: "2033-06-01", AUTUMN: "2033-09-08", NINTH: "2033-10-01"},
    2034: {SPRING: "2034-02-19"},  # after the leap eleventh month that many calendars have wrong
    2057: {NINTH: "2057-10-07"},  # the new moon is ten seconds after midnight
}


@pytest.mark.parametrize(
    ("year", "month_and_day", "expected"),
    [(year, when, day) for year, days in KNOWN.items() for when, day in days.items()],
)
def test_a_festival_falls_on_its_day(year: int, month_and_day: tuple[int, int], expected: str) -> None:
    assert day_of(Reckoning.LUNAR, year, *month_and_day) == date.fromisoformat(expected)


def test_the_last_day_of_a_short_month_and_of_february() -> None:
    assert day_of(Reckoning.LUNAR, 2024, 12, 30) == date(2025, 1, 28)  # new year's eve, a 29th
    assert day_of(Reckoning.LUNAR, 2023, 12, 30) == date(2024, 2, 9)  # new year's eve, a 30th
    assert day_of(Reckoning.SOLAR, 2027, 2, 29) == date(2027, 2, 28)
    assert day_of(Reckoning.LUNAR, 1899, 1, 1) is None
    assert day_of(Reckoning.LUNAR, 2101, 1, 1) is None


def test_a_month_finds_what_began_before_it_and_what_belongs_to_the_year_before() -> None:
    eve = Festival(id=1, reckoning=Reckoning.LUNAR, month=12, day=30, days=1, name=Translated(en="Eve"))
    spring = Festival(id=2, reckoning=Reckoning.LUNAR, month=1, day=1, days=15, name=Translated(en="Spring"))
    long = Festival(id=3, reckoning=Reckoning.SOLAR, month=1, day=20, days=15, name=Translated(en="Long"))
    found = list_occurrences([spring, eve, long], date(2027, 2, 1), date(2027, 2, 28))
    assert [(one.festival.id, one.starts_on, one.ends_on) for one in found] == [
        (3, date(2027, 1, 20), date(2027, 2, 3)),
        (1, date(2027, 2, 5), date(2027, 2, 5)),
        (2, date(2027, 2, 6), date(2027, 2, 20)),
    ]


def test_the_lunar_year_has_every_day_of_the_year_once() -> None:
    """From one new year to the next, months follow each other without a gap but for a leap month."""
    for year in range(1901, 2100):
        firsts = [day_of(Reckoning.LUNAR, year, month, 1) for month in range(1, 13)]
        gaps = [(after - before).days for before, after in pairwise([one for one in firsts if one])]
        assert len(gaps) == 11
        assert all(gap in (29, 30) or 58 <= gap <= 60 for gap in gaps), year
