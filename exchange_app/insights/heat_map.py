"""A calendar in which days are the darker the more persons were under way: weeks as columns where there is room, months
on a phone."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from babel.dates import get_month_names
from flask_babel import gettext
from markupsafe import Markup

from exchange_app.core.text import current_language
from exchange_app.insights.drawing import bar, draw, hatched, not_shown, text
from exchange_app.insights.rules import Cell, Table

LEVELS = 4
MOST_YEARS = 3
DAY, STEP = 11, 13
TITLE = 20  # a line of words
WIDE, NARROW = 54 * STEP, 3 * 8 * STEP
BLOCK = TITLE + 6 * STEP + 8  # a month

Days = Mapping[date, Cell]
Place = Callable[[date], tuple[float, float]]


def draw_days(table: Table) -> Markup | None:
    """Both ways of drawing it; the style sheet shows one."""
    days: Days = {date.fromisoformat(str(row[0])): row[-1] for row in table.rows}
    if not days:
        return None
    years = sorted({day.year for day in days}, reverse=True)[:MOST_YEARS]
    words = _words(days)
    return _draw_weeks(table.key, days, years, words) + _draw_months(f"{table.key}-narrow", days, years, words)


def _draw_weeks(name: str, days: Days, years: Sequence[int], words: str) -> Markup:
    strip = 2 * TITLE + 7 * STEP + 6
    parts: list[str] = []
    for at, year in enumerate(years):
        top = at * strip
        parts.append(text(0, top + 14, str(year)))
        parts += [
            text(_week(date(year, month, 1)) * STEP, top + TITLE + 13, words, css="figure-words figure-quiet")
            for month, words in _month_names().items()
        ]
        parts += _cells(name, days, year, partial(_in_strip, top))
    height = len(years) * strip
    parts += _legend(name, height, days)
    return draw(name, WIDE, height + TITLE + 4, words, parts, css="figure-weeks")


def _draw_months(name: str, days: Days, years: Sequence[int], words: str) -> Markup:
    part_of_year = TITLE + 4 * BLOCK
    parts: list[str] = []
    for at, year in enumerate(years):
        top = at * part_of_year
        parts.append(text(0, top + 14, str(year)))
        parts += [
            text(*_block(month, top, 13), words, css="figure-words figure-quiet")
            for month, words in _month_names().items()
        ]
        parts += _cells(name, days, year, partial(_in_block, top))
    height = len(years) * part_of_year
    parts += _legend(name, height, days)
    return draw(name, NARROW, height + TITLE + 4, words, parts, css="figure-months")


def _week(day: date) -> int:
    """In which column of its year."""
    return ((day - date(day.year, 1, 1)).days + date(day.year, 1, 1).weekday()) // 7


def _in_strip(top: float, day: date) -> tuple[float, float]:
    return _week(day) * STEP, top + 2 * TITLE + day.weekday() * STEP


def _block(month: int, top: float, down: float) -> tuple[float, float]:
    row, column = divmod(month - 1, 3)
    return column * 8 * STEP, top + TITLE + row * BLOCK + down


def _in_block(top: float, day: date) -> tuple[float, float]:
    x, y = _block(day.month, top, TITLE)
    before = date(day.year, day.month, 1).weekday()
    return x + day.weekday() * STEP, y + (day.day - 1 + before) // 7 * STEP


def _cells(name: str, days: Days, year: int, place: Place) -> Iterator[str]:
    """One path for all days of a shade, so that a year stays small."""
    most = _most(days)
    paths: dict[str, list[str]] = {}
    for month in range(1, 13):
        for number in range(1, monthrange(year, month)[1] + 1):
            day = date(year, month, number)
            x, y = place(day)
            fill = _fill(name, days.get(day, 0), most)
            paths.setdefault(fill, []).append(f"M{x:g} {y:g}h{DAY}v{DAY}h-{DAY}z")
    for fill, squares in paths.items():
        yield f'<path {fill} d="{"".join(squares)}"/>'


def _fill(name: str, persons: Cell, most: int) -> str:
    if not isinstance(persons, int):
        return hatched(name)
    return f'class="figure-heat-{_level(persons, most)}"' if persons else 'class="figure-track"'


def _level(persons: int, most: int) -> int:
    return -(-persons * LEVELS // most)


def _most(days: Days) -> int:
    return max([LEVELS, *(persons for persons in days.values() if isinstance(persons, int))])


def _legend(name: str, top: float, days: Days) -> Iterator[str]:
    most, x = _most(days), 0.0
    for level in range(1, LEVELS + 1):
        words = f"≤ {most * level // LEVELS}"
        yield bar(x, top + 4, DAY, DAY, f'class="figure-heat-{level}"')
        yield text(x + STEP + 3, top + 14, words, css="figure-words figure-quiet")
        x += STEP + 44
    if any(persons is None for persons in days.values()):
        yield bar(x, top + 4, DAY, DAY, hatched(name))
        yield text(x + STEP + 3, top + 14, not_shown(), css="figure-words figure-quiet")


def _month_names() -> Mapping[int, str]:
    return {month: str(name) for month, name in get_month_names("abbreviated", locale=current_language()).items()}


def _words(days: Days) -> str:
    known = {day: persons for day, persons in days.items() if isinstance(persons, int)}
    if not known:
        return gettext("Days with groups: %(count)s; no number of persons is shown.", count=len(days))
    fullest = max(known, key=lambda day: known[day])
    return gettext(
        "Days with groups: %(count)s. Most persons on one day: %(persons)s on %(day)s.",
        count=len(days),
        persons=known[fullest],
        day=fullest.isoformat(),
    )
