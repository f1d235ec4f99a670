"""The ledger of an agreement: row by row for pages, and as a file to take along, which holds numbers alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from openpyxl import Workbook

from exchange_app.partners.models import City, Plan
from exchange_app.rosters.tables import begins_a_cell_formula, saved, write_headings, write_text
from exchange_app.visits.rules import Direction, Figures, Ledger, Period
from exchange_app.web.labels import label

BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """A direction of a pair of cities, by one plan or, where it is None, by all of them."""

    plan: Plan | None
    sending: City
    hosting: City
    figures: Figures


@dataclass(frozen=True, slots=True)
class Balance:
    """Two cities, there and back: all plans together, then each by itself."""

    there: Row
    back: Row
    by_plan: Sequence[Row]

    @property
    def is_empty(self) -> bool:
        return not (self.there.figures.groups or self.back.figures.groups)


def balances(ledger: Ledger, cities: Sequence[City], plans: Sequence[Plan]) -> list[Balance]:
    """Of each pair of cities, in the order of the agreement; plans under which nothing was done are left out."""
    pairs = [(one, other) for number, one in enumerate(cities) for other in cities[number + 1 :]]
    return [_balance(ledger, one, other, plans) for one, other in pairs]


def _balance(ledger: Ledger, one: City, other: City, plans: Sequence[Plan]) -> Balance:
    ways = ((one, other), (other, one))
    rows = [_row(ledger, plan, *way) for plan in plans for way in ways]
    filled = {row.plan for row in rows if row.figures.groups}
    there, back = (
        Row(None, *way, sum((row.figures for row in rows if (row.sending, row.hosting) == way), Figures()))
        for way in ways
    )
    return Balance(there, back, [row for row in rows if row.plan in filled])


def _row(ledger: Ledger, plan: Plan, sending: City, hosting: City) -> Row:
    return Row(plan, sending, hosting, ledger.get((plan, Direction(sending.id, hosting.id)), Figures()))


def as_workbook(found: Sequence[Balance], period: Period, agreement: str) -> bytes:
    """Numbers are numbers there, so that they can be added up; all else is text."""
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    write_headings(sheet, gettext("Ledger of visits"), _headings(), is_for_sums=True)
    for number, cells in enumerate(_cells(found, period, agreement), start=2):
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, int):
                sheet.cell(number, column, cell)
            else:
                write_text(sheet, number, column, cell)
    return saved(workbook)


def as_csv(found: Sequence[Balance], period: Period, agreement: str) -> bytes:
    """In UTF-8 with its mark; what would count as a formula gets an apostrophe in front."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(_headings())
    for cells in _cells(found, period, agreement):
        writer.writerow(
            [f"'{cell}" if isinstance(cell, str) and begins_a_cell_formula(cell) else cell for cell in cells]
        )
    return (BOM + lines.getvalue()).encode()


def _headings() -> list[str]:
    return [
        gettext("From day"),
        gettext("Until day"),
        gettext("Plan"),
        gettext("Sending city"),
        gettext("Hosting city"),
        gettext("Groups and delegations"),
        gettext("Persons"),
        gettext("Person-days"),
        gettext("Agreement"),
    ]


def _cells(found: Sequence[Balance], period: Period, agreement: str) -> list[list[str | int]]:
    return [
        [
            period.first.isoformat(),
            period.last.isoformat(),
            label(row.plan) if row.plan else gettext("All plans"),
            str(row.sending.name),
            str(row.hosting.name),
            row.figures.groups,
            row.figures.persons,
            row.figures.person_days,
            agreement,
        ]
        for balance in found
        if not balance.is_empty
        for row in (*balance.by_plan, balance.there, balance.back)
    ]
