"""Which column is which: the words above them, wherever and however they stand."""

from __future__ import annotations

from datetime import date

import pytest

from exchange_app.rosters.columns import HEADINGS, meaning_of
from exchange_app.rosters.errors import ColumnNamedTwice, NoHeaderRow, NoNameColumn, NoRows
from exchange_app.rosters.reading import Reading, read_file
from exchange_app.rosters.rules import FIELDS
from exchange_app.rosters.words import meanings
from tests.rosters.spreadsheets import ANOTHER, HEADER, PUPIL, lines

TODAY = date(2026, 11, 24)


def read(rows: list[list[str]], *asked: str) -> Reading:
    return read_file(lines(rows).encode(), "roster.csv", frozenset(asked), today=TODAY)


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("姓名", "name"),
        ("学生姓名（必填）", "name"),
        ("* 姓 名 *", "name"),
        ("姓名【请填全名】", "name"),
        ("Full Name", "name"),
        ("姓名/Name", "name"),
        ("姓名\nName", "name"),
        ("班级 Class", "class_name"),
        ("年级班级", "class_name"),
        ("Grade/Class", "class_name"),
        ("年级", "grade"),
        ("监护人", "guardian_name"),
        ("家长姓名", "guardian_name"),
        ("监护人/家长姓名", "guardian_name"),
        ("Parent", "guardian_name"),
        ("GUARDIAN’S  NAME", "guardian_name"),
        ("监护人\n电话", "guardian_phone"),
        ("家长/监护人电话", "guardian_phone"),
        ("家长电话", "guardian_phone"),
        ("联系电话", "guardian_phone"),
        ("Guardian phone", "guardian_phone"),
        ("备用电话", "second_phone"),
        ("第二联系电话", "second_phone"),
        ("紧急联系电话", "second_phone"),
        ("Emergency phone", "second_phone"),
        ("身份", "role"),
        ("类别", "role"),
        ("Role", "role"),
        ("出生日期", "birth_date"),
        ("生日", "birth_date"),
        ("性别", "sex"),
        ("证件类型", "document_type"),
        ("身份证号", "document_number"),
        ("护照号", "document_number"),
        ("过敏", "health_note"),
        ("餐食", "meal_need"),
        ("序号", "serial"),
        ("民族", None),
        ("家庭住址", None),
        ("家长身份证号", None),
        ("备注", None),
        ("学生或带队教师", None),
        ("", None),
        ("（必填）", None),
    ],
)
def test_headers_are_understood(header: str, meaning: str | None) -> None:
    assert meaning_of(header) == meaning


def test_every_heading_that_we_write_is_understood_as_its_field() -> None:
    for field in FIELDS:
        assert {meaning_of(text) for text in HEADINGS[field].values()} == {field}


def test_a_word_listed_under_two_columns_is_found_at_the_start() -> None:
    with pytest.raises(ValueError, match="both name and class_name"):
        meanings({"name": ["Name"], "class_name": [" NAME "]})


def test_titles_above_the_header_do_not_matter() -> None:
    above = [["研学活动名册"], [], ["填报单位：演示学校", "填报人：林静"], ["说明：姓名和班级必填"]]
    reading = read([*above, HEADER, PUPIL])
    assert [(number, person.name) for number, person in reading.right] == [(6, "韦小岚")]


def test_columns_stand_in_any_order() -> None:
    order = [3, 0, 4, 2, 1]
    reading = read([[HEADER[column] for column in order], [PUPIL[column] for column in order]])
    assert reading.right[0][1].second_phone == PUPIL[4]
    assert reading.right[0][1].guardian_name == PUPIL[2]


def test_a_header_of_two_rows_is_read_as_one() -> None:
    upper = ["姓名", "班级", "监护人", "", "备用联系人"]
    lower = ["", "", "姓名", "电话", "电话"]
    reading = read([upper, lower, PUPIL, ANOTHER])
    assert [number for number, _ in reading.right] == [3, 4]
    assert reading.right[1][1].guardian_name == ANOTHER[2]


def test_year_and_class_in_two_columns_make_one_class() -> None:
    reading = read([["姓名", "年级", "班级", *HEADER[2:]], [PUPIL[0], "五年级", "1班", *PUPIL[2:]]])
    assert reading.right[0][1].class_name == "五年级1班"
    reading = read([["姓名", "年级", *HEADER[2:]], [PUPIL[0], "五年级", *PUPIL[2:]]])
    assert reading.right[0][1].class_name == "五年级"


def test_columns_that_were_not_asked_for_are_named_and_not_kept() -> None:
    header = ["序号", *HEADER, "民族", "出生日期", "", "备注"]
    reading = read(
        [header, ["1", *PUPIL, "壮族", "2013-03-15", "哮喘", ""], ["2", *ANOTHER, "汉族", "2013-03-15", "", ""]]
    )
    assert reading.left_out == ("民族", "出生日期", "I")
    assert reading.right[0][1].birth_date is None
    assert read([header, ["1", *PUPIL, "壮族", "2013-03-15", "", ""]], "birth_date").left_out == ("民族",)


def test_rows_to_mend_hold_nothing_that_was_not_asked_for() -> None:
    reading = read([[*HEADER, "民族", "健康备注"], [PUPIL[0], "", *PUPIL[2:], "壮族", "哮喘"]])
    assert "壮族" not in reading.to_mend[0].values.values()
    assert "哮喘" not in reading.to_mend[0].values.values()


def test_two_columns_of_one_meaning_are_refused_by_name() -> None:
    with pytest.raises(ColumnNamedTwice) as refusal:
        read([[*HEADER, "家长手机"], [*PUPIL, "15407719999"]])
    assert "“监护人电话” and “家长手机”" in refusal.value.sentence
    assert refusal.value.field == "roster_file"


def test_a_header_without_names_is_refused() -> None:
    with pytest.raises(NoNameColumn) as refusal:
        read([["名册"], HEADER[1:], PUPIL[1:]])
    assert "row 2" in refusal.value.sentence


@pytest.mark.parametrize("rows", [[PUPIL, ANOTHER], [["姓名"], ["韦小岚"]], [["a", "b"], ["c", "d"]]])
def test_a_file_without_a_header_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(NoHeaderRow):
        read(rows)


@pytest.mark.parametrize(
    "rows", [[HEADER], [HEADER, [""] * 5, ["", "五年级1班", "", "", ""]], [HEADER, ["合计：0人", "", "", "", ""]]]
)
def test_a_header_with_nobody_below_is_refused(rows: list[list[str]]) -> None:
    with pytest.raises(NoRows):
        read(rows)
