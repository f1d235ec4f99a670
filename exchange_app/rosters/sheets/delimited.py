"""Rows of a text: a CSV file, or cells that were copied out of a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from exchange_app.rosters.errors import RosterDamaged
from exchange_app.rosters.sheets import MOST_CHARACTERS_OF_A_CELL, MOST_COLUMNS, MOST_ROWS, Row, Sheet

TAB = "\t"
# The last two are typed by hand with a Chinese keyboard.
SEPARATORS = (TAB, ",", ";", "，", "；")

_TEXT_AS_FORMULA = re.compile(r'="(.*)"', re.DOTALL)


def tables(text: str) -> Iterator[Sheet]:
    """The text as a table, once for every separator that occurs in it; which one was meant shows by its header row."""
    occurring = [separator for separator in SEPARATORS if separator in text] or [TAB]
    yield from (table(text, separator) for separator in occurring)


def table(text: str, separator: str) -> Sheet:
    """The text as one table. A quotation mark that is never closed is a character like any other.

    Raises RosterDamaged for a cell of impossible length.
    """
    try:
        return _read(text, separator, quoted=True)
    except csv.Error:
        pass
    try:
        return _read(text, separator, quoted=False)
    except csv.Error:
        raise RosterDamaged() from None


def _read(text: str, separator: str, *, quoted: bool) -> Sheet:
    rows: list[Row] = []
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=separator,
        quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE,
        strict=True,
    )
    for number, cells in enumerate(reader, start=1):
        texts = [_as_written(cell) for cell in cells[:MOST_COLUMNS]]
        if not any(texts):
            continue
        if len(rows) == MOST_ROWS:
            return Sheet(name="", rows=rows, cut=True)
        rows.append(Row(number, texts))
    return Sheet(name="", rows=rows)


def _as_written(cell: str) -> str:
    """The cell without the `="…"` by which some programs keep a spreadsheet from making a number of it."""
    text = cell.strip()
    if told := _TEXT_AS_FORMULA.fullmatch(text):
        text = told[1]
    return text[:MOST_CHARACTERS_OF_A_CELL]
