"""The figures of quarters as they may be shown: what is hidden cannot be computed from what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from exchange_app.helpdesk.models import HelpTally
from exchange_app.helpdesk.rules import Band, Figure, Topic, median_band, shown, total_of
from exchange_app.partners.models import City


@dataclass(frozen=True, slots=True)
class Row:
    """One city in one quarter."""

    city: City
    asked: Mapping[Topic, Figure]
    total: Figure
    bands: Mapping[Topic, Band | None]


@dataclass(frozen=True, slots=True)
class Quarter:
    """``begins`` is its first day; ``totals`` are those of all cities by topic, ``total`` that of everything."""

    begins: date
    rows: Sequence[Row]
    totals: Mapping[Topic, Figure]
    total: Figure

    @property
    def shows_something(self) -> bool:
        return any(figure.count is not None for row in self.rows for figure in row.asked.values())

    @property
    def number(self) -> int:
        return (self.begins.month - 1) // 3 + 1


def tables_of(tallies: Iterable[HelpTally], cities: Sequence[City]) -> list[Quarter]:
    """In the order of the tallies, which are sorted by quarter; each with all cities, so that a missing one says
    nothing. A quarter in which every count is hidden is left out."""
    by_quarter = groupby(tallies, key=lambda tally: tally.quarter)
    quarters = [_quarter(begins, list(group), cities) for begins, group in by_quarter]
    return [quarter for quarter in quarters if quarter.shows_something]


def _quarter(begins: date, tallies: Sequence[HelpTally], cities: Sequence[City]) -> Quarter:
    rows = [_row(city, [tally for tally in tallies if tally.city_id == city.id]) for city in cities]
    asked = {(tally.city_id, tally.topic): tally.asked for tally in tallies}
    by_topic = {topic: [asked.get((city.id, topic), 0) for city in cities] for topic in Topic}
    totals = {topic: total_of(counts) for topic, counts in by_topic.items()}
    return Quarter(begins, rows, totals, total_of(count for counts in by_topic.values() for count in counts))


def _row(city: City, tallies: Sequence[HelpTally]) -> Row:
    of_topic = {tally.topic: tally for tally in tallies}
    counts = {topic: of_topic[topic].asked if topic in of_topic else 0 for topic in Topic}
    return Row(
        city=city,
        asked={topic: shown(count) for topic, count in counts.items()},
        total=total_of(counts.values()),
        bands={topic: median_band(of_topic[topic].answered) if topic in of_topic else None for topic in Topic},
    )
