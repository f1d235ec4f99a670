"""Rosters nobody has thought of: persons with names in many scripts, the sheets of schools that name them, and cells
that hold anything at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from exchange_app.rosters.rules import (
    OPTIONAL_FIELDS,
    DocumentType,
    Person,
    Role,
    Sex,
    identity_of,
    normalise_name,
)
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from tests.rosters.spreadsheets import lines

EVERYTHING = frozenset(OPTIONAL_FIELDS)
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
CAPITAL = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
SMALL = st.text("abcdefghijklmnopqrstuvwxyzƃƨɵƅüéñ", min_size=2, max_size=9)
latin_names = st.builds("{}{} {}{}{}".format, CAPITAL, SMALL, CAPITAL, st.sampled_from(["", "'", "’"]), SMALL)
# Greek, Cyrillic, Armenian, Arabic (as Uyghur is written), Devanagari, Thai, Tibetan, Georgian, Hangul, Ethiopic …
LETTERS = st.characters(min_codepoint=0x0370, max_codepoint=0x13FF, categories=["Lo", "Ll"]).filter(
    lambda char: normalise_name(char) == char
)
other_names = st.lists(LETTERS, min_size=2, max_size=8).map("".join).filter(lambda name: normalise_name(name) == name)
names = st.one_of(han_names, dotted_names, latin_names, other_names)
mobiles = st.integers(0, 10**8 - 1).map("154{:08}".format)
extensions = st.one_of(st.just(""), st.integers(0, 9999).map("-{}".format))
landlines = st.builds("0771-{}{}".format, st.integers(10**6, 10**8 - 1), extensions)
abroad = st.integers(10**8, 10**9 - 1).map("+84{}".format)
phones = st.one_of(mobiles, landlines, abroad)
notes = st.sampled_from(
    [
        "",
        "花生过敏",
        "😀 过敏 🥜",
        "'tis",
        "＝1+1",
        "=1+1",
        "-猪肉",
        "+1 份",
        "@家",
        "素食",
        "No pork; “halal”",
        "a,b\tc",
    ]
).map(lambda text: " ".join(text.split()))

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
    document_number=st.builds("{}{:08}".format, st.sampled_from("EG"), st.integers(0, 10**8 - 1)),
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
    document_number=st.integers(0, 10**8 - 1).map("{:08}".format),
)


def groups_of(most: int) -> st.SearchStrategy[list[Person]]:
    everybody = st.one_of(pupils, staff)
    return st.lists(
        everybody, min_size=1, max_size=most, unique_by=(identity_of, lambda person: person.document_number)
    )


groups = groups_of(12)


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


def quoted(rows: Sequence[Sequence[str]], separator: str) -> str:
    return lines([['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows], separator)


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
