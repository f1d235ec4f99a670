"""How pages write dates, times, money and grades, in both languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_babel import force_locale
from jinja2 import DictLoader, UndefinedError

from exchange_app.web import formats

MEETING = datetime(2027, 4, 11, 23, 40, tzinfo=UTC)  # already the next day in Nanning


@pytest.fixture(autouse=True)
def page(site: Flask) -> Iterator[None]:
    with site.test_request_context():
        yield


def both(write: object, *values: object) -> tuple[str, str]:
    written = []
    for language in ("zh_Hans", "en"):
        with force_locale(language):
            written.append(write(*values))  # type: ignore[operator]
    return written[0], written[1]


def test_a_moment_is_written_in_the_citys_zone() -> None:
    assert both(formats.day, MEETING) == ("2027年4月12日（周一）", "Mon 12 April 2027")
    assert both(formats.hour, MEETING) == ("07:40", "07:40")
    assert both(formats.moment, MEETING) == ("2027年4月12日（周一）07:40", "Mon 12 April 2027, 07:40")
    assert both(formats.short_day, MEETING) == ("4月12日（周一）", "Mon 12 Apr")
    assert formats.hour(MEETING, "Asia/Ho_Chi_Minh") == "06:40"


def test_the_zone_is_named_for_readers_who_may_be_elsewhere() -> None:
    with force_locale("en"):
        assert formats.moment_in_zone(MEETING) == "Mon 12 April 2027, 07:40 (Beijing time)"
        assert formats.moment_in_zone(MEETING, "Asia/Ho_Chi_Minh").endswith("06:40 (Vietnam Time)")


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (date(2027, 4, 12), date(2027, 4, 12), "2027年4月12日（周一）", "Mon 12 April 2027"),
        (date(2027, 4, 12), date(2027, 4, 15), "2027年4月12日（周一）至15日", "12–15 April 2027"),
        (date(2027, 4, 29), date(2027, 5, 2), "2027年4月29日（周四）至5月2日", "29 April – 2 May 2027"),
        (
            date(2026, 12, 30),
            date(2027, 1, 2),
            "2026年12月30日（周三）至2027年1月2日",
            "30 December 2026 – 2 January 2027",
        ),
    ],
)
def test_a_range_of_dates_says_only_once_what_is_the_same(first: date, last: date, zh: str, en: str) -> None:
    assert both(formats.date_range, first, last) == (zh, en)


@pytest.mark.parametrize(
    ("name", "dash", "pause"), [("web/x.html", "–\u2060", "\u00a0– "), ("letters/x.txt", "–", " – ")]
)
def test_no_line_of_a_page_begins_with_a_dash(site: Flask, name: str, dash: str, pause: str) -> None:
    pages = site.jinja_env.overlay(loader=DictLoader({name: "{{ date_range(first, last) }}"}))
    template, first = pages.get_template(name), date(2027, 4, 12)
    with force_locale("en"):
        assert template.render(first=first, last=date(2027, 4, 15)) == f"12{dash}15 April 2027"
        assert template.render(first=first, last=date(2027, 5, 1)) == f"12 April{pause}1 May 2027"


def test_days_that_are_counted_have_no_weekday() -> None:
    year, day = (date(2027, 1, 1), date(2027, 12, 31)), (date(2027, 4, 12), date(2027, 4, 12))
    assert both(formats.days_of, *year) == ("2027年1月1日至12月31日", "1 January – 31 December 2027")
    assert both(formats.days_of, *day) == ("2027年4月12日", "12 April 2027")
    assert both(formats.month, day[0]) == ("2027年4月", "Apr 2027")


def test_money_is_written_from_minor_units() -> None:
    with force_locale("en"):
        assert formats.money(0) == "Free"
    assert both(formats.money, 12000) == ("¥120", "CN¥120")
    assert both(formats.money, 12050) == ("¥120.50", "CN¥120.50")
    assert both(formats.money, 123456700) == ("¥1,234,567", "CN¥1,234,567")


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (4, 6, "小学四至六年级", "Grades 4–6"),
        (5, 5, "小学五年级", "Grade 5"),
        (1, 6, "小学各年级", "Grades 1–6"),
        (7, 9, "初中各年级", "Grades 7–9"),
        (7, 8, "初中一至二年级", "Grades 7–8"),
        (10, 11, "高中一至二年级", "Grades 10–11"),
        (6, 8, "小学六年级至初中二年级", "Grades 6–8"),
        (1, 12, "小学至高中各年级", "Grades 1–12"),
        (3, 12, "小学三年级至高中三年级", "Grades 3–12"),
    ],
)
def test_grades_are_named_as_schools_name_them(first: int, last: int, zh: str, en: str) -> None:
    assert both(formats.grades, first, last) == (zh, en)


def test_lengths_of_time() -> None:
    with force_locale("en"):
        assert [formats.minutes(count) for count in (45, 60, 150)] == ["45 min", "1 h", "2 h 30 min"]
        assert [formats.days(count) for count in (1, 4)] == ["one day", "4 days"]


def test_a_name_that_nobody_gave_a_template_is_an_error(site: Flask) -> None:
    with pytest.raises(UndefinedError):
        site.jinja_env.from_string("{{ nobody_gave_this }}").render()


def test_what_somebody_typed_is_no_markup(site: Flask) -> None:
    page = site.jinja_env.from_string("{{ icon(name) }}").render(name='"><script>')
    assert "<script>" not in page
