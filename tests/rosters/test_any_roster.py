"""Rosters nobody has thought of: nothing is lost, nothing is altered, and nothing but a refusal is ever raised."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from exchange_app.demo.rosters.ods import ods_workbook
from exchange_app.rosters.errors import RosterRefused
from exchange_app.rosters.reading import Reading, read_file, read_pasted
from exchange_app.rosters.rules import (
    OPTIONAL_FIELDS,
    DocumentType,
    Person,
    Problem,
    Role,
    Sex,
    check_person,
    identity_of,
    normalise_name,
    normalise_phone,
)
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from exchange_app.rosters.template import roster_csv, roster_workbook
from tests.rosters.spreadsheets import lines, xlsx

TODAY = date(2026, 11, 24)
EVERYTHING = frozenset(OPTIONAL_FIELDS)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WITH_A_PROCESS = settings(PATIENT, max_examples=60)
SOME = settings(PATIENT, max_examples=100)
MANY = settings(PATIENT, max_examples=250)

HEADERS = {
    "role": ["身份", "角色", "Role", "类别（学生/教师）"],
    "name": ["姓名", "学生姓名（必填）", "Name", "* 姓 名", "名字\nName"],
    "class_name": ["班级", "年级班级", "Class", "Grade/Class"],
    "guardian_name": ["监护人", "家长姓名", "Guardian's name", "PARENT"],
    "guardian_phone": ["监护人电话", "家长手机号", "联系电话", "Guardian phone"],
    "second_phone": ["备用电话", "第二联系电话", "紧急联系电话", "Emergency phone"],
    "birth_date": ["出生日期", "生日", "Date of birth"],
    "sex": ["性别", "Sex"],
    "document_type": ["证件类型", "ID type"],
    "document_number": ["证件号码", "护照号", "ID number"],
    "health_note": ["健康备注", "过敏史", "Allergies"],
    "meal_need": ["用餐需求", "餐食", "Meal"],
}
UNASKED = ["民族", "家庭住址", "Religion", "备注", "QQ"]
HAN = st.one_of(
    st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    st.characters(min_codepoint=0x3400, max_codepoint=0x4DBF),
    st.characters(min_codepoint=0x20000, max_codepoint=0x323AF, categories=["Lo", "Cn"]),
).filter(lambda char: normalise_name(char) == char)
han_names = st.lists(HAN, min_size=2, max_size=4).map("".join)
dotted_names = st.tuples(han_names, han_names).map("·".join)
latin_names = st.from_regex(r"[A-Z][a-zƃƨɵƅüéñ]{1,9} [A-Z]['’]?[a-zƃƨɵƅ]{2,9}", fullmatch=True)
names = st.one_of(han_names, dotted_names, latin_names)
mobiles = st.from_regex(r"154[0-9]{8}", fullmatch=True)
landlines = st.from_regex(r"0771-[0-9]{7,8}(-[0-9]{1,4})?", fullmatch=True)
abroad = st.from_regex(r"\+84[1-9][0-9]{8}", fullmatch=True)
phones = st.one_of(mobiles, landlines, abroad)
notes = st.sampled_from(["", "花生过敏", "=1+1", "-猪肉", "+1 份", "@家", "素食", "No pork; “halal”", "a,b\tc"]).map(
    lambda text: " ".join(text.split())
)

pupils = st.builds(
    Person,
    role=st.just(Role.PUPIL),
    name=names,
    class_name=st.sampled_from(["七年级1班", "七（2）班", "Grade 7 Class 1", "701", "3.2"]),
    guardian_name=names,
    guardian_phone=phones,
    second_phone=phones,
    birth_date=st.dates(date(2008, 1, 1), date(2020, 12, 31)),
    sex=st.sampled_from(Sex),
    document_type=st.just(DocumentType.PASSPORT),
    document_number=st.from_regex(r"[EG][0-9]{8}", fullmatch=True),
    health_note=notes,
    meal_need=notes,
).filter(lambda person: person.guardian_phone != person.second_phone)
staff = st.builds(
    Person,
    role=st.just(Role.STAFF),
    name=names,
    guardian_phone=phones,
    birth_date=st.dates(date(1970, 1, 1), date(2000, 12, 31)),
    sex=st.sampled_from(Sex),
    document_type=st.just(DocumentType.TAIWAN_PERMIT),
    document_number=st.from_regex(r"[0-9]{8}", fullmatch=True),
)
groups = st.lists(
    st.one_of(pupils, staff), min_size=1, max_size=12, unique_by=(identity_of, lambda person: person.document_number)
)


def without(person: Person, asked: frozenset[str]) -> Person:
    """The person as kept where only ``asked`` is asked for."""
    blank: dict[str, Any] = {field: Person.__dataclass_fields__[field].default for field in EVERYTHING - asked}
    return dataclasses.replace(person, **blank)


def as_written(person: Person, field: str, language: str) -> str:
    words: dict[str, Any] = {"role": ROLE_WORDS, "sex": SEX_WORDS, "document_type": DOCUMENT_WORDS}
    value = getattr(person, field)
    if value is None:
        return ""
    return str(words[field][value].in_language(language)) if field in words else str(value)


@st.composite
def layouts(draw: st.DrawFn) -> tuple[list[Person], frozenset[str], list[list[str]], list[int], list[str]]:
    """A group, what is asked, the rows of its spreadsheet, the rows' numbers, and the columns that nobody asked for."""
    people = draw(groups)
    asked = draw(st.sampled_from([frozenset(), frozenset({"birth_date", "meal_need"}), EVERYTHING]))
    unasked = draw(st.lists(st.sampled_from(UNASKED), unique=True, max_size=3))
    columns: list[str] = draw(st.permutations([*HEADERS, *unasked]))
    texts = {field: draw(st.sampled_from(alike)) for field, alike in HEADERS.items()}
    language = draw(st.sampled_from(["zh_Hans", "en"]))
    above: list[list[str]] = draw(
        st.lists(st.sampled_from([["研学活动名册"], [], ["填报人：林静", "", "2026年"]]), max_size=4)
    )
    rows = [*above, [texts.get(column, column) for column in columns]]
    numbers = []
    for person in people:
        rows += [[] for _ in range(draw(st.integers(0, 2)))]
        rows.append([as_written(person, column, language) if column in HEADERS else "某" for column in columns])
        numbers.append(len(rows))
    rows += draw(st.sampled_from([[], [[]], [["合计：12人"]], [["备注：以上同学均已通知家长"]], [["Total: 12"]]]))
    dropped = [column for column in columns if column in unasked]
    return people, asked, rows, numbers, dropped


