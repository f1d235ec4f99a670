"""Dates as lists show them. Two hundred stand on one page: what many of them share is worded once, not in every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from babel.dates import format_timedelta

from exchange_app.catalogue.views.pictures import picture_of_row
from exchange_app.core.text import current_language
from exchange_app.departures.queries import DateLine
from exchange_app.departures.rules import Standing
from exchange_app.web.formats import date_range
from exchange_app.web.labels import label
from exchange_app.web.states import state_colour

WITH_SEATS = frozenset({Standing.OPEN, Standing.NOT_YET})


class Row(NamedTuple):
    """One date in the reader's language; ``left`` is None where no seats can be had."""

    id: int
    days: str
    title: str
    city: str
    left: int | None
    standing: str
    colour: str


def rows_of(lines: Iterable[DateLine]) -> list[Row]:
    """What a list shows of these dates, in the reader's language."""
    days, badge = cache(date_range), cache(_badge)
    packages: dict[int, tuple[str, str]] = {}
    rows = []
    for line in lines:
        package = line.package
        if package.id not in packages:
            packages[package.id] = str(package.title), str(package.city)
        left = line.left if line.standing in WITH_SEATS else None
        rows.append(
            Row(line.id, days(line.starts_on, line.ends_on), *packages[package.id], left, *badge(line.standing))
        )
    return rows


def _badge(standing: Standing) -> tuple[str, str]:
    return label(standing), state_colour(standing)


class Offer(NamedTuple):
    """One date as a page about few of them shows it: with its package's picture, its seats and its deadline."""

    row: Row
    picture: Any
    capacity: int
    left: int
    closes: str


def offers_of(lines: Sequence[DateLine], now: datetime) -> list[Offer]:
    return [
        Offer(row, picture_of_row(line.package), line.capacity, line.left, from_now(line.closes_at, now))
        for line, row in zip(lines, rows_of(lines), strict=True)
    ]


def from_now(moment: datetime, now: datetime) -> str:
    """How far away it is: 5天后 · in 5 days"""
    return str(format_timedelta(moment - now, add_direction=True, threshold=1.2, locale=current_language()))
