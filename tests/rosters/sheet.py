"""Rosters to hand in: cells as they are pasted, and the same as a workbook. The persons are invented."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook

HEADINGS = ("身份", "姓名", "班级", "监护人", "监护人电话", "备用电话")

Row = tuple[str, ...]


def pupil(number: int, **changes: str) -> Row:
    cells = {
        "role": "学生",
        "name": f"覃小{chr(0x4E00 + number)}",
        "class_name": "五年级2班",
        "guardian_name": f"覃大{chr(0x4E00 + number)}",
        "guardian_phone": f"1390000{number:04}",
        "second_phone": f"1391111{5000 + number:04}",
    }
    return tuple((cells | changes).values())


def teacher(number: int) -> Row:
    return ("带队教师", f"李老{chr(0x4E00 + number)}", "", "", f"1380000{number:04}", "")


def group(pupils: int, staff: int) -> list[Row]:
    return [*(pupil(number) for number in range(1, pupils + 1)), *(teacher(number) for number in range(1, staff + 1))]


def pasted(rows: Iterable[Row], headings: Row = HEADINGS) -> str:
    return "\n".join("\t".join(row) for row in [headings, *rows])


def workbook(rows: Iterable[Row], headings: Row = HEADINGS) -> BytesIO:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in [headings, *rows]:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    file.seek(0)
    return file
