"""What figures are asked about, and what a table of them is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from exchange_app.partners.models import Plan
from exchange_app.visits.rules import Period

LEAST_SHOWN = 10  # persons: fewer could be about somebody


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what is counted: all that took place in a period, narrowed by whatever is not None.

    ``city_id`` counts both what the city sent and what it hosted, ``sending_city_id`` only what it sent;
    ``organiser_id`` what an office organised.
    """

    period: Period
    agreement_id: int | None = None
    city_id: int | None = None
    plan: Plan | None = None
    base_id: int | None = None
    school_id: int | None = None
    organiser_id: int | None = None
    sending_city_id: int | None = None


Cell = str | int | float | None  # None is hidden: too few persons


@dataclass(frozen=True, slots=True)
class Table:
    """Figures in words of one language. The first cell of a row says what it is about; a report keeps tables as they
    were, so they hold nothing but text and numbers."""

    key: str
    heading: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One table of a report; ``tell`` computes it in the language of whoever asks, as of ``today``."""

    key: str
    tell: Callable[[Scope, date], Table]
