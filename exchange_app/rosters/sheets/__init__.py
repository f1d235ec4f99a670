"""From a file's bytes, or pasted cells, to rows of texts with the numbers that the spreadsheet shows.

`kinds` tells by its content what a file is and refuses what cannot be a roster; `workbook` reads spreadsheets in a
process of its own (`worker`, with `markup` for web pages that call themselves .xls); `delimited` reads text. What the
columns mean is not known here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# More rows than a roster may have, so that "too many" can be told from "just enough"; titles and remarks have room.
MOST_ROWS = 1_200
MOST_COLUMNS = 60
MOST_CHARACTERS_OF_A_CELL = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """A row that is not empty: its number as the spreadsheet shows it, and its cells from column A on."""

    number: int
    cells: Sequence[str]

    def cell(self, column: int) -> str:
        return self.cells[column].strip() if column < len(self.cells) else ""


@dataclass(frozen=True, slots=True)
class Region:
    """Merged cells: row numbers from 1, columns from 0, both ends included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """One table of a file. ``merged`` is None if the format does not tell; ``cut`` says that rows were left unread."""

    name: str
    rows: Sequence[Row]
    merged: Sequence[Region] | None = None
    cut: bool = False
