"""Tables as files, .xlsx or CSV, in which every cell is text and nothing is ever calculated, and whose every row says
whose copy it is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from exchange_app.core.text import Translated
from exchange_app.rosters.writing import begins_a_formula

# The same in every language, so that a file is known for an export wherever it turns up.
MARK_HEADING = "导出编号 / Export no."

_TEXT = "@"
_WIDTH = 20
_BOM = "\ufeff"
_LONGEST_IN_MARGIN = 200  # a header or footer of a printed sheet takes 255
_UNSEEN_STARTS = ("\t", "\r", "\n", "\0")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_CONFIDENTIAL = Translated(
    zh_Hans="含未成年人个人信息，请妥善保管，用后删除。",
    en="Personal data of minors: keep it closed, delete it after use.",
)


@dataclass(frozen=True, slots=True, repr=False)
class Table:
    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    holds_children: bool = True


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose copy of which export this is, and when it was fetched."""

    number: int
    who: str
    at: str
    language: str

    def __str__(self) -> str:
        return f"{self.number} · {self.who} · {self.at}"


def as_workbook(table: Table, mark: Mark) -> bytes:
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    write_headings(sheet, table.title, [*table.headings, MARK_HEADING])
    for row, texts in enumerate(table.rows, start=2):
        for column, text in enumerate([*texts, str(mark)], start=1):
            write_text(sheet, row, column, text)
    _say_whose(workbook, sheet, table, mark)
    return saved(workbook)


def as_csv(table: Table, mark: Mark) -> bytes:
    """In UTF-8 with its mark. Text that would count as a formula gets an apostrophe in front; reading takes that one
    away again, and no other (`rules.names`)."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([*table.headings, MARK_HEADING])
    for texts in table.rows:
        writer.writerow([*map(_harmless, texts), str(mark)])
    return (_BOM + lines.getvalue()).encode()


def _say_whose(workbook: Workbook, sheet: Worksheet, table: Table, mark: Mark) -> None:
    """Where no row is: in the properties of the file, and on every printed page."""
    words = _CONFIDENTIAL.in_language(mark.language) if table.holds_children else ""
    workbook.properties.title = table.title
    workbook.properties.creator = mark.who
    workbook.properties.identifier = str(mark.number)
    workbook.properties.keywords = str(mark)
    workbook.properties.description = words
    for part, text in (
        (sheet.oddHeader, table.title),
        (sheet.oddFooter, " · ".join(filter(None, (f"{MARK_HEADING} {mark}", words)))),
    ):
        assert part is not None  # openpyxl makes both with the sheet
        part.center.text = _in_margin(text)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"


def _in_margin(text: str) -> str:
    """`&` begins a command there."""
    return text[:_LONGEST_IN_MARGIN].replace("&", "&&")


def begins_a_cell_formula(text: str) -> bool:
    return begins_a_formula(text) or text.startswith(_UNSEEN_STARTS)


def _harmless(text: str) -> str:
    return f"'{text}" if begins_a_cell_formula(text) else text


def write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """A workbook reads `_x0041_` as A: the line in front of it is written as its own number."""
    cell = sheet.cell(row, column, _ESCAPE.sub("_x005F_", text))
    cell.data_type = "s"
    cell.number_format = _TEXT
    cell.quotePrefix = begins_a_cell_formula(text)


def write_headings(sheet: Worksheet, title: str, headings: Sequence[str], *, is_for_sums: bool = False) -> None:
    """Every column is formatted as text, so that phone numbers stay as typed, except where numbers are to be added up:
    a sum that is typed into a cell for text stays text."""
    number_format = "General" if is_for_sums else _TEXT
    sheet.title = title
    for column, heading in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(column)].number_format = number_format
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
        write_heading(sheet, 1, column, heading)
    sheet.freeze_panes = "A2"


def write_heading(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE7F0")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
