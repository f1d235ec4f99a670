"""Spreadsheets for tests, made as the programs of schools make them. `files/` holds those that need such a program:
`roster.xls` and `locked.xls` (BIFF8, the latter with a FILEPASS record), `locked.xlsx` (encrypted with a password)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

FILES = Path(__file__).with_name("files")

HEADER = ["姓名", "班级", "监护人", "监护人电话", "备用电话"]
PUPIL = ["韦小岚", "五年级1班", "韦大山", "15407710001", "0771-5400001"]
ANOTHER = ["覃雨桐", "五年级2班", "覃建华", "15407710002", "0771-5400002"]


def xlsx(
    rows: Iterable[Sequence[Any]],
    *,
    merged: Sequence[str] = (),
    more_sheets: Mapping[str, Iterable[Sequence[Any]]] = MappingProxyType({}),
) -> bytes:
    workbook = Workbook()
    _fill(workbook.worksheets[0], rows)
    for region in merged:
        workbook.worksheets[0].merge_cells(region)
    for title, more in more_sheets.items():
        _fill(workbook.create_sheet(title), more)
    return saved(workbook)


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Any]]) -> None:
    """Texts stay texts, also those that begin like a formula."""
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(number, column, value)
            cell.data_type = "s" if isinstance(value, str) else cell.data_type


def saved(workbook: Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def lines(rows: Iterable[Sequence[str]], separator: str = ",") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def members_of(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def xlsb(rows: Sequence[Sequence[str | float]]) -> bytes:
    """The binary cousin of .xlsx, record by record ([MS-XLSB])."""
    book = _record(131) + _record(143) + _record(156, struct.pack("<II", 0, 1) + _text("rId1") + _text("名册"))
    size = struct.pack("<IIII", 0, len(rows) - 1, 0, max(map(len, rows)) - 1)
    sheet = _record(129) + _record(148, size) + _record(145)
    for number, row in enumerate(rows):
        sheet += _record(0, struct.pack("<I", number) + bytes(21))
        for column, value in enumerate(row):
            place = struct.pack("<II", column, 0)
            if isinstance(value, float):
                sheet += _record(5, place + struct.pack("<d", value))
            elif value:
                sheet += _record(6, place + _text(value))
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return zipped(
        {
            "xl/_rels/workbook.bin.rels": (
                '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                f'<Relationship Id="rId1" Type="{relations}/worksheet" Target="worksheets/sheet1.bin"/></Relationships>'
            ).encode(),
            "xl/workbook.bin": book + _record(144) + _record(132),
            "xl/worksheets/sheet1.bin": sheet + _record(146) + _record(130),
        }
    )


def _record(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, rest = b"", len(body)
    while rest > 0x7F:
        length += bytes([rest & 0x7F | 0x80])
        rest >>= 7
    return head + length + bytes([rest]) + body


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-le")
    return struct.pack("<I", len(encoded) // 2) + encoded
