"""A roster as a school hands it in: the persons whose rows are right, the rows to mend, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from exchange_app.core.text import sentence
from exchange_app.rosters.columns import Header, find_header
from exchange_app.rosters.errors import (
    ColumnsDiffer,
    NoHeaderRow,
    NoNameColumn,
    NoRows,
    RosterRefused,
    RosterTooLarge,
    TooManyRows,
)
from exchange_app.rosters.rows import Entry, entries_of, headers_left_out
from exchange_app.rosters.rules import Person, Problem, check_person, fields_asked, identity_of
from exchange_app.rosters.sheets import Sheet
from exchange_app.rosters.sheets.delimited import TAB, table, tables
from exchange_app.rosters.sheets.kinds import LARGEST_FILE, MEGABYTE, Kind, decoded, kind_of
from exchange_app.rosters.sheets.workbook import read_apart
from exchange_app.rosters.words import ROLE_BY_WORD
from exchange_app.rosters.writing import squeeze

MOST_PERSONS = 1_000


@dataclass(frozen=True, slots=True, repr=False)
class RowToMend:
    """A row that cannot be taken: its number as the spreadsheet shows it, its values as written, and what is wrong."""

    number: int
    values: dict[str, str]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Reading:
    """What was read. ``right`` holds row numbers with their persons.

    ``left_out`` names the columns that were not asked for, whose content is not kept; ``sheets_left_out`` names further
    sheets that look like rosters: only the first is read.
    """

    right: tuple[tuple[int, Person], ...]
    to_mend: tuple[RowToMend, ...]
    left_out: tuple[str, ...]
    sheets_left_out: tuple[str, ...] = ()


def read_file(data: bytes, filename: str, asked: frozenset[str], *, today: date) -> Reading:
    """Read an .xlsx, .xls, .ods or CSV file, whatever its name says; ``filename`` is only named in refusals.

    ``asked`` names the optional fields the package asks for, ``today`` is the date where the group is. Raises a
    RosterRefused if not even one row can be read.
    """
    kind = kind_of(data, filename)
    if kind is Kind.WORKBOOK:
        sheets = read_apart(data, kind)
    elif kind is Kind.WEB_PAGE:
        sheets = read_apart(decoded(data, filename).encode(), kind)
    else:
        sheets = list(tables(decoded(data, filename)))
    return _read_sheets(sheets, asked, today)


def read_pasted(text: str, asked: frozenset[str], *, today: date) -> Reading:
    """Read cells that were copied out of a spreadsheet; without a header row they stand in the template's order.

    Rows are counted from the first pasted line. Raises a RosterRefused for the field ``roster_text``.
    """
    try:
        if len(text.encode(errors="replace")) > LARGEST_FILE:
            raise RosterTooLarge(limit=LARGEST_FILE // MEGABYTE)
        sheets = list(tables(text))
        headed = _with_headers(sheets)
        if headed:
            return _read_headed(headed, asked, today)
        return _read_without_header(table(text, TAB), asked, today)
    except RosterRefused as refusal:
        refusal.field = "roster_text"
        raise


def _read_sheets(sheets: Sequence[Sheet], asked: frozenset[str], today: date) -> Reading:
    headed = _with_headers(sheets)
    if headed:
        return _read_headed(headed, asked, today)
    raise NoHeaderRow() if any(sheet.rows for sheet in sheets) else NoRows()


def _with_headers(sheets: Sequence[Sheet]) -> list[tuple[Sheet, Header]]:
    return [(sheet, header) for sheet in sheets if (header := find_header(sheet))]


def _read_headed(headed: Sequence[tuple[Sheet, Header]], asked: frozenset[str], today: date) -> Reading:
    """Read the first sheet that has a column of names and anybody in it."""
    rosters = [(sheet, header) for sheet, header in headed if header.names_persons]
    if not rosters:
        raise NoNameColumn(row=headed[0][1].row)
    for index, (sheet, header) in enumerate(rosters):
        columns = header.columns(fields_asked(asked))
        if entries := entries_of(sheet, header, columns):
            left_out = headers_left_out(sheet, header, columns, entries)
            others = [other.name for other, below in rosters[index + 1 :] if other.rows[-1].number > below.row]
            return _read_entries(sheet, entries, asked, today, left_out, tuple(others))
    raise NoRows()


def _read_without_header(sheet: Sheet, asked: frozenset[str], today: date) -> Reading:
    """The template's columns in their order; the first, the role, may be missing."""
    if not sheet.rows:
        raise NoRows()
    fields = fields_asked(asked)
    found = max(len(row.cells) for row in sheet.rows)
    if found == len(fields) - 1 and not any(squeeze(row.cell(0)) in ROLE_BY_WORD for row in sheet.rows):
        fields = fields[1:]
    if found != len(fields):
        raise ColumnsDiffer(found=found, expected=len(fields))
    columns = {field: column for column, field in enumerate(fields)}
    entries = entries_of(sheet, Header(row=0, texts=()), columns)
    if not entries:
        raise NoRows()
    return _read_entries(sheet, entries, asked, today)


def _read_entries(
    sheet: Sheet,
    entries: Sequence[Entry],
    asked: frozenset[str],
    today: date,
    left_out: tuple[str, ...] = (),
    sheets_left_out: tuple[str, ...] = (),
) -> Reading:
    if sheet.cut or len(entries) > MOST_PERSONS:
        raise TooManyRows(limit=MOST_PERSONS)
    right, to_mend = _judged(entries, asked, today)
    return Reading(tuple(right), tuple(to_mend), left_out, sheets_left_out)


def _judged(
    entries: Iterable[Entry], asked: frozenset[str], today: date
) -> tuple[list[tuple[int, Person]], list[RowToMend]]:
    """Each row by itself, and then whether an earlier row already has this person."""
    right: list[tuple[int, Person]] = []
    to_mend: list[RowToMend] = []
    first_rows: dict[str, int] = {}
    for entry in entries:
        checked = check_person(entry.values, asked, today=today)
        problems = _repeated(checked, first_rows) if isinstance(checked, Person) else checked
        if isinstance(checked, Person) and not problems:
            right.append((entry.number, checked))
            first_rows.update(dict.fromkeys(_marks_of(checked).values(), entry.number))
        else:
            values = {field: entry.values.get(field, "") for field in fields_asked(asked)}
            to_mend.append(RowToMend(entry.number, values, tuple(problems)))
    return right, to_mend


SAME_PERSON = sentence(
    "Row %(row)s names the same person. If they are two of one name, tell them apart with a word in brackets."
)
SAME_DOCUMENT = sentence("Row %(row)s has the same document number.")


def _repeated(person: Person, first_rows: dict[str, int]) -> list[Problem]:
    words = {"name": SAME_PERSON, "document_number": SAME_DOCUMENT}
    return [
        Problem(field, words[field], {"row": first_rows[mark]})
        for field, mark in _marks_of(person).items()
        if mark in first_rows
    ]


def _marks_of(person: Person) -> dict[str, str]:
    """What no second row may have, by field."""
    marks = {"name": f"person {identity_of(person)}"}
    if person.document_number:
        marks["document_number"] = f"document {person.document_type} {person.document_number}"
    return marks