def check(
    reading: Reading, people: list[Person], asked: frozenset[str], numbers: list[int], dropped: list[str]
) -> None:
    assert [(row.number, [str(problem) for problem in row.problems]) for row in reading.to_mend] == []
    assert [person for _, person in reading.right] == [without(person, asked) for person in people]
    assert [number for number, _ in reading.right] == numbers
    assert [column for column in reading.left_out if column in UNASKED] == dropped


def quoted(rows: Sequence[Sequence[str]], separator: str) -> str:
    return lines([['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows], separator)


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
@given(groups, st.sampled_from([roster_workbook, roster_csv]), st.sampled_from(["zh_Hans", "en"]))
def test_any_export_is_read_back(
    people: list[Person], write: Callable[[list[Person], str], bytes], language: str
) -> None:
    reading = read_file(write(people, language), "export", EVERYTHING, today=TODAY)
    assert [str(problem) for row in reading.to_mend for problem in row.problems] == []
    assert [person for _, person in reading.right] == people


cells = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30),
    st.sampled_from(["姓名", "班级", "学生", "合计", "=1+1", "4.599E+17", "15407710001", "2013-03-15", "", "备注："]),
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    st.dates(date(1901, 1, 1)),
    st.datetimes(datetime.fromisoformat("1901-01-01"), datetime.fromisoformat("2999-01-01")),
    st.timedeltas(timedelta(0), timedelta(days=999)),
)


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
