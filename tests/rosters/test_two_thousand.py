"""Two thousand spreadsheets through the pages: handed in, taken along as a file, handed in again.

Whatever it is, the answer is a roster or a refusal in words; what was valid is kept as it was written, leaves as it was
kept, and comes back without a change.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from werkzeug.test import TestResponse

from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.demo.rosters.ods import ods_workbook
from exchange_app.rosters import errors, queries
from exchange_app.rosters.keeping import values_of
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.rules import ALWAYS_ASKED, FIELDS, Person
from tests.bookings.group import hand_in
from tests.builders import make_departure, make_leader, make_package
from tests.pages import Browser, form_of, sign_in
from tests.rosters.group import EVERYTHING
from tests.rosters.spreadsheets import FILES, HEADER, PUPIL, members_of, xlsb, xlsx, zipped
from tests.rosters.strategies import HEADERS, UNASKED, as_written, cells, groups_of, quoted

SHARDS, EACH = 8, 250


@dataclass(frozen=True, slots=True, repr=False)
class Sheet:
    """A file, what it calls itself, and the persons that are certainly valid in it; None where nobody knows."""

    data: bytes
    name: str
    valid: Sequence[Person] | None = None


# ----------------------------------------------------------------------------------------------- what schools hand in

NAMES = st.sampled_from(["名册.xlsx", "roster.xls", "a.csv", "b.ods", "名册", "x.pdf", "..%2f.exe", "a'b.txt"])
SEPARATORS = st.sampled_from(",;\t，")
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"])
BAD_ROWS: list[dict[str, str]] = [
    {"name": '=HYPERLINK("http://x")'},
    {"name": "韦\x07小", "guardian_phone": "1"},
    {"name": "😀😀"},
    {"name": "字" * 900},
    {"name": "韦小好", "class_name": "701", "guardian_phone": "4.599E+17", "document_number": "4.599E+17"},
    {"name": "覃\ufffd明", "health_note": "x" * 5000},
    {"name": "黄\u0000", "meal_need": "\uffff"},
    {"name": "Wei 2", "birth_date": "2013-02-30", "sex": "?"},
]


few = groups_of(5)


@st.composite
def school_lists(draw: st.DrawFn) -> Sheet:
    """Valid persons, with rows between them that nobody could take, in some format, encoding and order of columns."""
    people = draw(few)
    columns = [*HEADERS, *draw(st.lists(st.sampled_from(UNASKED), unique=True, max_size=2))]
    columns = draw(st.permutations(columns))
    rows: list[list[str]] = [[draw(st.sampled_from(HEADERS[name])) if name in HEADERS else name for name in columns]]
    for person in people:
        if draw(st.integers(0, 3)) == 0:
            bad = draw(st.sampled_from(BAD_ROWS))
            rows.append([bad.get(column, "") for column in columns])
        rows.append([as_written(person, column, "zh_Hans") if column in HEADERS else "某" for column in columns])
    return Sheet(_as_file(draw, rows), draw(NAMES), people)


def _as_file(draw: st.DrawFn, rows: list[list[str]]) -> bytes:
    kind = draw(st.sampled_from(["xlsx", "ods", "text", "text"]))
    encoding = draw(ENCODINGS)
    if kind == "text" and encoding == "utf-16":
        return quoted(rows, draw(SEPARATORS)).encode(encoding)
    rows = [[_of_xml(cell) for cell in row] for row in rows]  # a text with control bytes is taken for no text at all
    if kind == "text":
        return quoted(rows, draw(SEPARATORS)).encode(encoding)
    if kind == "ods":
        return ods_workbook([("名册", rows)])
    merged = draw(st.sampled_from([(), ("A40:C41",), ("A1:A1",)]))
    more = draw(st.sampled_from([{}, {"说明": [["填写说明"]]}, {"另一班": [HEADER, PUPIL]}]))
    return xlsx(rows, merged=merged, more_sheets=more)


def _of_xml(text: str) -> str:
    """Without what XML cannot hold at all."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "", text)


@st.composite
def any_cells(draw: st.DrawFn) -> Sheet:
    header = ["姓名", "班级", "监护人", "监护人电话", "备用电话", "出生日期", "证件号码", "健康备注"]
    rows = draw(st.lists(st.lists(cells, min_size=3, max_size=8), max_size=6))
    return Sheet(xlsx([header, *rows]), draw(NAMES))


# ---------------------------------------------------------------------------------------------------- what means harm


