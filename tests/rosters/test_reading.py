"""Rosters as schools hand them in: formats, encodings, layouts, and what becomes of each row."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from openpyxl import Workbook

from exchange_app.demo.rosters.ods import Merged, ods_workbook
from exchange_app.rosters.errors import ColumnsDiffer, NoRows, TooManyRows
from exchange_app.rosters.reading import Reading, read_file, read_pasted
from exchange_app.rosters.rules import Person, Role
from tests.rosters.spreadsheets import ANOTHER, FILES, HEADER, PUPIL, lines, saved, xlsb, xlsx

TODAY = date(2026, 11, 24)
EXPECTED = [Person(Role.PUPIL, *PUPIL), Person(Role.PUPIL, *ANOTHER)]


def read(data: bytes, *asked: str, filename: str = "roster") -> Reading:
    return read_file(data, filename, frozenset(asked), today=TODAY)


def persons(reading: Reading) -> list[Person]:
    assert [[str(problem) for problem in row.problems] for row in reading.to_mend] == []
    return [person for _, person in reading.right]


def rows_right(reading: Reading) -> list[int]:
    return [number for number, _ in reading.right]


TEXT = lines([HEADER, PUPIL, ANOTHER])
PHONES_AS_NUMBERS = [[*PUPIL[:3], 15407710001.0, PUPIL[4]], [*ANOTHER[:3], 15407710002.0, ANOTHER[4]]]
WEB_PAGE = "<html><head><meta charset=gb2312></head><body><table>{}</table></body></html>".format(
    "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) for row in (HEADER, PUPIL, ANOTHER))
)


@pytest.mark.parametrize("filename", ["名册.xlsx", "名册.xls", "名册.csv", "名册", ""])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(xlsx([HEADER, *PHONES_AS_NUMBERS]), id="xlsx"),
        pytest.param(xlsb([HEADER, *PHONES_AS_NUMBERS]), id="xlsb"),
        pytest.param(ods_workbook([("名册", [HEADER, *PHONES_AS_NUMBERS])]), id="ods"),
        pytest.param(TEXT.encode(), id="utf-8"),
        pytest.param(TEXT.encode("utf-8-sig"), id="utf-8 with mark"),
        pytest.param(TEXT.encode("gb18030"), id="gb18030"),
        pytest.param(lines([HEADER, PUPIL, ANOTHER], "\t").encode("utf-16"), id="Unicode text of Excel"),
        pytest.param(TEXT.encode("utf-16-be").join([b"\xfe\xff", b""]), id="utf-16 big-endian"),
        pytest.param(TEXT.replace("\r\n", "\r").encode(), id="line ends of an old Mac"),
        pytest.param(WEB_PAGE.encode("gb18030"), id="a web page"),
    ],
)
def test_the_same_roster_in_every_format_whatever_its_name(data: bytes, filename: str) -> None:
    reading = read(data, filename=filename)
    assert persons(reading) == EXPECTED
    assert rows_right(reading) == [2, 3]


@pytest.mark.parametrize("separator", [",", ";", "\t", "，", "；"])
def test_separators(separator: str) -> None:
    assert persons(read(lines([HEADER, PUPIL, ANOTHER], separator).encode())) == EXPECTED


def test_a_genuine_xls() -> None:
    """Written by xlwt: a title, merged classes, phones and dates as numbers, a remark, an empty second sheet."""
    reading = read((FILES / "roster.xls").read_bytes(), "birth_date", "document_number")
    assert [(number, person.name, person.class_name) for number, person in reading.right] == [
        (4, "𠮷野晴", "七（1）班"),
        (5, "阿依古丽·买买提", "七（1）班"),
    ]
    assert {person.birth_date for _, person in reading.right} == {date(2013, 3, 15)}
    (row,) = reading.to_mend
    assert (row.number, row.values["name"], row.values["class_name"]) == (6, "Vangz Genqdaz", "七（1）班")
    assert [(problem.field, "lost its last digits" in str(problem)) for problem in row.problems] == [
        ("document_number", True)
    ]


def test_merged_classes_cover_the_rows_below() -> None:
    covered = [[row[0], None, *row[2:]] for row in (ANOTHER, ["黄子墨", "", "黄秀芳", "15407710003", "0771-5400003"])]
    last = ["陆一鸣", None, "陆永强", "15407710004", "0771-5400004"]
    reading = read(xlsx([HEADER, PUPIL, *covered, last], merged=["B2:B4"]))
    assert [person.class_name for _, person in reading.right] == ["五年级1班"] * 3
    assert [(row.number, row.problems[0].field) for row in reading.to_mend] == [(5, "class_name")]

    rows = [HEADER, [PUPIL[0], Merged("五年级1班", 3), *PUPIL[2:]], *covered]
    assert {person.class_name for person in persons(read(ods_workbook([("名册", rows)])))} == {"五年级1班"}


def test_merged_cells_of_a_web_page_cover_the_rows_below() -> None:
    page = (
        "<table><tr><th colspan=5>名册<tr><th>姓名<th>班级<th>监护人<th>监护人电话<th>备用电话"
        "<tr><td>韦小岚<td rowspan=2>五年级1班<td>韦大山<td>15407710001<td>0771-5400001"
        "<tr><td>覃雨桐<td>覃建华<td>15407710002<td>0771-5400002</table>"
    )
    assert [person.class_name for person in persons(read(page.encode()))] == ["五年级1班"] * 2


def test_a_single_blank_class_is_an_omission_and_stays_one() -> None:
    third = ["黄子墨", "五年级3班", "黄秀芳", "15407710003", "0771-5400003"]
    reading = read(lines([HEADER, PUPIL, [ANOTHER[0], "", *ANOTHER[2:]], third]).encode())
    assert [(row.number, row.problems[0].field) for row in reading.to_mend] == [(3, "class_name")]


def test_empty_rows_sums_and_remarks_are_nobody_and_keep_the_count() -> None:
    blank = [""] * 6
    rows = [
        ["序号", *HEADER],
        blank,
        ["1", *PUPIL],
        blank,
        ["2", *ANOTHER],
        ["3", *blank[1:]],
        ["序号", *HEADER],
        ["合计", "学生2人", *blank[2:]],
        ["", "共2人", *blank[2:]],
        ["备注：以上同学均已通知家长", *blank[1:]],
        ["填表人：林静", "", "", "", "15407710009", ""],
        ["Total: 2", *blank[1:]],
    ]
    for data in (lines(rows).encode(), xlsx(rows), ods_workbook([("名册", rows)])):
        reading = read(data)
        assert persons(reading) == EXPECTED
        assert rows_right(reading) == [3, 5]


def test_a_remark_across_merged_cells_is_nobody() -> None:
    rows = [HEADER, PUPIL, ["以上名单经家长确认，如有变动请及时联系班主任。"]]
    assert persons(read(xlsx(rows, merged=["A3:E3"]))) == EXPECTED[:1]


def test_somebody_with_only_a_name_is_not_lost() -> None:
    reading = read(lines([HEADER, PUPIL, ["覃雨桐", "", "", "", ""]]).encode())
    assert [row.number for row in reading.to_mend] == [3]


def test_the_first_sheet_with_persons_is_read_and_others_are_named() -> None:
    more = {"空白": [HEADER], "五年级": [HEADER, PUPIL], "六年级": [HEADER, ANOTHER], "说明": [["姓名", "必填"]]}
    reading = read(xlsx([["封面"]], more_sheets=more))
    assert persons(reading) == EXPECTED[:1]
    assert reading.sheets_left_out == ("六年级",)


def test_hidden_sheets_are_not_read() -> None:
    workbook = Workbook()
    for sheet, rows in ((workbook.worksheets[0], [HEADER, ANOTHER]), (workbook.create_sheet("名册"), [HEADER, PUPIL])):
        for row in rows:
            sheet.append(row)
    workbook.worksheets[0].sheet_state = "hidden"
    workbook.active = 1
    assert persons(read(saved(workbook))) == EXPECTED[:1]


def test_a_table_may_begin_anywhere() -> None:
    workbook = Workbook()
    for row, values in ((5, HEADER), (6, PUPIL), (9, ANOTHER)):
        for column, value in enumerate(values, start=3):
            workbook.worksheets[0].cell(row, column, value)
    assert [(number, person.name) for number, person in read(saved(workbook)).right] == [(6, "韦小岚"), (9, "覃雨桐")]


def test_what_the_spreadsheet_made_of_numbers_and_dates() -> None:
    header = [*HEADER, "出生日期", "证件类型", "证件号码"]
    rows = [
        [*PUPIL[:3], 15407710001, 15407710009, datetime.fromisoformat("2013-03-15"), "护照", 123456789],
        [*ANOTHER[:3], "15407710002", "0771-5400002", 20130315, "居民身份证", 459900201303150017],
        [
            "黄子墨",
            datetime.fromisoformat("2026-07-01"),
            "黄秀芳",
            "15407710003",
            "0771-5400003",
            41348,
            "护照",
            "G1234567",
        ],
    ]
    reading = read(xlsx([header, *rows]), "birth_date", "document_type", "document_number")
    ((number, person),) = reading.right
    assert (number, person.guardian_phone, person.document_number) == (2, "15407710001", "123456789")
    assert person.birth_date == date(2013, 3, 15)
    assert [(row.number, [problem.field for problem in row.problems]) for row in reading.to_mend] == [
        (3, ["document_number"]),
        (4, ["class_name"]),
    ]
    assert reading.to_mend[1].values["birth_date"] == "41348"


def test_quoted_cells_may_hold_separators_and_line_breaks() -> None:
    text = lines([HEADER, ['"韦小岚"', '"五年级\n1班"', *PUPIL[2:]], ['="覃雨桐"', *ANOTHER[1:]]])
    reading = read(text.encode())
    assert [person.class_name for person in persons(reading)] == ["五年级 1班", ANOTHER[1]]
    assert rows_right(reading) == [2, 3]


def test_a_stray_quotation_mark_swallows_nobody() -> None:
    reading = read(lines([HEADER, ['"韦小岚', *PUPIL[1:]], ANOTHER]).encode())
    assert [row.number for row in reading.to_mend] == [2]
    assert rows_right(reading) == [3]


def test_the_same_person_twice_names_the_first_row() -> None:
    again = [f" {PUPIL[0]} ", "五年级 1班", "韦玉兰", "15407710008", "0771-5400008"]
    reading = read(lines([HEADER, PUPIL, again, ANOTHER]).encode())
    assert rows_right(reading) == [2, 4]
    (row,) = reading.to_mend
    assert (row.number, str(row.problems[0]).startswith("Row 2 names the same person.")) == (3, True)


def test_two_of_one_name_can_be_told_apart() -> None:
    first, second = ["韦小岚（大）", *PUPIL[1:]], ["韦小岚（小）", *PUPIL[1:]]
    assert len(persons(read(lines([HEADER, first, second]).encode()))) == 2


def test_the_same_document_twice_is_one_mistake_too_many() -> None:
    header = [*HEADER, "证件号码"]
    rows = [[*PUPIL, "459900201303150017"], [*ANOTHER, "459900201303150017"]]
    (row,) = read(lines([header, *rows]).encode(), "document_number").to_mend
    assert str(row.problems[0]) == "Row 2 has the same document number."


def many(count: int) -> bytes:
    names = (chr(0x4E00 + number) for number in range(count))
    return lines([HEADER, *([f"韦{name}", *PUPIL[1:]] for name in names)]).encode()


def test_a_thousand_persons_and_no_more() -> None:
    assert len(persons(read(many(1_000)))) == 1_000
    for count in (1_001, 5_000):
        with pytest.raises(TooManyRows, match="too-many-rows") as refusal:
            read(many(count))
        assert "1000 persons" in refusal.value.sentence


def test_pasted_cells_with_their_header() -> None:
    reading = read_pasted(lines([["名册"], HEADER, PUPIL, ANOTHER], "\t"), frozenset(), today=TODAY)
    assert persons(reading) == EXPECTED
    assert rows_right(reading) == [3, 4]


@pytest.mark.parametrize("role", [["学生"], []])
def test_pasted_cells_without_header_stand_in_the_order_of_the_template(role: list[str]) -> None:
    text = lines([[*role, *PUPIL], [*role, *ANOTHER]], "\t")
    reading = read_pasted(text, frozenset(), today=TODAY)
    assert persons(reading) == EXPECTED
    assert rows_right(reading) == [1, 2]


def test_a_pasted_cell_of_several_lines_is_one_cell() -> None:
    text = f'韦小岚\t"五年级\r\n1班"\t{PUPIL[2]}\t{PUPIL[3]}\t{PUPIL[4]}\r\n'
    assert persons(read_pasted(text, frozenset(), today=TODAY))[0].class_name == "五年级 1班"


@pytest.mark.parametrize("text", [lines([PUPIL[:4]], "\t"), lines([[*PUPIL, "壮族", "广西"]], "\t"), "韦小岚"])
def test_pasted_cells_that_do_not_fit_the_template_are_refused(text: str) -> None:
    with pytest.raises(ColumnsDiffer) as refusal:
        read_pasted(text, frozenset(), today=TODAY)
    assert refusal.value.field == "roster_text"
    assert "the template has 6" in refusal.value.sentence


@pytest.mark.parametrize("text", ["", " \r\n\t\r\n"])
def test_nothing_pasted_is_refused(text: str) -> None:
    with pytest.raises(NoRows) as refusal:
        read_pasted(text, frozenset(), today=TODAY)
    assert refusal.value.field == "roster_text"
