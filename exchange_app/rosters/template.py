"""Rosters as files to download: the template that a school fills in, and a group's roster as .xlsx or CSV.

A file has a language of its own, chosen by whoever downloads it, so its words stand here in each language, beside
`columns.HEADINGS`; all of them are understood when the file comes back.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exchange_app.core.text import Translated
from exchange_app.rosters.columns import HEADINGS
from exchange_app.rosters.reading import MOST_PERSONS
from exchange_app.rosters.rules import ALWAYS_ASKED, OPTIONAL_FIELDS, DocumentType, Person, Role, fields_asked
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS

_ROSTER = Translated(zh_Hans="名册", en="Roster")
_NOTES = Translated(zh_Hans="填写说明", en="How to fill it in")
_NOTE_HEADINGS = (
    Translated(zh_Hans="栏目", en="Column"),
    Translated(zh_Hans="怎么填", en="What to write"),
    Translated(zh_Hans="例子", en="Example"),
)
_FIELD_NOTES: Mapping[str, tuple[Translated, Translated]] = {
    "role": (
        Translated(zh_Hans="学生或带队教师；空着按学生算", en="Pupil or staff; a blank counts as pupil"),
        ROLE_WORDS[Role.STAFF],
    ),
    "name": (
        Translated(
            zh_Hans="必填。姓和名写在一格里，不超过 50 个字；生僻字、间隔号“·”、壮文拼写照常填写",
            en="Required. The whole name in one cell, up to 50 characters; dots, rare characters and Zhuang stay",
        ),
        Translated(zh_Hans="韦小花", en="Vangz Genqdaz"),
    ),
    "class_name": (
        Translated(zh_Hans="学生必填", en="Required for pupils"),
        Translated(zh_Hans="七年级1班", en="Grade 7 Class 1"),
    ),
    "guardian_name": (
        Translated(zh_Hans="学生必填", en="Required for pupils"),
        Translated(zh_Hans="韦大山", en="Vangz Daihsan"),
    ),
    "guardian_phone": (
        Translated(
            zh_Hans="必填。学生填监护人的手机或座机（座机带区号），教师填本人的",
            en="Required. For a pupil the guardian's mobile or landline number (with area code), for staff their own",
        ),
        Translated(zh_Hans="15407710001", en="15407710001"),
    ),
    "second_phone": (
        Translated(
            zh_Hans="学生必填。监护人联系不上时打的另一个号码",
            en="Required for pupils. Another number, for when the guardian cannot be reached",
        ),
        Translated(zh_Hans="0771-0400002", en="0771-0400002"),
    ),
    "birth_date": (
        Translated(zh_Hans="必填。年-月-日", en="Required. Year-month-day"),
        Translated(zh_Hans="2013-03-15", en="2013-03-15"),
    ),
    "sex": (Translated(zh_Hans="必填。男或女", en="Required. Male or female"), Translated(zh_Hans="女", en="Female")),
    "document_type": (
        Translated(zh_Hans="必填。从列表中选择", en="Required. Choose from the list"),
        DOCUMENT_WORDS[DocumentType.RESIDENT_ID],
    ),
    "document_number": (
        Translated(
            zh_Hans="必填。按文本填写：改成数字格式会丢失末几位",
            en="Required. Keep the cell as text: as a number it loses its last digits",
        ),
        Translated(zh_Hans="459900201303150017", en="459900201303150017"),
    ),
    "health_note": (
        Translated(
            zh_Hans="只写照看孩子必须知道的，如过敏；没有就空着",
            en="Only what carers must know, such as an allergy; blank if nothing",
        ),
        Translated(zh_Hans="花生过敏", en="Allergic to peanuts"),
    ),
    "meal_need": (
        Translated(
            zh_Hans="只写吃什么、不吃什么，不写原因；没有就空着", en="Only which meal, not why; blank if nothing"
        ),
        Translated(zh_Hans="素食", en="Vegetarian"),
    ),
}
_CLOSING_NOTE = Translated(
    zh_Hans="上传时会去掉没有要求的栏目，不予保存。请勿填写民族、宗教、家庭住址等信息。",
    en="Columns that were not asked for are not kept. Please write nothing about ethnicity, religion or home address.",
)

_CHOICES: Mapping[str, Mapping[Any, Translated]] = {
    "role": ROLE_WORDS,
    "sex": SEX_WORDS,
    "document_type": DOCUMENT_WORDS,
}
_TEXT = "@"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
_WIDTH = 20
_NOTE_WIDTHS = (30, 80, 30)
_BOM = "\ufeff"


def template_workbook(asked: frozenset[str], language: str) -> bytes:
    """An empty roster as .xlsx: text columns for what the package asks, lists to choose from, and a sheet of notes."""
    fields = fields_asked(asked)
    workbook = Workbook()
    sheet = _roster_sheet(workbook, fields, language)
    for column, field in enumerate(fields, start=1):
        if field in _CHOICES:
            _offer(
                sheet, get_column_letter(column), [words.in_language(language) for words in _CHOICES[field].values()]
            )
    _write_notes(workbook.create_sheet(_NOTES.in_language(language)), fields, language)
    return _saved(workbook)


def roster_workbook(persons: Iterable[Person], language: str) -> bytes:
    """These persons as .xlsx. Every cell is text, so nothing in it is ever calculated."""
    people = list(persons)
    fields = _fields_in_use(people)
    workbook = Workbook()
    sheet = _roster_sheet(workbook, fields, language)
    for row, person in enumerate(people, start=2):
        for column, field in enumerate(fields, start=1):
            _write_text(sheet, row, column, _as_text(person, field, language))
    return _saved(workbook)


def roster_csv(persons: Iterable[Person], language: str) -> bytes:
    """These persons as CSV in UTF-8 with its mark. Text that would count as a formula gets an apostrophe in front."""
    people = list(persons)
    fields = _fields_in_use(people)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow([HEADINGS[field].in_language(language) for field in fields])
    for person in people:
        writer.writerow([_harmless(_as_text(person, field, language)) for field in fields])
    return (_BOM + lines.getvalue()).encode()


def _fields_in_use(people: Sequence[Person]) -> list[str]:
    """The usual fields, and of the optional ones those that somebody has."""
    return [*ALWAYS_ASKED, *(field for field in OPTIONAL_FIELDS if any(getattr(person, field) for person in people))]


def _as_text(person: Person, field: str, language: str) -> str:
    value = getattr(person, field)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return _CHOICES[field][value].in_language(language) if field in _CHOICES else value


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _write_text(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column, text)
    cell.data_type = "s"
    cell.number_format = _TEXT
    cell.quotePrefix = text.startswith(_FORMULA_STARTS)


def _roster_sheet(workbook: Workbook, fields: Sequence[str], language: str) -> Worksheet:
    """The first sheet with its header row; every column is formatted as text, so that phone numbers stay as typed."""
    sheet = workbook.worksheets[0]
    sheet.title = _ROSTER.in_language(language)
    for column, field in enumerate(fields, start=1):
        sheet.column_dimensions[get_column_letter(column)].number_format = _TEXT
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTH
        _write_heading(sheet, 1, column, HEADINGS[field].in_language(language))
    sheet.freeze_panes = "A2"
    return sheet


def _write_heading(sheet: Worksheet, row: int, column: int, text: str) -> None:
    cell = sheet.cell(row, column, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="DDE7F0")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def _offer(sheet: Worksheet, column: str, words: Sequence[str]) -> None:
    """A list to choose from. Other words may be typed: reading knows more of them than fit into a list."""
    choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
    choice.add(f"{column}2:{column}{MOST_PERSONS + 1}")
    sheet.add_data_validation(choice)


def _write_notes(sheet: Worksheet, fields: Sequence[str], language: str) -> None:
    for column, heading in enumerate(_NOTE_HEADINGS, start=1):
        _write_heading(sheet, 1, column, heading.in_language(language))
        sheet.column_dimensions[get_column_letter(column)].width = _NOTE_WIDTHS[column - 1]
    for row, field in enumerate(fields, start=2):
        texts = (HEADINGS[field], *_FIELD_NOTES[field])
        for column, text in enumerate(texts, start=1):
            _write_text(sheet, row, column, text.in_language(language))
    _write_text(sheet, len(fields) + 3, 1, _CLOSING_NOTE.in_language(language))


def _saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()
