"""The sample rosters of the demo are what their folder says."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from exchange_app.demo.rosters.make_samples import FOLDER
from exchange_app.rosters.reading import Reading, read_file
from exchange_app.rosters.rules import DocumentType, Role

DOCUMENTS = frozenset({"document_type", "document_number"})


def read(name: str, asked: frozenset[str] = frozenset()) -> Reading:
    return read_file((FOLDER / name).read_bytes(), name, asked, today=date(2026, 11, 24))


@pytest.mark.parametrize(
    ("name", "asked", "pupils", "staff"),
    [
        ("roster-24-3.xlsx", frozenset(), 24, 3),
        ("roster-24-3-rail.xlsx", DOCUMENTS, 24, 3),
        ("roster-24-3-rail.xlsx", frozenset(), 24, 3),
        ("roster-30-4.ods", frozenset(), 30, 4),
    ],
)
def test_every_row_is_right(name: str, asked: frozenset[str], pupils: int, staff: int) -> None:
    reading = read(name, asked)
    assert reading.to_mend == ()
    assert Counter(person.role for _, person in reading.right) == {Role.PUPIL: pupils, Role.STAFF: staff}
    assert all(person.class_name for _, person in reading.right if person.role is Role.PUPIL)


def test_the_smaller_group_has_the_names_that_break_programs() -> None:
    names = {person.name for _, person in read("roster-24-3.xlsx").right}
    assert {"阿依古丽·买买提", "陆𬍛", "韦㐂", "Vangz Genqdaz"} <= names


def test_the_rail_group_has_a_passport_and_numbers_that_are_nobodys() -> None:
    people = [person for _, person in read("roster-24-3-rail.xlsx", DOCUMENTS).right]
    assert Counter(person.document_type for person in people) == {
        DocumentType.RESIDENT_ID: 26,
        DocumentType.PASSPORT: 1,
    }
    numbers = [person.document_number for person in people if person.document_type is DocumentType.RESIDENT_ID]
    assert all(number.startswith("459900") for number in numbers)


def test_the_mistaken_roster_has_its_mistakes() -> None:
    fields = {
        row.number: [problem.field for problem in row.problems] for row in read("roster-with-mistakes.csv").to_mend
    }
    assert fields == {
        5: ["guardian_phone"],
        8: ["guardian_name"],
        12: ["guardian_phone"],
        16: ["guardian_phone"],
        20: ["name"],
        23: ["name"],
    }
    with_documents = read("roster-with-mistakes.csv", DOCUMENTS)
    (lost,) = (row for row in with_documents.to_mend if row.number == 14)
    assert [str(problem) for problem in lost.problems] == [
        "The spreadsheet made a number of this and lost its last digits; write it again, as text."
    ]
