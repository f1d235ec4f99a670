"""Which column of a spreadsheet is which field, by the words above it, and in which row those words stand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from exchange_app.core.text import Translated
from exchange_app.rosters.errors import ColumnNamedTwice
from exchange_app.rosters.rules import ALWAYS_ASKED
from exchange_app.rosters.sheets import Row, Sheet
from exchange_app.rosters.words import COLUMN_BY_WORD
from exchange_app.rosters.writing import one_line, squeeze, without_notes

# What our own template and exports write. Notes in brackets are for people; reading passes over them.
HEADINGS: Mapping[str, Translated] = {
    "role": Translated(zh_Hans="身份", en="Role"),
    "name": Translated(zh_Hans="姓名", en="Name"),
    "class_name": Translated(zh_Hans="班级", en="Class"),
    "guardian_name": Translated(zh_Hans="监护人姓名", en="Guardian's name"),
    "guardian_phone": Translated(zh_Hans="监护人电话（教师填本人电话）", en="Guardian's phone (staff: their own)"),
    "second_phone": Translated(zh_Hans="备用电话", en="Second emergency phone"),
    "birth_date": Translated(zh_Hans="出生日期", en="Date of birth"),
    "sex": Translated(zh_Hans="性别", en="Sex"),
    "document_type": Translated(zh_Hans="证件类型", en="Document type"),
    "document_number": Translated(zh_Hans="证件号码", en="Document number"),
    "health_note": Translated(zh_Hans="健康备注", en="Health note"),
    "meal_need": Translated(zh_Hans="用餐需求", en="Meal need"),
}

# Columns that are no field: the year, which some schools keep apart from the class; the running number; and whose copy
# of an export a row is from.
GRADE = "grade"
SERIAL = "serial"
EXPORT_NUMBER = "export_number"
NO_LOSS = frozenset({SERIAL, EXPORT_NUMBER})

_ROWS_ABOVE = 20
_FEWEST_KNOWN = 2
_ALL_OF_A_PUPIL = frozenset(ALWAYS_ASKED) - {"role"}
_HEADER_LENGTH = 40
_BETWEEN_WORDS = re.compile(r"[/|、\n或]|(?<=[\u3400-\u9fff])\s*(?=[a-z])|(?<=[a-z])\s*(?=[\u3400-\u9fff])")


def meaning_of(header: str) -> str | None:
    """The field, GRADE, SERIAL or EXPORT_NUMBER that a header names, or None.

    Width, case, spaces, line breaks, asterisks and notes in brackets do not matter; `班级 Class` and `Grade/Class` are
    understood by their parts if all of them agree.
    """
    text = without_notes(header).casefold().replace("信息", "")
    whole = COLUMN_BY_WORD.get(squeeze(text))
    if whole:
        return whole
    parts = {COLUMN_BY_WORD.get(word) for part in _BETWEEN_WORDS.split(text) if (word := squeeze(part))}
    return parts.pop() if len(parts) == 1 else None


@dataclass(frozen=True)
class Header:
    """The row that names the columns: which column holds which field, and which hold something else."""

    row: int
    texts: Sequence[str]

    @cached_property
    def meanings(self) -> Mapping[int, str]:
        return {column: meaning for column, text in enumerate(self.texts) if (meaning := meaning_of(text))}

    @property
    def score(self) -> int:
        """How many different things the row names."""
        return len(set(self.meanings.values()) - NO_LOSS)

    @property
    def is_complete(self) -> bool:
        """Whether it names all that a roster always asks: no other row can be the header then."""
        return set(self.meanings.values()) >= _ALL_OF_A_PUPIL

    @property
    def names_persons(self) -> bool:
        return "name" in self.meanings.values()

    def columns(self, wanted: Sequence[str]) -> dict[str, int]:
        """The column of each wanted field (and of GRADE). Raises ColumnNamedTwice if two columns name the same."""
        columns: dict[str, int] = {}
        for column, meaning in self.meanings.items():
            if meaning in columns:
                raise ColumnNamedTwice(first=self.name_of(columns[meaning]), second=self.name_of(column))
            if meaning in (*wanted, GRADE):
                columns[meaning] = column
        return columns

    def name_of(self, column: int) -> str:
        """The column's header as written, on one line; its letter if there is none."""
        written = one_line(self.texts[column])[:_HEADER_LENGTH] if column < len(self.texts) else ""
        return written or letter_of(column)


def find_header(sheet: Sheet) -> Header | None:
    """The row among the first that names the most fields, or None if no row names two.

    Schools also group columns under a second row, `监护人` above `姓名` and `电话`: such a pair counts as one row.
    """
    best: Header | None = None
    first_rows = sheet.rows[:_ROWS_ABOVE]
    for index, row in enumerate(first_rows):
        candidates = [Header(row.number, row.cells)]
        if index + 1 < len(sheet.rows) and sheet.rows[index + 1].number == row.number + 1:
            candidates.append(_two_rows(row, sheet.rows[index + 1]))
        for candidate in candidates:
            if candidate.score >= _FEWEST_KNOWN and (best is None or candidate.score > best.score):
                best = candidate
        if best and best.is_complete:
            break
    return best


def _two_rows(upper: Row, lower: Row) -> Header:
    """Both rows read as one: a cell below belongs to the nearest cell above it or to its left."""
    texts = []
    above = ""
    for column in range(max(len(upper.cells), len(lower.cells))):
        here, below = upper.cell(column), lower.cell(column)
        above = here or above
        texts.append(above + below if below else here)
    return Header(lower.number, texts)


def letter_of(column: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