@cache
def seeds() -> list[bytes]:
    good = xlsx([HEADER, PUPIL])
    sheet = "xl/worksheets/sheet1.xml"
    members = members_of(good)
    entities = b'<!DOCTYPE x [<!ENTITY a "' + b"ha" * 999 + b'"><!ENTITY b "' + b"&a;" * 999 + b'">]>'
    laughs = entities + b"<worksheet>&b;</worksheet>"
    formula = members[sheet].replace(b"</row>", b'<c r="F2" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>', 1)
    return [
        good,
        zipped(members | {"xl/media/x.bin": bytes(21_000_000)}),
        zipped(members | {sheet: b"<worksheet>" + b" " * 19_000_000}),
        zipped(members | {sheet: laughs}),
        zipped(members | {sheet: formula}),
        zipped(members | {"../../etc/passwd": b"x"}),
        zipped({"word/document.xml": b"<w/>"}),
        zipped({"content.xml": b"<x", "mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        ods_workbook([("名册", [HEADER, PUPIL])]),
        xlsb([HEADER, PUPIL]),
        *((FILES / name).read_bytes() for name in ("roster.xls", "locked.xls", "locked.xlsx")),
        b"<html><table><tr><td>\xe5\xa7\x93\xe5\x90\x8d<td>" + b"<table>" * 3000,
        "姓名\t班级\r\n".encode("utf-16") + b"\xff",
        ("姓名,班级\n" + '"' * 999).encode(),
        b"%PDF-1.7\n\x00",
        b"",
    ]


@st.composite
def hostile_files(draw: st.DrawFn) -> Sheet:
    """One that is made to harm, or a good one cut off or altered somewhere; and bytes without any meaning."""
    data = draw(st.one_of(st.sampled_from(seeds()), st.binary(max_size=200)))
    change = draw(st.sampled_from(["none", "cut", "byte", "append"]))
    if data and change == "cut":
        data = data[: draw(st.integers(0, len(data)))]
    elif data and change == "byte":
        place = draw(st.integers(0, min(len(data), 5000) - 1))
        data = data[:place] + bytes([draw(st.integers(0, 255))]) + data[place + 1 :]
    elif change == "append":
        data += draw(st.binary(max_size=20))
    return Sheet(data, draw(NAMES))


sheets = st.one_of(school_lists(), school_lists(), any_cells(), hostile_files())


# -------------------------------------------------------------------------------------------------------- the journey


class Office:
    """A leader at a group that asks for everything, emptied before each file."""

    def __init__(self, app: Flask) -> None:
        with transaction():
            departure = make_departure(make_package(asks=EVERYTHING), capacity=600, now=now())
            self.booking: Booking = hand_in(departure, make_leader(), pupils=40, staff=20, now=now())
        self.client = Browser(app, app.response_class)
        sign_in(self.client, self.booking.leader)
        self.roster = f"/bookings/{self.booking.code}/roster"
        self.form = dict(form_of(self.client.get(self.roster).text, self.roster))

    def empty(self) -> None:
        with transaction():
            db.session.execute(delete(Participant))
            db.session.execute(delete(UnmendedRow))
            db.session.get_one(Booking, self.booking.id).named = 0

    def hand_in(self, data: bytes, name: str) -> TestResponse:
        return self.client.post(self.roster, data={**self.form, "roster_file": (io.BytesIO(data), name)})

    def take_along(self, form: str) -> bytes:
        """With every column that the roster has."""
        people = self.people()
        columns = [field for field in FIELDS if field in ALWAYS_ASKED or any(one[field] for one in people)]
        chosen = {"columns": columns, "own_purpose": "To check", "form": form}
        made = self.client.post(f"{self.roster}/exports", data={**self.form, **chosen})
        assert made.status_code == 303
        with self.client.session_transaction() as session:
            address = session.pop("export_made")
        file = self.client.post(address, data=self.form)
        assert file.status_code == 200
        return file.data

    def people(self) -> list[dict[str, str]]:
        return [values_of(person) for person in queries.list_participants(self.booking.id)]


@cache
def refusals() -> re.Pattern[str]:
    """Every sentence by which a roster may be refused."""
    kinds = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.RosterRefused)]
    with speaking("en"):
        sentences = [str(kind.words) for kind in kinds if str(kind.words)]
    return re.compile("|".join(re.sub(r"%\\?\(\w+\\?\)s", ".*?", re.escape(words)) for words in sentences), re.DOTALL)


def check(office: Office, sheet: Sheet, form: str) -> None:
    office.empty()
    answer = office.hand_in(sheet.data, sheet.name)
    if sheet.valid is None and answer.status_code == 422:
        said = answer.text.partition('id="roster_file-error"')[2].partition("</div></div>")[0]
        assert refusals().search(said.replace("&#39;", "'")), said or answer.text
        return
    assert answer.status_code == 303
    kept = office.people()
    if sheet.valid is not None:
        assert kept == [values_of(person) for person in sheet.valid]
    if not kept:
        return
    file = office.take_along(form)
    if form == "csv":
        rows = list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))
        assert len(rows) == len(kept) + 1
    else:
        assert zipfile.ZipFile(io.BytesIO(file)).testzip() is None
    assert office.hand_in(file, f"x.{form}").status_code == 303
    assert office.people() == kept
    assert queries.list_unmended(office.booking.id) == []


@pytest.fixture(params=range(SHARDS))
def shard(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def database_url(request: pytest.FixtureRequest, shard: int) -> str:
    """Half of the shards on each engine."""
    return str(request.getfixturevalue("sqlite_url" if shard % 2 else "postgres_url"))


def test_two_hundred_and_fifty_spreadsheets(app: Flask, shard: int) -> None:
    """The same ones at every run."""
    office = Office(app)

    @seed(shard)
    @settings(
        max_examples=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate],  # looking for the smallest example takes minutes
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(sheets, st.sampled_from(["csv", "csv", "xlsx"]))
    def try_all(sheet: Sheet, form: str) -> None:
        check(office, sheet, form)

    try_all()
