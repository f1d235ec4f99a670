"""Rosters nobody has thought of: nothing is lost, nothing is altered, and nothing but a refusal is ever raised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchange_app.demo.rosters.ods import ods_workbook
from exchange_app.rosters.errors import RosterRefused
from exchange_app.rosters.reading import Reading, read_file, read_pasted
from exchange_app.rosters.rules import (
    FIELDS,
    Person,
    Problem,
    check_person,
    normalise_name,
    normalise_phone,
    without_unasked,
)
from exchange_app.rosters.tables import Mark, Table, as_csv, as_workbook
from exchange_app.rosters.template import roster_table
from tests.rosters.spreadsheets import xlsx
from tests.rosters.strategies import EVERYTHING, HEADERS, UNASKED, cells, groups, layouts, phones, quoted

TODAY = date(2026, 11, 24)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WITH_A_PROCESS = settings(PATIENT, max_examples=60)
SOME = settings(PATIENT, max_examples=100)
MANY = settings(PATIENT, max_examples=250)


def check(
    reading: Reading, people: list[Person], asked: frozenset[str], numbers: list[int], dropped: list[str]
) -> None:
    assert [(row.number, [str(problem) for problem in row.problems]) for row in reading.to_mend] == []
    assert [person for _, person in reading.right] == [without_unasked(person, asked) for person in people]
    assert [number for number, _ in reading.right] == numbers
    assert [column for column in reading.left_out if column in UNASKED] == dropped


@WITH_A_PROCESS
@given(layouts(), st.sampled_from([xlsx, lambda rows: ods_workbook([("名册", rows)])]))
def test_any_roster_is_read_from_a_workbook(layout: Any, write: Callable[[Any], bytes]) -> None:
    people, asked, rows, numbers, dropped = layout
    check(read_file(write(rows), "名册", asked, today=TODAY), people, asked, numbers, dropped)


@SOME
@given(layouts(), st.sampled_from(",;\t，"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_any_roster_is_read_from_text(layout: Any, separator: str, encoding: str) -> None:
    people, asked, rows, numbers, dropped = layout
    data = quoted(rows, separator).encode(encoding)
    check(read_file(data, "名册", asked, today=TODAY), people, asked, numbers, dropped)


@SOME
@given(layouts())
def test_any_roster_can_be_pasted(layout: Any) -> None:
    people, asked, rows, numbers, dropped = layout
    check(read_pasted(quoted(rows, "\t"), asked, today=TODAY), people, asked, numbers, dropped)


@settings(PATIENT, max_examples=40)
@given(groups, st.sampled_from([as_workbook, as_csv]), st.sampled_from(["zh_Hans", "en"]))
def test_any_export_is_read_back(people: list[Person], write: Callable[[Table, Mark], bytes], language: str) -> None:
    file = write(roster_table(people, FIELDS, language), Mark(1, "Lin Jing", "2027-03-01 10:00", language))
    reading = read_file(file, "export", EVERYTHING, today=TODAY)
    assert [str(problem) for row in reading.to_mend for problem in row.problems] == []
    assert [person for _, person in reading.right] == people


@WITH_A_PROCESS
@given(st.lists(st.lists(cells, min_size=5, max_size=8), min_size=1, max_size=8))
def test_any_cells_are_persons_rows_to_mend_or_nobody(rows: list[list[Any]]) -> None:
    header = ["姓名", "班级", "监护人", "监护人电话", "备用电话", "出生日期", "证件号码", "健康备注"]
    somebody = [
        ["韦小岚", "五年级1班", "韦大山", "15407710001", "0771-5400001", "2013-03-15", "459900201303150017", ""]
    ]
    reading = read_file(xlsx([header, *somebody, *rows]), "名册", EVERYTHING, today=TODAY)
    assert reading.right[0][0] == 2
    numbers = [number for number, _ in reading.right] + [row.number for row in reading.to_mend]
    assert len(set(numbers)) == len(numbers) <= len(rows) + 1
    for row in reading.to_mend:
        assert row.problems
        assert all(str(problem) for problem in row.problems)


def outcome_of(read: Callable[[], Reading]) -> Reading | RosterRefused:
    try:
        return read()
    except RosterRefused as refusal:
        return refusal


@MANY
@given(st.binary(max_size=300))
@example(b"PK\x03\x04")
@example(b"PK\x05\x06" + bytes(18))
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
@example("姓名,班级\n".encode() + b"\xff\xfe")
@example(b"<table><tr><td>" + "姓名<td>班级<tr><td rowspan=9 colspan=9>x".encode())
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    outcome = outcome_of(lambda: read_file(data, "名册.xlsx", EVERYTHING, today=TODAY))
    assert isinstance(outcome, Reading) or "%(" not in outcome.sentence


@MANY
@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    for pasted in (text, f"姓名\t班级\t监护人\n{text}"):
        outcome = outcome_of(lambda pasted=pasted: read_pasted(pasted, EVERYTHING, today=TODAY))
        assert isinstance(outcome, Reading) or outcome.field == "roster_text"


@MANY
@given(st.dictionaries(st.sampled_from(list(HEADERS)), st.text(max_size=60)))
def test_any_values_make_a_person_or_problems(values: dict[str, str]) -> None:
    checked = check_person(values, EVERYTHING, today=TODAY)
    if isinstance(checked, Person):
        return
    for problem in checked:
        assert isinstance(problem, Problem)
        for secret in ("document_number", "health_note"):
            written = values.get(secret, "").strip()
            assert len(written) < 6 or written not in problem.sentence


@MANY
@given(st.text(max_size=60), phones)
def test_normal_spellings_stay_as_they_are(text: str, phone: str) -> None:
    assert normalise_name(normalise_name(text)) == normalise_name(text)
    assert normalise_phone(phone) == phone
