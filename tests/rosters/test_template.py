"""The template to download, and rosters as files: filled in and read back, and harmless to open."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date

import pytest
from openpyxl import load_workbook

from exchange_app.core.text import LANGUAGES
from exchange_app.rosters.columns import HEADINGS
from exchange_app.rosters.errors import NoRows
from exchange_app.rosters.keeping import values_of
from exchange_app.rosters.reading import read_file
from exchange_app.rosters.rules import (
    ALWAYS_ASKED,
    FIELDS,
    OPTIONAL_FIELDS,
    DocumentType,
    Person,
    Role,
    Sex,
    check_person,
)
from exchange_app.rosters.tables import Mark, Table, as_csv, as_workbook, begins_a_cell_formula
from exchange_app.rosters.template import roster_table, template_workbook
from tests.rosters.spreadsheets import saved

TODAY = date(2026, 11, 24)
EVERYTHING = frozenset(OPTIONAL_FIELDS)
PERSONS = [
    Person(
        Role.PUPIL,
        "𠮷·㐂",
        "七（1）班",
        "'t Hoofd",
        "+84912345678",
        "0771-1234567-12",
        date(2013, 3, 15),
        Sex.MALE,
        DocumentType.RESIDENT_ID,
        "459900201303150017",
        "=1+1",
        "＝猪肉",
    ),
    Person(
        Role.STAFF,
        "Vangz Genqdaz",
        guardian_phone="15407710001",
        birth_date=date(1980, 1, 2),
        sex=Sex.FEMALE,
        document_type=DocumentType.TAIWAN_PERMIT,
        document_number="01234567",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("asked", [frozenset(), frozenset({"birth_date", "meal_need"}), EVERYTHING])
def test_a_template_asks_for_what_the_package_asks(asked: frozenset[str], language: str) -> None:
    sheet = load_workbook(io.BytesIO(template_workbook(asked, language))).worksheets[0]
    fields = [field for field in FIELDS if field in ALWAYS_ASKED or field in asked]
    assert [cell.value for cell in sheet[1]] == [HEADINGS[field].in_language(language) for field in fields]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_empty_template_has_nobody_in_it(language: str) -> None:
    with pytest.raises(NoRows):
        read_file(template_workbook(EVERYTHING, language), "template.xlsx", EVERYTHING, today=TODAY)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_filled_template_is_read_back(language: str) -> None:
    workbook = load_workbook(io.BytesIO(template_workbook(EVERYTHING, language)))
    sheet = workbook.worksheets[0]
    lists = {}
    for rule in sheet.data_validations.dataValidation:
        assert len(rule.formula1) <= 257, "Excel repairs a file with a longer list"
        lists[min(place.min_col for place in rule.sqref.ranges)] = rule.formula1.strip('"').split(",")
    role, sex, document_type = (lists[FIELDS.index(field) + 1] for field in ("role", "sex", "document_type"))
    person = ["韦小岚", "五年级1班", "韦大山", "15407710001", "0771-5400001", "2013-03-15"]
    sheet.append([role[0], *person, sex[0], document_type[0], "459900201303150017", "", ""])
    reading = read_file(saved(workbook), "名册.xlsx", EVERYTHING, today=TODAY)
    ((number, read),) = reading.right
    assert (number, read.role, read.sex, read.document_type) == (
        2,
        Role.PUPIL,
        Sex.MALE,
        DocumentType.RESIDENT_ID,
    )
    assert reading.sheets_left_out == ()


def test_template_columns_are_text_so_that_numbers_stay_as_typed() -> None:
    sheet = load_workbook(io.BytesIO(template_workbook(EVERYTHING, "zh_Hans"))).worksheets[0]
    assert {sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]} == {"@"}


def exported(people: list[Person], language: str, write: Callable[[Table, Mark], bytes] = as_workbook) -> bytes:
    return write(roster_table(people, FIELDS, language), Mark(7, "林静 & Söhne", "2027-03-01 10:00", language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("write", [as_workbook, as_csv])
def test_an_export_is_read_back_unchanged(write: Callable[[Table, Mark], bytes], language: str) -> None:
    reading = read_file(exported(PERSONS, language, write), "export", EVERYTHING, today=TODAY)
    assert [person for _, person in reading.right] == PERSONS
    assert reading.left_out == ()


def test_an_exported_workbook_holds_text_only() -> None:
    sheet = load_workbook(io.BytesIO(exported(PERSONS, "en"))).worksheets[0]
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in cells} == {("s", "@")}
    assert {str(cell.value) for cell in cells if cell.quotePrefix} == {"+84912345678", "=1+1", "＝猪肉"}


def test_no_cell_of_an_exported_csv_begins_a_formula() -> None:
    text = exported(PERSONS, "en", as_csv).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    assert {"'=1+1", "'＝猪肉", "'t Hoofd"} <= set(cells)
    assert not [cell for cell in cells if begins_a_cell_formula(cell)]


def test_every_row_says_whose_copy_it_is_and_so_does_the_file() -> None:
    """A part that is copied or sorted keeps it; a name with `&` is no command of the footer."""
    mark = "7 · 林静 & Söhne · 2027-03-01 10:00"
    book = load_workbook(io.BytesIO(exported(PERSONS, "en")))
    assert [row[-1].value for row in book.worksheets[0].iter_rows()] == ["导出编号 / Export no.", mark, mark]
    assert (book.properties.creator, book.properties.keywords) == ("林静 & Söhne", mark)
    assert "7 · 林静 && Söhne" in str(book.worksheets[0].oddFooter.center.text)
    rows = list(csv.reader(io.StringIO(exported(PERSONS, "zh_Hans", as_csv).decode("utf-8-sig"), newline="")))
    assert [row[-1] for row in rows[1:]] == [mark, mark]


@pytest.mark.parametrize("text", ["'t Hoofd", "'=1", "_x0041_", '="1"', "''", "‘a’", "－1", "a\u3000b"])
@pytest.mark.parametrize("write", [as_workbook, as_csv])
def test_what_was_taken_once_comes_back_as_it_was_kept(write: Callable[[Table, Mark], bytes], text: str) -> None:
    """Only the apostrophe that we put in front goes; one that somebody wrote stays or went when it was first taken."""
    kept = check_person({**values_of(PERSONS[0]), "health_note": text}, EVERYTHING, today=TODAY)
    assert isinstance(kept, Person)
    ((_, back),) = read_file(exported([kept], "en", write), "export", EVERYTHING, today=TODAY).right
    assert back == kept
