"""Reads one spreadsheet in a process of its own, so that a hostile file can spend only this process's memory and time.

Run as a script by `workbook`, in a Python that has imported nothing: standard input is the file, standard output JSON.
Arguments: the folder that holds python_calamine; the kind of the file; bytes of memory; seconds; the most rows of a
sheet, columns of a row, and characters of a cell.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

NumberedRows = Iterable[tuple[int, Sequence[Any]]]

MOST_SHEETS = 40
MOST_MERGED = 1_000
MOST_CHARACTERS = 4_000_000
EXACT_WHOLE_NUMBERS = 10**15


def main() -> None:
    library, kind, memory, seconds, most_rows, most_columns, most_characters_of_a_cell = sys.argv[1:]
    limit(int(memory), int(seconds))
    data = sys.stdin.buffer.read()
    budget = Budget(int(most_rows), int(most_columns), int(most_characters_of_a_cell))
    sheets = read_web_page(data, budget) if kind == "web_page" else read_workbook(data, budget, library)
    json.dump(sheets, sys.stdout)


def limit(memory: int, seconds: int) -> None:
    """Bound this process where the system can; macOS refuses the limit on memory, Windows has no limits at all."""
    try:
        import resource
    except ImportError:
        return
    for what, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds), (resource.RLIMIT_CORE, 0)):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


class Budget:
    """How much may be handed back. A file with more is cut, and says so."""

    def __init__(self, rows: int, columns: int, characters_of_a_cell: int) -> None:
        self.rows = rows
        self.columns = columns
        self.characters_of_a_cell = characters_of_a_cell
        self.characters = MOST_CHARACTERS

    def take(self, rows: NumberedRows) -> tuple[list[Any], bool]:
        """The rows that are not empty, as [number, cells], and whether some are left over."""
        taken: list[Any] = []
        for number, cells in rows:
            texts = [as_written(cell)[: self.characters_of_a_cell] for cell in cells[: self.columns]]
            if not any(texts):
                continue
            self.characters -= sum(map(len, texts))
            if len(taken) == self.rows or self.characters < 0:
                return taken, True
            taken.append([number, texts])
        return taken, False


def read_workbook(data: bytes, budget: Budget, library: str) -> list[dict[str, Any]]:
    sys.path.append(library)
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    sheets = []
    for about in workbook.sheets_metadata[:MOST_SHEETS]:
        if about.visible != SheetVisibleEnum.Visible or about.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(about.name)
        rows, cut = budget.take(numbered_rows(sheet))
        sheets.append({"name": about.name, "rows": rows, "merged": merged_cells(sheet), "cut": cut})
    return sheets


def merged_cells(sheet: CalamineSheet) -> list[list[int]] | None:
    """First row and column, last row and column, rows counted from 1; None where calamine cannot tell."""
    ranges = sheet.merged_cell_ranges
    if ranges is None:
        return None
    return [[top + 1, left, bottom + 1, right] for (top, left), (bottom, right) in ranges[:MOST_MERGED]]


def numbered_rows(sheet: CalamineSheet) -> Iterator[tuple[int, Sequence[Any]]]:
    """Rows with their numbers, from column A on: calamine leaves out empty columns on the left, but not rows above."""
    if sheet.start is None:
        return
    indent = [""] * sheet.start[1]
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, indent + cells


def read_web_page(data: bytes, budget: Budget) -> list[dict[str, Any]]:
    from importlib import import_module
    from os.path import dirname

    sys.path.append(dirname(__file__))
    sheets = []
    for table in import_module("markup").tables_of(data.decode("utf-8"))[:MOST_SHEETS]:
        rows, cut = budget.take(enumerate(table.rows, start=1))
        sheets.append({"name": "", "rows": rows, "merged": table.merged[:MOST_MERGED], "cut": cut})
    return sheets


def as_written(value: object) -> str:
    """A cell as a person would read it. Beyond 15 digits a number is not exact: it stays in scientific notation."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_WHOLE_NUMBERS:
        return str(int(value))
    if isinstance(value, float) and abs(value) >= EXACT_WHOLE_NUMBERS:
        return f"{value:.14E}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    return value.isoformat() if isinstance(value, date) else str(value)


if __name__ == "__main__":
    main()
