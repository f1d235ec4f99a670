"""When activities begin: how times are typed, kept and told."""

from __future__ import annotations

from datetime import date, time

import pytest

from exchange_app.catalogue.rules import has_times, parse_times, runs, times_on, weekdays_alike

MONDAY = date(2027, 4, 12)
TUESDAY = date(2027, 4, 13)


@pytest.mark.parametrize(
    ("typed", "times"),
    [
        ("", []),
        (" 、, ", []),
        ("9:00", ["09:00"]),
        ("14:00 9:00", ["09:00", "14:00"]),
        ("9:00, 10:30、14:00；16:00", ["09:00", "10:30", "14:00", "16:00"]),
        ("９：００，１４：３０", ["09:00", "14:30"]),
        ("9:00;09:00\n9:00", ["09:00"]),
        ("0:00,23:59", ["00:00", "23:59"]),
    ],
)
def test_times_are_read_as_people_type_them(typed: str, times: list[str]) -> None:
    assert parse_times(typed) == times


@pytest.mark.parametrize("typed", ["noon", "9", "900", "9:0", "9.00", "24:00", "9:60", "9:00-10:00", "-9:00", "٩:٠٠"])
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no time"):
        parse_times(f"8:00, {typed}")


def test_slots_begin_at_the_times_of_the_weekday() -> None:
    timetable = {"2": ["09:00", "14:30"]}
    assert times_on(timetable, TUESDAY) == [time(9), time(14, 30)]
    assert times_on(timetable, MONDAY) == []
    assert has_times(timetable)
    assert not has_times({})


def test_days_with_the_same_times_stand_together() -> None:
    early, late = ["09:00"], ["09:00", "19:00"]
    timetable = {"1": early, "2": early, "5": late, "7": early}
    assert weekdays_alike(timetable) == [([1, 2, 7], early), ([5], late)]
    assert weekdays_alike({}) == []


@pytest.mark.parametrize(
    ("weekdays", "found"),
    [([], []), ([3], [(3, 3)]), ([1, 2, 3, 6], [(1, 3), (6, 6)]), ([1, 2, 3, 4, 5, 6, 7], [(1, 7)])],
)
def test_days_that_follow_each_other_are_told_by_the_first_and_the_last(
    weekdays: list[int], found: list[tuple[int, int]]
) -> None:
    assert runs(weekdays) == found
