"""The template that a school fills in, and a group's roster as a table for an export.

A file has a language of its own, chosen by whoever downloads it, so its words stand here in each language, beside
`columns.HEADINGS`; all of them are understood when the file comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from exchange_app.core.text import Translated
from exchange_app.rosters.columns import HEADINGS
from exchange_app.rosters.models import Participant
from exchange_app.rosters.reading import MOST_PERSONS
from exchange_app.rosters.rules import DocumentType, Person, Role, fields_asked
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from exchange_app.rosters.tables import Table, saved, write_heading, write_headings, write_text

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
_NOTE_WIDTHS = (30, 80, 30)


def template_workbook(asked: frozenset[str], language: str) -> bytes:
    """An empty roster as .xlsx: text columns for what the package asks, lists to choose from, and a sheet of notes."""
    fields = fields_asked(asked)
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    headings = [HEADINGS[field].in_language(language) for field in fields]
    write_headings(sheet, _ROSTER.in_language(language), headings)
    for column, field in enumerate(fields, start=1):
        if field in _CHOICES:
            _offer(
                sheet, get_column_letter(column), [words.in_language(language) for words in _CHOICES[field].values()]
            )
    _write_notes(workbook.create_sheet(_NOTES.in_language(language)), fields, language)
    return saved(workbook)


def roster_table(people: Iterable[Person | Participant], fields: Sequence[str], language: str) -> Table:
    """These persons with these fields, as reading takes them back."""
    return Table(
        title=_ROSTER.in_language(language),
        headings=[HEADINGS[field].in_language(language) for field in fields],
        rows=[[_as_text(person, field, language) for field in fields] for person in people],
    )


def _as_text(person: Person | Participant, field: str, language: str) -> str:
    value = getattr(person, field)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return _CHOICES[field][value].in_language(language) if field in _CHOICES else str(value)


def _offer(sheet: Worksheet, column: str, words: Sequence[str]) -> None:
    """A list to choose from. Other words may be typed: reading knows more of them than fit into a list."""
    choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True, showErrorMessage=False)
    choice.add(f"{column}2:{column}{MOST_PERSONS + 1}")
    sheet.add_data_validation(choice)


def _write_notes(sheet: Worksheet, fields: Sequence[str], language: str) -> None:
    for column, heading in enumerate(_NOTE_HEADINGS, start=1):
        write_heading(sheet, 1, column, heading.in_language(language))
        sheet.column_dimensions[get_column_letter(column)].width = _NOTE_WIDTHS[column - 1]
    for row, field in enumerate(fields, start=2):
        texts = (HEADINGS[field], *_FIELD_NOTES[field])
        for column, text in enumerate(texts, start=1):
            write_text(sheet, row, column, text.in_language(language))
    write_text(sheet, len(fields) + 3, 1, _CLOSING_NOTE.in_language(language))
