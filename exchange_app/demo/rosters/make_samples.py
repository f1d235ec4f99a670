"""Writes the sample rosters of this folder: `python -m exchange_app.demo.rosters.make_samples`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from stdnum.cn.ric import calc_check_digit

from exchange_app.demo.rosters.ods import Merged, OdsCell, ods_workbook

FOLDER = Path(__file__).parent
TITLE = "各族青少年交流计划研学活动名册（演示，人名和号码均为虚构）"
FILLED_IN = "填报单位：演示学校    填报人：林静    联系电话：0771-0400000"
HEADER = ("序号", "姓名", "年级班级", "监护人\n姓名", "监护人电话（必填）", "备用电话*", "身份")
DOCUMENT_HEADER = ("证件类型", "证件号码")

FIRST_CLASS = ("韦小岚", "覃雨桐", "黄子墨", "陆𬍛", "农佳怡", "蒙思远", "梁可心", "李沐阳")
SECOND_CLASS = ("阿依古丽·买买提", "卢浩然", "莫诗涵", "潘嘉树", "罗星辰", "甘雨霏", "韦㐂", "零子航")
THIRD_CLASS = ("Vangz Genqdaz", "班晨曦", "廖书瑶", "谭俊熙", "周予安", "赵清扬", "苏念", "杨果果")
STAFF = ("林静", "何志刚", "宋雅琴")
LARGER_CLASSES = (
    ("七年级1班", ("黄静姝", "农家栋", "韦欣妍", "陆海生", "梁丹宁", "许知行", "覃若彤", "麻子健", "冯一诺", "邓嘉禾")),
    (
        "七年级2班",
        (
            "Lij Vwnzmingz",
            "吕思琪",
            "凌霄",
            "古丽娜尔·阿不都",
            "何雨泽",
            "赵𫖯",
            "玉婷婷",
            "方家骏",
            "滕小满",
            "龙飞扬",
        ),
    ),
    ("八年级1班", ("岑梓涵", "施文博", "侬秀英", "秦朗", "唐果", "温若兰", "区靖", "石磊", "叶知秋", "姚思羽")),
)
LARGER_STAFF = ("黄国栋", "农丽华", "Mary Ann O'Neil", "覃建明")

ON_A_PASSPORT = "李沐阳"


@dataclass(frozen=True)
class Sample:
    """One invented person; everything but the name follows from ``number``."""

    number: int
    name: str
    class_name: str = ""

    @property
    def is_staff(self) -> bool:
        return not self.class_name

    @property
    def guardian(self) -> str:
        if self.is_staff:
            return ""
        if "·" in self.name:
            return f"{self.name.split('·')[1]}·吐尔逊"
        family, given = (self.name.split()[0] + " ", "Daihsan") if " " in self.name else (self.name[0], "")
        return family + (given or ("大山", "玉兰", "建华", "秀芳", "永强", "桂英")[self.number % 6])

    @property
    def phone(self) -> str:
        return f"1540771{self.number:04}"

    @property
    def second_phone(self) -> str:
        return "" if self.is_staff else f"0771-04{self.number:05}"

    @property
    def role(self) -> str:
        return "带队教师" if self.is_staff else "学生"

    @property
    def document(self) -> tuple[str, str]:
        if self.name == ON_A_PASSPORT:
            return "护照", f"X{self.number:08}"
        year = 1985 if self.is_staff else 2014
        start = f"459900{year}{self.number % 12 + 1:02}{self.number % 28 + 1:02}{self.number:03}"
        return "居民身份证", start + calc_check_digit(start + "0")

    def cells(self) -> list[str]:
        return [str(self.number), self.name, self.class_name, self.guardian, self.phone, self.second_phone, self.role]


def group(classes: Sequence[tuple[str, Sequence[str]]], staff: Sequence[str]) -> list[Sample]:
    named = [(name, class_name) for class_name, names in classes for name in names] + [(name, "") for name in staff]
    return [Sample(number, name, class_name) for number, (name, class_name) in enumerate(named, start=1)]


SMALLER_GROUP = group((("五年级1班", FIRST_CLASS), ("五年级2班", SECOND_CLASS), ("五年级3班", THIRD_CLASS)), STAFF)
LARGER_GROUP = group(LARGER_CLASSES, LARGER_STAFF)


def excel_roster(people: Sequence[Sample], *, with_documents: bool) -> bytes:
    """A workbook as a school office makes it: title, who filled it in, header, merged classes, sum."""
    header = HEADER + DOCUMENT_HEADER if with_documents else HEADER
    workbook = Workbook()
    sheet = workbook.worksheets[0]
    sheet.title = "名册"
    sheet.append([TITLE])
    sheet.append([FILLED_IN])
    sheet.append(header)
    for person in people:
        sheet.append([person.number, *person.cells()[1:], *(person.document if with_documents else ())])
    sheet.append(["合计", f"学生{sum(not person.is_staff for person in people)}人"])
    for row in (1, 2):
        sheet.merge_cells(start_row=row, end_row=row, start_column=1, end_column=len(header))
        sheet.cell(row, 1).alignment = Alignment(horizontal="center")
    for first, last in class_blocks(people):
        sheet.merge_cells(start_row=first + 4, end_row=last + 4, start_column=3, end_column=3)
    for column in range(1, len(header) + 1):
        sheet.cell(3, column).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(column)].width = 8 if column == 1 else 22
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def class_blocks(people: Sequence[Sample]) -> Iterator[tuple[int, int]]:
    """First and last position of each run of pupils of one class."""
    for name in dict.fromkeys(person.class_name for person in people if not person.is_staff):
        positions = [position for position, person in enumerate(people) if person.class_name == name]
        yield positions[0], positions[-1]


def libre_roster(people: Sequence[Sample]) -> bytes:
    rows: list[list[OdsCell]] = [[TITLE], [], list(HEADER)]
    rows += [[float(person.number), *person.cells()[1:]] for person in people]
    for first, last in class_blocks(people):
        rows[first + 3][2] = Merged(people[first].class_name, last - first + 1)
        for covered in rows[first + 4 : last + 4]:
            covered[2] = None
    return ods_workbook([("名册", rows)])


def mistaken_roster(people: Sequence[Sample]) -> bytes:
    """A CSV saved by a Chinese Excel, with one mistake of each kind that happens."""
    rows = [[*person.cells(), *person.document] for person in people]
    rows[2][4] = rows[2][4][:-1]  # a digit too few
    rows[5][3] = ""  # no guardian
    rows[9][4] = "1.54E+10"  # shown too narrow when it was saved
    rows[11][8] = "4.599E+17"  # the same, and not to be had back
    rows[13][4] = f"{rows[13][4]}/15407719999"  # two numbers in one cell
    rows[17][1] += "2"  # a name with a digit
    rows[20][1:7] = rows[19][1:7]  # the same child twice
    lines = io.StringIO(newline="")
    csv.writer(lines).writerows([[TITLE], [*HEADER, *DOCUMENT_HEADER], *rows, ["备注：证件号码仅用于购票"]])
    return lines.getvalue().encode("gb18030")


def main() -> None:
    (FOLDER / "roster-24-3.xlsx").write_bytes(excel_roster(SMALLER_GROUP, with_documents=False))
    (FOLDER / "roster-24-3-rail.xlsx").write_bytes(excel_roster(SMALLER_GROUP, with_documents=True))
    (FOLDER / "roster-30-4.ods").write_bytes(libre_roster(LARGER_GROUP))
    (FOLDER / "roster-with-mistakes.csv").write_bytes(mistaken_roster(SMALLER_GROUP))


if __name__ == "__main__":
    main()
