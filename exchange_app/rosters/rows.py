"""Which rows below the header are persons, and what each of them says: merged cells, sums, remarks, empty rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from exchange_app.rosters.columns import GRADE, NO_LOSS, Header, meaning_of
from exchange_app.rosters.rules import Role
from exchange_app.rosters.sheets import Region, Row, Sheet
from exchange_app.rosters.words import ROLE_BY_WORD
from exchange_app.rosters.writing import squeeze

# A row whose name reads like this is a sum or a remark; so is one that begins like this and is nobody's otherwise.
_REMARK = re.compile(
    r"(?:合\s*计|总\s*计|共\s*计|小\s*计|总\s*人\s*数|人\s*数|共|备\s*注|说\s*明|附?注|注意事项|填[表报写]人?|制表人?|审[核批]人?|负责人|联系人|"
    r"经办人|校长|签[字名]|盖章|单位|学校|(?:填[表报]|制表)?日期|total|subtotal|sum|count|notes?|remarks?|"
    r"(?:prepared|filled in|completed) by|signature|date)\s*(?:[(（].*[)）])?\s*(?:[:：\d].*)?",
    re.IGNORECASE | re.DOTALL,
)
# These fields alone make nobody: schools fill their columns down to the end of the page.
_OF_NOBODY = frozenset({"role", "class_name", GRADE})


@dataclass(frozen=True, slots=True, repr=False)
class Entry:
    """One person as written, still unchecked: the row's number and a text for each field that has a column."""

    number: int
    values: dict[str, str]


def entries_of(sheet: Sheet, header: Header, columns: Mapping[str, int]) -> list[Entry]:
    """The rows below the header that are about somebody, merged cells spread over all rows they cover."""
    covered = _texts_of_merged(sheet, header, columns["name"])
    entries = []
    for row in sheet.rows:
        written = {field: row.cell(column) for field, column in columns.items()}
        if row.number > header.row and _is_about_somebody(row, written, columns["name"], sheet.merged or ()):
            spread = {field: covered.get((row.number, column), "") for field, column in columns.items()}
            entries.append(Entry(row.number, {field: text or spread[field] for field, text in written.items()}))
    if sheet.merged is None:
        _fill_down_classes(entries)
    return [Entry(entry.number, _with_grade(entry.values)) for entry in entries]


def headers_left_out(
    sheet: Sheet, header: Header, columns: Mapping[str, int], entries: Iterable[Entry]
) -> tuple[str, ...]:
    """The names of the columns that hold something in these rows and are not kept. A running number is no loss, nor
    is the number of an export."""
    numbers = {entry.number for entry in entries}
    filled: set[int] = set()
    for row in sheet.rows:
        if row.number in numbers:
            filled.update(column for column, text in enumerate(row.cells) if text)
    no_loss = {column for column, meaning in header.meanings.items() if meaning in NO_LOSS}
    return tuple(header.name_of(column) for column in sorted(filled - no_loss - set(columns.values())))


def _is_about_somebody(row: Row, written: Mapping[str, str], name_column: int, merged: Sequence[Region]) -> bool:
    if not any(text for field, text in written.items() if field not in _OF_NOBODY):
        return False
    if any(_runs_across(region, row.number, name_column) for region in merged):
        return False
    name = written["name"]
    named_only = all(field == "name" for field, text in written.items() if text)
    first = next(text for text in row.cells if text)
    is_remark = _REMARK.fullmatch(name) or ((named_only or not name) and _REMARK.fullmatch(first))
    return not is_remark and meaning_of(name) != "name"


def _runs_across(region: Region, row: int, column: int) -> bool:
    """True for a title or remark written across several columns, that of the names among them."""
    return (
        region.first_row <= row <= region.last_row
        and region.first_column <= column <= region.last_column
        and region.first_column < region.last_column
    )


def _texts_of_merged(sheet: Sheet, header: Header, name_column: int) -> dict[tuple[int, int], str]:
    """What cells show that are covered by a merged one above them. A name covers nobody else."""
    rows = {row.number: row for row in sheet.rows}
    texts = {}
    for region in sheet.merged or ():
        top = rows.get(region.first_row)
        if top is None or region.first_row <= header.row or region.first_column == name_column:
            continue
        text = top.cell(region.first_column)
        below = (number for number in rows if region.first_row < number <= region.last_row)
        texts.update({(number, region.first_column): text for number in below})
    return texts


def _fill_down_classes(entries: Sequence[Entry]) -> None:
    """Where the format does not tell of merged cells: most pupils without a class, but the first has one.

    That is how a merged column looks in an .ods or a CSV file. A few blanks are omissions, and stay blank.
    """
    pupils = [entry.values for entry in entries if not _is_staff(entry)]
    for field in (GRADE, "class_name"):
        named = sum(1 for values in pupils if values.get(field))
        if not named or not pupils[0].get(field) or named * 2 > len(pupils):
            continue
        above = ""
        for values in pupils:
            above = values[field] = values[field] or above


def _is_staff(entry: Entry) -> bool:
    return ROLE_BY_WORD.get(squeeze(entry.values.get("role", ""))) == Role.STAFF


def _with_grade(values: Mapping[str, str]) -> dict[str, str]:
    """The class with its year in front, where a school keeps the two in columns of their own."""
    grade = values.get(GRADE, "")
    kept = {field: text for field, text in values.items() if field != GRADE}
    if grade:
        class_name = kept.get("class_name", "")
        gap = "" if grade.endswith("级") or not class_name else " "
        kept["class_name"] = class_name if class_name.startswith(grade) else f"{grade}{gap}{class_name}"
    return kept
