"""What a file is, told by its content: a name can be wrong, and an .xls is often a web page or a CSV."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from enum import StrEnum

from exchange_app.rosters.errors import (
    EncodingUnknown,
    HoldsAnotherFile,
    NoRows,
    NotASpreadsheet,
    PasswordProtected,
    RosterDamaged,
    RosterTooLarge,
    SavedAsXml,
    UnpacksTooLarge,
)

MEGABYTE = 1_000_000
LARGEST_FILE = 2 * MEGABYTE
LARGEST_UNPACKED = 20 * MEGABYTE
# A workbook has two or three members a sheet and about ten of its own; a school may keep a sheet for every class.
MOST_MEMBERS = 200


class Kind(StrEnum):
    WORKBOOK = "workbook"
    WEB_PAGE = "web_page"
    TEXT = "text"


_ZIP = b"PK"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ARCHIVE = re.compile(r".*\.(?:zip|rar|7z|gz|bz2|xz|tar|jar|docx|pptx|xls|xlsx|xlsm|xlsb|ods|odt)", re.IGNORECASE)
# In the workbook stream of an .xls: the record that begins it, then (perhaps after a write protection) FILEPASS.
_LOCKED_XLS = re.compile(rb"\x09\x08(?:\x10\x00.{16}|\x08\x00.{8})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f\x7f]")
_END_OF_DOS_FILE = b"\x1a"
_UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_WEB_PAGE = re.compile(r"<(?:html|body|table)\b", re.IGNORECASE)
_XML_SPREADSHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_WEB_ARCHIVE = "mime-version:"


def kind_of(data: bytes, filename: str) -> Kind:
    """Whether these bytes are a workbook, a web page with a table, or text with separators.

    Raises a RosterRefused for everything else, for what is too large, and for what is locked with a password.
    """
    if len(data) > LARGEST_FILE:
        raise RosterTooLarge(limit=LARGEST_FILE // MEGABYTE)
    if not data.strip():
        raise NoRows()
    if data.startswith(_ZIP):
        _check_archive(data, filename)
        return Kind.WORKBOOK
    if data.startswith(_COMPOUND):
        _check_compound(data, filename)
        return Kind.WORKBOOK
    text = decoded(data, filename)
    return _kind_of_text(text.lstrip())


def _kind_of_text(text: str) -> Kind:
    if text.startswith("<"):
        if _XML_SPREADSHEET in text or not _WEB_PAGE.search(text):
            raise SavedAsXml()
        return Kind.WEB_PAGE
    if text[: len(_WEB_ARCHIVE)].lower() == _WEB_ARCHIVE:
        raise SavedAsXml()
    return Kind.TEXT


def decoded(data: bytes, filename: str) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or in GB18030.

    Raises NotASpreadsheet or EncodingUnknown.
    """
    if data.startswith(_UTF_16_MARKS):
        return _decoded_as("utf-16", data)
    if _CONTROL_BYTES.search(data):
        raise NotASpreadsheet(filename=filename)
    try:
        return data.rstrip(_END_OF_DOS_FILE).decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decoded_as("gb18030", data.rstrip(_END_OF_DOS_FILE))


def _decoded_as(encoding: str, data: bytes) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise EncodingUnknown() from None


def _check_archive(data: bytes, filename: str) -> None:
    """Look into the directory of the archive only; nothing is unpacked before it is known to be small."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            _check_members(members, filename)
            _check_manifest(archive)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zlib.error):
        raise RosterDamaged() from None


def _check_members(members: list[zipfile.ZipInfo], filename: str) -> None:
    names = {member.filename for member in members}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        raise NotASpreadsheet(filename=filename)
    if any(member.flag_bits & 1 for member in members):
        raise PasswordProtected()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise UnpacksTooLarge()
    if any(_ARCHIVE.fullmatch(name) for name in names):
        raise HoldsAnotherFile()


def _check_manifest(archive: zipfile.ZipFile) -> None:
    """An .ods with a password says so in its manifest."""
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise PasswordProtected()


def _check_compound(data: bytes, filename: str) -> None:
    """The container of .xls is also that of old Word files, and of every newer Office file with a password."""
    if "EncryptedPackage".encode("utf-16-le") in data or _LOCKED_XLS.search(data):
        raise PasswordProtected()
    if not any(stream.encode("utf-16-le") in data for stream in ("Workbook", "Book")):
        raise NotASpreadsheet(filename=filename)
