"""A report as a workbook: what its cover says, then a sheet for each chapter, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import east_asian_width

from flask_babel import gettext
from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exchange_app.insights.labels import hidden_words, period_words, small_counts
from exchange_app.insights.models import Report
from exchange_app.insights.rules import Cell, Table
from exchange_app.rosters.tables import saved, write_heading, write_headings, write_text
from exchange_app.web.formats import day, days_of
from exchange_app.web.labels import label

LONGEST_TITLE = 31
NARROWEST, WIDEST = 10, 44
LINE = 15  # points
NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]")


def as_workbook(report: Report) -> bytes:
    """Numbers are numbers there, so that they can be added up; all else is text."""
    workbook = Workbook()
    _write_cover(workbook.worksheets[0], report)
    titles = {workbook.worksheets[0].title.casefold()}
    for chapter in report.chapters:
        table = chapter.table
        title = _title_of(table.heading, titles)
        titles.add(title.casefold())
        _write_table(workbook.create_sheet(), title, table)
    for sheet in workbook.worksheets:
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.fitToHeight = 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return saved(workbook)


def cover_lines(report: Report) -> list[tuple[str, str]]:
    """What a cover says below the name, each with its heading."""
    return [
        (gettext("Cities"), str(report.parties)),
        (gettext("Plan"), label(report.plan) if report.plan else gettext("All plans")),
        (gettext("Period"), period_words(report.year, report.span)),
        (gettext("Days counted"), days_of(report.period.first, report.period.last)),
        (gettext("Figures as of"), day(report.as_of)),
        (gettext("Version"), str(report.version)),
    ]


def _write_cover(sheet: Worksheet, report: Report) -> None:
    sheet.title = gettext("Statistical report")
    about = gettext("Agreement") if report.agreement_id else gettext("City")
    told = [(about, str(report.name)), *cover_lines(report), (hidden_words(), small_counts())]
    for number, (heading, words) in enumerate(told, start=1):
        write_heading(sheet, number, 1, heading)
        write_text(sheet, number, 2, words)
        sheet.cell(number, 2).alignment = Alignment(wrap_text=True, vertical="center")
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 60


def _write_table(sheet: Worksheet, title: str, table: Table) -> None:
    write_headings(sheet, title, table.columns, is_for_sums=True)
    widths = _widths(table)
    for number, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    for number, row in enumerate(table.rows, start=2):
        for column, cell in enumerate(row, start=1):
            _write_cell(sheet, number, column, cell)
    if table.note:
        _write_note(sheet, len(table.rows) + 3, table.note, widths)
    sheet.print_title_rows = "1:1"


def _write_note(sheet: Worksheet, row: int, note: str, widths: Sequence[int]) -> None:
    """Below all columns: a workbook does not find out by itself how high a cell over several of them is."""
    write_text(sheet, row, 1, note)
    sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(widths))
    sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.row_dimensions[row].height = LINE * (1 + _width_of(note) * 5 // (sum(widths) * 4))


def _widths(table: Table) -> list[int]:
    columns = zip(table.columns, *table.rows, strict=True)
    widest = [max(_width_of(str(cell)) for cell in column) for column in columns]
    return [min(WIDEST, max(NARROWEST, width + 2)) for width in widest]


def _width_of(words: str) -> int:
    """In digits, as a workbook measures columns: a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)


def _write_cell(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    if isinstance(cell, int | float):
        sheet.cell(row, column, cell).number_format = "#,##0" if isinstance(cell, int) else "0.0"
    else:
        write_text(sheet, row, column, hidden_words() if cell is None else cell)


def _title_of(heading: str, taken: Iterable[str]) -> str:
    """What a sheet may be called: short, without some signs, and like no other one."""
    whole = NOT_IN_TITLES.sub(" ", heading).strip("' ") or gettext("Statistical report")
    numbered: Sequence[str] = [whole[:LONGEST_TITLE], *(f"{whole[: LONGEST_TITLE - 4]} {n}" for n in range(2, 100))]
    return next(title for title in numbered if title.casefold() not in taken)
