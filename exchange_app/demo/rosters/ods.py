"""Writes the smallest .ods that is one: openpyxl knows only the formats of Excel."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from xml.sax.saxutils import escape, quoteattr

_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""
_CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


@dataclass(frozen=True)
class Merged:
    """A text over several rows; the cells it covers are written as None."""

    text: str
    rows: int


OdsCell = str | float | date | Merged | None


def ods_workbook(sheets: Iterable[tuple[str, Sequence[Sequence[OdsCell]]]]) -> bytes:
    """Sheets by name, each a list of rows."""
    tables = "".join(_table(name, rows) for name, rows in sheets)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "mimetype", _TYPE)
        _add(archive, "META-INF/manifest.xml", _MANIFEST)
        _add(archive, "content.xml", _CONTENT.format(tables=tables))
    return file.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """The type stands unpacked, as the format asks; no date is kept, so that the same rows give the same file."""
    member = zipfile.ZipInfo(name)
    member.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
    archive.writestr(member, text)


def _table(name: str, rows: Sequence[Sequence[OdsCell]]) -> str:
    body = "".join(f"<table:table-row>{''.join(map(_cell, row)) or _cell('')}</table:table-row>" for row in rows)
    return f"<table:table table:name={quoteattr(name)}>{body}</table:table>"


def _cell(value: OdsCell) -> str:
    if value is None:
        return "<table:covered-table-cell/>"
    if value == "":
        return "<table:table-cell/>"
    if isinstance(value, Merged):
        return _text_cell(value.text, f' table:number-rows-spanned="{value.rows}"')
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    if isinstance(value, str):
        return _text_cell(value)
    return f'<table:table-cell office:value-type="float" office:value="{value!r}"/>'


def _text_cell(text: str, more: str = "") -> str:
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string"{more}>{lines}</table:table-cell>'
