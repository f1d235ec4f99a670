"""What figures are asked about, and what a table of them is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from exchange_app.partners.models import Plan
from exchange_app.visits.rules import Period


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


def share(part: int, whole: int) -> int:
    """In whole per cent, a half upwards: as whoever checks it with a pocket calculator or a workbook rounds."""
    return (200 * part + whole) // (2 * whole) if whole else 0


def average(total: int, count: int) -> float:
    """To one decimal, a half upwards."""
    return (20 * total + count) // (2 * count) / 10


# ------------------------------------------------------------------------------------------------------------- reports

MOST_AT_ONCE = 3  # reports of one city that are being made
MOST_FAILURES = 5
LEASE = timedelta(minutes=2)  # longer than any chapter takes; each chapter renews it
REST = timedelta(minutes=1)  # after a failure
NOTED_WITHIN = timedelta(days=3)  # after a period, until what took place in it has been noted
ANNOUNCED_FOR = timedelta(days=14)
YEARS_BACK = 10


class Span(StrEnum):
    """What of a year a report tells."""

    YEAR = "year"
    FIRST = "q1"
    SECOND = "q2"
    THIRD = "q3"
    FOURTH = "q4"


QUARTERS = (Span.FIRST, Span.SECOND, Span.THIRD, Span.FOURTH)


class ReportState(StrEnum):
    """ASKED until a worker takes it up."""

    ASKED = "asked"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


BEING_MADE = (ReportState.ASKED, ReportState.MAKING)


def period_of(year: int, span: Span) -> Period:
    if span is Span.YEAR:
        return Period.of_year(year)
    last_month = 3 * (QUARTERS.index(span) + 1)
    return Period.of_months(year, last_month - 2, last_month)


def spans_ended_by(day: date) -> list[tuple[int, Span]]:
    """The quarter that ended last before a day and, where that was the fourth one, its year."""
    ended = (day.month - 1) // 3
    if not ended:
        return [(day.year - 1, Span.FOURTH), (day.year - 1, Span.YEAR)]
    return [(day.year, QUARTERS[ended - 1])]
