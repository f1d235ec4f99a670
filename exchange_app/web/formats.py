"""How pages write dates, times, durations, money and grades, in the reader's language; and how templates are read.

Filters for a moment in a city's zone (a ZoneInfo or its name; without one it is Beijing time): `day`, `short_day`,
`hour`, `hour_in_zone`, `moment`, `moment_in_zone`; for a moment to come: `seconds_left`, `left_in_words`; for numbers:
`minutes`, `days`, `money`; for a day to come or past: `time_left(today)`; for a value of an enumeration: `label`.
Functions: `date_range(first, last)`, `days_of(first, last)`, `grades(first, last)`, `icon(name)`,
`state_colour(state)`, `here()`, `gap()`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names, get_timezone_name
from babel.numbers import format_currency, get_currency_precision
from flask import Flask, current_app
from flask_babel import gettext, ngettext
from jinja2 import StrictUndefined, pass_context
from jinja2.runtime import Context

from exchange_app.core.clock import now
from exchange_app.core.text import current_language
from exchange_app.web.addresses import here
from exchange_app.web.assets import icon
from exchange_app.web.labels import label
from exchange_app.web.states import state_colour

HOME_ZONE = "Asia/Shanghai"

DAY = {"zh_Hans": "y年M月d日（EEE）", "en": "EEE d MMMM y"}
SHORT_DAY = {"zh_Hans": "M月d日（EEE）", "en": "EEE d MMM"}
PLAIN_DAY = {"zh_Hans": "y年M月d日", "en": "d MMMM y"}
MONTH = {"zh_Hans": "y年M月", "en": "MMM y"}
UNSPACED_DASH = re.compile(r"–(?! )")
FIRST_DAY = {"zh_Hans": "M月d日", "en": "d MMM"}


def format_pages(app: Flask) -> None:
    """Give templates their formats; a name that a template uses and nobody gave it is an error."""
    app.config.setdefault("SITE_NAME", "")
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    environment.filters.update(
        day=day,
        short_day=short_day,
        day_of_month=day_of_month,
        hour=hour,
        hour_in_zone=hour_in_zone,
        seconds_left=seconds_left,
        left_in_words=left_in_words,
        moment=moment,
        moment_in_zone=moment_in_zone,
        minutes=minutes,
        days=days,
        money=money,
        time_left=time_left,
        label=label,
    )
    environment.globals.update(
        date_range=_unbroken(date_range),
        days_of=_unbroken(days_of),
        gap=gap,
        grades=grades,
        icon=icon,
        state_colour=state_colour,
        here=here,
        site_name=site_name,
    )


def gap() -> str:
    """What stands between two sentences: in Chinese nothing."""
    return "" if current_language() == "zh_Hans" else " "


def site_name() -> str:
    """What this installation is called: SITE_NAME, or the name of the two cities that began it."""
    return str(current_app.config["SITE_NAME"] or gettext("Nanning · Chongzuo exchanges"))


def day(when: date | datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """2027年4月12日（周一） · Mon 12 April 2027"""
    language = current_language()
    return _written(_local_date(when, zone), DAY[language], language)


def short_day(when: date | datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """4月12日（周一） · Mon 12 Apr"""
    language = current_language()
    return _written(_local_date(when, zone), SHORT_DAY[language], language)


def day_of_month(when: date) -> str:
    """12, and for the first of a month 4月1日 · 1 Apr: for calendars."""
    language = current_language()
    return _written(when, FIRST_DAY[language], language) if when.day == 1 else str(when.day)


def weekdays() -> list[tuple[str, str]]:
    """From Monday: the short name and the whole one."""
    language = current_language()
    short, whole = get_day_names("abbreviated", locale=language), get_day_names("wide", locale=language)
    return [(short[number], whole[number]) for number in range(7)]


def hour(when: datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """14:30"""
    return f"{when.astimezone(_zone(zone)):%H:%M}"


def hour_in_zone(when: datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """14:30（北京时间） · 14:30 (Beijing time)"""
    return _with_zone(hour(when, zone), zone)


def moment(when: datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """2027年4月12日（周一）14:30 · Mon 12 April 2027, 14:30"""
    between = "" if current_language() == "zh_Hans" else ", "
    return f"{day(when, zone)}{between}{hour(when, zone)}"


def moment_in_zone(when: datetime, zone: ZoneInfo | str = HOME_ZONE) -> str:
    """2027年4月12日（周一）14:30（北京时间）, for readers who may be elsewhere."""
    return _with_zone(moment(when, zone), zone)


def _with_zone(written: str, zone: ZoneInfo | str) -> str:
    return f"{written}（{zone_name(zone)}）" if current_language() == "zh_Hans" else f"{written} ({zone_name(zone)})"


def zone_name(zone: ZoneInfo | str) -> str:
    name = str(zone)
    if name == HOME_ZONE:
        return gettext("Beijing time")
    return get_timezone_name(_zone(name), locale=current_language())


def date_range(first: date, last: date) -> str:
    """2027年4月12日（周一）至15日 · 12–15 April 2027; one day alone is written as `day` does."""
    if first == last:
        return day(first)
    language = current_language()
    return _range(first, last, DAY[language], language)


def days_of(first: date, last: date) -> str:
    """2027年1月1日至12月31日 · 1 January – 31 December 2027: of what is counted, where no weekday matters"""
    language = current_language()
    if first == last:
        return _written(first, PLAIN_DAY[language], language)
    return _range(first, last, PLAIN_DAY[language], language)


def _unbroken(write: Callable[[date, date], str]) -> Callable[..., str]:
    """On pages no line begins with the dash of a range, nor ends within a pair of numbers. Letters go without these
    signs: not every program that shows mail knows them."""

    @pass_context
    def written(context: Context, first: date, last: date) -> str:
        words = write(first, last)
        is_letter = (context.name or "").startswith("letters/")
        return words if is_letter else UNSPACED_DASH.sub("–\u2060", words.replace(" – ", "\u00a0– "))

    return written


def month(first: date) -> str:
    """2027年4月 · Apr 2027"""
    language = current_language()
    return _written(first, MONTH[language], language)


@lru_cache(maxsize=4096)
def _range(first: date, last: date, first_pattern: str, language: str) -> str:
    same_year = first.year == last.year
    same_month = same_year and first.month == last.month
    if language == "zh_Hans":
        pattern = "d日" if same_month else "M月d日" if same_year else "y年M月d日"
        return f"{_written(first, first_pattern, language)}至{_written(last, pattern, language)}"
    pattern = "d" if same_month else "d MMMM" if same_year else "d MMMM y"
    dash = "–" if same_month else " – "
    return f"{_written(first, pattern, language)}{dash}{_written(last, 'd MMMM y', language)}"


@lru_cache(maxsize=4096)
def _written(when: date, pattern: str, language: str) -> str:
    return format_date(when, pattern, locale=language)


def _local_date(when: date | datetime, zone: ZoneInfo | str) -> date:
    return when.astimezone(_zone(zone)).date() if isinstance(when, datetime) else when


def _zone(zone: ZoneInfo | str) -> ZoneInfo:
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def minutes(count: int) -> str:
    """90 → 1小时30分钟 · 1 h 30 min"""
    hours, rest = divmod(count, 60)
    if not hours:
        return gettext("%(minutes)s min", minutes=rest)
    if not rest:
        return gettext("%(hours)s h", hours=hours)
    return gettext("%(hours)s h %(minutes)s min", hours=hours, minutes=rest)


def days(count: int) -> str:
    """4天 · 4 days"""
    return ngettext("one day", "%(num)s days", count)


def time_left(due_on: date, today: date) -> str:
    """还有5天 · in 5 days; 今天 · today; 已逾期2天 · 2 days overdue"""
    left = (due_on - today).days
    if left < 0:
        return ngettext("one day overdue", "%(num)s days overdue", -left)
    if left == 0:
        return gettext("today")
    return gettext("tomorrow") if left == 1 else ngettext("in one day", "in %(num)s days", left)


def seconds_left(until: datetime) -> int:
    """From this moment on."""
    return max(0, int((until - now()).total_seconds()))


def left_in_words(until: datetime) -> str:
    """还剩41分钟 · 41 minutes left; static/countdown.js goes on by the same rule."""
    minutes_left, seconds = divmod(seconds_left(until), 60)
    hours_left, rest = divmod(minutes_left, 60)
    if hours_left >= 48:
        return ngettext("one day left", "%(num)s days left", hours_left // 24)
    if hours_left:
        return gettext("%(hours)s h %(minutes)s min left", hours=hours_left, minutes=rest)
    if minutes_left:
        return ngettext("one minute left", "%(num)s minutes left", minutes_left)
    return gettext("less than a minute left") if seconds else gettext("the time has run out")


def money(minor: int, currency: str = "CNY") -> str:
    """An amount in minor units: 12000 → ¥120, 0 → 免费 · Free"""
    if minor == 0:
        return gettext("Free")
    digits = get_currency_precision(currency)
    amount = minor / 10**digits
    written = format_currency(amount, currency, locale=current_language())
    return written.removesuffix("." + "0" * digits)


SCHOOLS = (("小学", 1, 6), ("初中", 7, 9), ("高中", 10, 12))
NUMERALS = "一二三四五六"


def grades(first: int, last: int) -> str:
    """A band of grades, 1 to 12: 小学四至六年级 · Grades 4–6; 初中 · Grades 7–9; 小学六年级至初中二年级 · Grades 6–8"""
    if current_language() != "zh_Hans":
        return f"Grade {first}" if first == last else f"Grades {first}–{last}"
    return _grades_in_chinese(first, last)


@lru_cache
def _grades_in_chinese(first: int, last: int) -> str:
    (school, year), (last_school, last_year) = _year_of_school(first), _year_of_school(last)
    if (school, last_school, first) == ("小学", "高中", 1) and last == 12:
        return "小学至高中各年级"
    if school != last_school:
        return f"{school}{year}年级至{last_school}{last_year}年级"
    if any((first, last) == (begin, end) for _school, begin, end in SCHOOLS):
        return f"{school}各年级"
    return f"{school}{year}年级" if first == last else f"{school}{year}至{last_year}年级"


def _year_of_school(grade: int) -> tuple[str, str]:
    school, begin = next((school, begin) for school, begin, end in SCHOOLS if grade <= end)
    return school, NUMERALS[grade - begin]
