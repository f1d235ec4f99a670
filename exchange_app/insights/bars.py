"""How well bases were used, and how many went each way in each month, as bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from flask_babel import gettext
from markupsafe import Markup

from exchange_app.insights.drawing import COLOURS, bar, coloured, draw, filled, fitting, hatched, not_shown, text
from exchange_app.insights.rules import Cell, Table

WIDTH, LONGEST = 340, 250
HIDDEN, TICK = 24, 4  # of what is not shown, after a tick in the colour of its direction
BASE_HEIGHT, BAR = 42, 12
LABEL = 92
MONTH_GAP, LEGEND = 12, 20


def draw_uses(table: Table) -> Markup | None:
    """Of each base the share of its seats that was taken."""
    if not table.rows:
        return None
    parts: list[Markup] = []
    for at, row in enumerate(table.rows):
        parts += _use(table.key, at * BASE_HEIGHT, str(row[0]), row[-1])
    return draw(table.key, WIDTH, len(table.rows) * BASE_HEIGHT, _words_of_uses(table), parts, css="figure-narrow")


def _use(name: str, top: float, words: str, share: Cell) -> Iterator[Markup]:
    yield text(0, top + 15, fitting(words, WIDTH))
    yield bar(0, top + 22, LONGEST, BAR, filled("figure-track"))
    if isinstance(share, int):
        yield bar(0, top + 22, LONGEST * min(share, 100) / 100, BAR, coloured(0))
        yield text(LONGEST + 8, top + 33, f"{share} %")
    else:
        yield bar(0, top + 22, HIDDEN, BAR, hatched(name))
        yield text(LONGEST + 8, top + 33, not_shown(), css="figure-words figure-quiet")


def _words_of_uses(table: Table) -> str:
    known = {str(row[0]): row[-1] for row in table.rows if isinstance(row[-1], int)}
    if not known:
        return gettext("Use of the bases; no share is shown.")
    best = max(known, key=lambda name: known[name])
    return gettext(
        "The best used base is %(base)s: %(share)s per cent of its seats were taken.", base=best, share=known[best]
    )


# -------------------------------------------------------------------------------------------------------------- months

Months = Mapping[str, Mapping[int, Cell]]  # by month, then by direction: persons


def draw_months(table: Table) -> Markup | None:
    """In each month a bar for each direction; those beyond the first few are told by the table alone."""
    ways = list(dict.fromkeys(f"{row[1]} → {row[2]}" for row in table.rows))[:COLOURS]
    months = _by_month(table, ways)
    if not months:
        return None
    most = max([1, *(cell for cells in months.values() for cell in cells.values() if isinstance(cell, int))])
    parts = [part for at, way in enumerate(ways) for part in _legend(at, way)]
    top = LEGEND * len(ways) + MONTH_GAP / 2
    for month, cells in months.items():
        parts.append(text(0, top + 11, month))
        for row, (way, persons) in enumerate(cells.items()):
            parts += _month_bar(table.key, top + row * (BAR + 2), way, persons, most)
        top += len(cells) * (BAR + 2) + MONTH_GAP
    return draw(table.key, WIDTH, top, _words_of_months(table), parts, css="figure-narrow")


def _by_month(table: Table, ways: Sequence[str]) -> Months:
    months: dict[str, dict[int, Cell]] = {}
    for row in table.rows:
        way = f"{row[1]} → {row[2]}"
        if way in ways:
            months.setdefault(str(row[0]), {})[ways.index(way)] = row[-2]
    return months


def _legend(at: int, way: str) -> Iterator[Markup]:
    yield bar(0, LEGEND * at + 4, BAR, BAR, coloured(at))
    yield text(BAR + 6, LEGEND * at + 14, fitting(way, WIDTH - BAR - 6))


def _month_bar(name: str, top: float, way: int, persons: Cell, most: int) -> Iterator[Markup]:
    if isinstance(persons, int):
        length = (LONGEST - 54) * persons / most
        yield bar(LABEL, top, max(1, length), BAR, coloured(way))
        yield text(LABEL + length + 6, top + 11, str(persons))
    else:
        yield bar(LABEL, top, TICK, BAR, coloured(way))
        yield bar(LABEL + TICK, top, HIDDEN, BAR, hatched(name))
        yield text(LABEL + TICK + HIDDEN + 6, top + 11, not_shown(), css="figure-words figure-quiet")


def _words_of_months(table: Table) -> str:
    known = [row for row in table.rows if isinstance(row[-2], int)]
    if not known:
        return gettext("Persons by month; no number is shown.")
    month, source, target, *_, persons, _ = max(known, key=lambda row: row[-2] if isinstance(row[-2], int) else 0)
    return gettext(
        "Most persons in one month and direction: %(persons)s in %(month)s, %(source)s → %(target)s.",
        persons=persons,
        month=month,
        source=source,
        target=target,
    )
