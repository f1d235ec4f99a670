"""Files that are no roster, or mean harm: each refused in one sentence, soon, and without taking the server with it."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from exchange_app.rosters import errors
from exchange_app.rosters.errors import RosterRefused
from exchange_app.rosters.reading import read_file, read_pasted
from exchange_app.rosters.sheets.kinds import LARGEST_FILE
from tests.rosters.spreadsheets import FILES, HEADER, PUPIL, lines, members_of, saved, xlsx, zipped

GOOD = xlsx([HEADER, PUPIL])
WORKSHEET = "xl/worksheets/sheet1.xml"


def refused(data: bytes, filename: str = "名册.xlsx") -> RosterRefused:
    began = time.monotonic()
    with pytest.raises(RosterRefused) as refusal:
        read_file(data, filename, frozenset(), today=date(2026, 11, 24))
    assert time.monotonic() - began < 15
    assert refusal.value.field == "roster_file"
    assert "%(" not in refusal.value.sentence
    return refusal.value


def with_member(name: str, content: bytes) -> bytes:
    return zipped(members_of(GOOD) | {name: content})


def as_locked_ods() -> bytes:
    manifest = b'<manifest:file-entry><manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    return zipped({"content.xml": b"\x00", "META-INF/manifest.xml": manifest})


def with_zip_password() -> bytes:
    """The flag of an encrypted member, in both places where a zip keeps it."""
    data = bytearray(GOOD)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def stray_cell_far_away() -> bytes:
    """Two cells so far apart that the table between them would need hundreds of gigabytes."""
    workbook = Workbook()
    workbook.worksheets[0]["A1"] = "姓名"
    workbook.worksheets[0]["XFD1048576"] = "班级"
    return saved(workbook)


def slow_to_understand() -> bytes:
    """Within every limit, and made of what regular expressions stumble over."""
    hard = ["(" * 900, "1" * 450 + "/" * 450, "x-" * 450, " ·" * 450, "1E" * 450, "<!--" * 200]
    return lines([HEADER, *([cell] * 5 for _ in range(60) for cell in hard)]).encode()


def merged_without_end() -> bytes:
    """Ten thousand merged cells, each over a million rows, and one cell on the last of them."""
    members = members_of(xlsx([HEADER, PUPIL]))
    merged = b"".join(b'<mergeCell ref="F%d:F1048576"/>' % row for row in range(3, 10_003))
    far = b'<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData><mergeCells>'
    members[WORKSHEET] = members[WORKSHEET].replace(b"</sheetData>", far + merged + b"</mergeCells>")
    return zipped(members)


def with_understated_sizes() -> bytes:
    """Unpacks to 60 MB, but its directory says 100 bytes."""
    data = bytearray(with_member(WORKSHEET, b"<worksheet>" + b" " * 60_000_000))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        member = archive.getinfo(WORKSHEET)
    true_size, small = member.file_size.to_bytes(4, "little"), (100).to_bytes(4, "little")
    return bytes(data).replace(true_size, small)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(b"", errors.NoRows, id="empty"),
        pytest.param(b" \r\n\t", errors.NoRows, id="blank"),
        pytest.param(b"x" * (LARGEST_FILE + 1), errors.RosterTooLarge, id="too large"),
        pytest.param(b"%PDF-1.7\n\x00\x01", errors.NotASpreadsheet, id="PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", errors.NotASpreadsheet, id="picture"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF", errors.NotASpreadsheet, id="photo"),
        pytest.param(b"Rar!\x1a\x07\x01\x00", errors.NotASpreadsheet, id="RAR"),
        pytest.param(zipped({"word/document.xml": b"<w/>"}), errors.NotASpreadsheet, id="Word document"),
        pytest.param(zipped({"a.txt": b"a"}), errors.NotASpreadsheet, id="archive"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
            errors.NotASpreadsheet,
            id="old Word",
        ),
        pytest.param(b"<?xml version='1.0'?><Workbook/>", errors.SavedAsXml, id="XML spreadsheet"),
        pytest.param(b"MIME-Version: 1.0\r\n", errors.SavedAsXml, id="web archive"),
        pytest.param((FILES / "locked.xlsx").read_bytes(), errors.PasswordProtected, id="xlsx with password"),
        pytest.param((FILES / "locked.xls").read_bytes(), errors.PasswordProtected, id="xls with password"),
        pytest.param(as_locked_ods(), errors.PasswordProtected, id="ods with password"),
        pytest.param(with_zip_password(), errors.PasswordProtected, id="zip with password"),
        pytest.param(with_member("xl/media/x.bin", bytes(21_000_000)), errors.UnpacksTooLarge, id="zip bomb"),
        pytest.param(
            zipped(members_of(GOOD) | {f"xl/x{number}": b"" for number in range(200)}),
            errors.UnpacksTooLarge,
            id="many members",
        ),
        pytest.param(with_member("xl/embeddings/x.xlsx", GOOD), errors.HoldsAnotherFile, id="a workbook in a workbook"),
        pytest.param(GOOD[: len(GOOD) // 2], errors.RosterDamaged, id="half a file"),
        pytest.param(with_member(WORKSHEET, b"<worksheet"), errors.RosterDamaged, id="broken XML"),
        pytest.param(with_understated_sizes(), errors.RosterDamaged, id="a directory that lies"),
        pytest.param(stray_cell_far_away(), errors.RosterDamaged, id="more memory than there is"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), errors.RosterDamaged, id="xls cut off"
        ),
        pytest.param(b"\xff\xff\xff\x80", errors.EncodingUnknown, id="no encoding we know"),
        pytest.param(b"<html><body>404</body></html>", errors.NoRows, id="a web page without a table"),
        pytest.param(("<table>" + "<td>x" * 300_000).encode(), errors.NoHeaderRow, id="an endless row"),
        pytest.param(("," * 1_000_000).encode(), errors.NoRows, id="nothing but separators"),
        pytest.param(("姓名,班级\n" + "x" * 500_000).encode(), errors.RosterDamaged, id="an endless cell"),
    ],
)
def test_a_file_that_is_no_roster_is_refused(data: bytes, expected: type[RosterRefused]) -> None:
    assert type(refused(data)) is expected


@pytest.mark.parametrize("make", [slow_to_understand, merged_without_end])
def test_a_file_made_to_be_slow_is_not(make: Callable[[], bytes]) -> None:
    data = make()
    began = time.process_time()
    reading = read_file(data, "名册", frozenset(), today=date(2026, 11, 24))
    assert reading.to_mend
    assert time.process_time() - began < 3


def test_the_refusal_names_the_file() -> None:
    assert "“秋游.pdf”" in refused(b"%PDF-1.7\n\x00", "秋游.pdf").sentence


def test_a_process_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    endless = tmp_path / "worker.py"
    endless.write_text("while True: pass\n")
    monkeypatch.setattr("exchange_app.rosters.sheets.workbook._WORKER", endless)
    monkeypatch.setattr("exchange_app.rosters.sheets.workbook.SECONDS", 1)
    assert type(refused(GOOD)) is errors.RosterDamaged


def test_too_much_pasted_text_is_refused_beside_its_field() -> None:
    with pytest.raises(errors.RosterTooLarge) as refusal:
        read_pasted(lines([HEADER, PUPIL], "\t") + "名" * LARGEST_FILE, frozenset(), today=date(2026, 11, 24))
    assert refusal.value.field == "roster_text"
