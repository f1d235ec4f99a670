"""Files that are kept as papers: what they are is read from their content, never from what a browser says of them.

Pictures are written anew from their pixels, so that a photo of a paper tells nobody where and with what it was taken.
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from exchange_app.partners.errors import PaperTooLarge, PaperUnknown

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_NAME = 100
PICTURES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp")}
SEVERAL = "MPO"  # a JPEG of a telephone that has a second picture in it; the first one is the photo
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
# By the folder that each has inside.
OFFICE = {
    "word/": ("docx", f"{_OPEN_XML}.wordprocessingml.document"),
    "xl/": ("xlsx", f"{_OPEN_XML}.spreadsheetml.sheet"),
    "ppt/": ("pptx", f"{_OPEN_XML}.presentationml.presentation"),
}
OFD = "OFD.xml"  # GB/T 33190: how offices keep what they have sealed
ACCEPTED = ".pdf,.ofd,.docx,.xlsx,.pptx,.jpg,.jpeg,.png,.webp"


@dataclass(frozen=True, slots=True)
class PaperFile:
    filename: str
    content_type: str
    content: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def read_paper(upload: BinaryIO, filename: str) -> PaperFile:
    """Raises PaperTooLarge or PaperUnknown."""
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PaperTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    if content.startswith(b"%PDF-"):
        return PaperFile(_named(filename, "pdf"), "application/pdf", content)
    if content.startswith(b"PK\x03\x04"):
        ending, content_type = _office_type(content)
        return PaperFile(_named(filename, ending), content_type, content)
    return _read_picture(content, filename)


def _office_type(content: bytes) -> tuple[str, str]:
    """Raises PaperUnknown, for a document with macros too."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError):
        raise PaperUnknown() from None
    if OFD in names:
        return "ofd", "application/ofd"
    if "[Content_Types].xml" not in names or any(name.lower().endswith(".bin") for name in names if "vba" in name):
        raise PaperUnknown()
    for folder, known in OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return known
    raise PaperUnknown()


def _read_picture(content: bytes, filename: str) -> PaperFile:
    try:
        with Image.open(io.BytesIO(content), formats=tuple(PICTURES)) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise PaperUnknown()
            kind = "JPEG" if picture.format == SEVERAL else str(picture.format)
            upright = ImageOps.exif_transpose(picture)
            plain = upright if kind == "PNG" and upright.mode in ("L", "RGB", "RGBA") else upright.convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError, EOFError):
        raise PaperUnknown() from None
    plain.info.clear()
    written = io.BytesIO()
    plain.save(written, kind, quality=90)
    ending, content_type = PICTURES[kind]
    return PaperFile(_named(filename, ending), content_type, written.getvalue())


def _named(filename: str, ending: str) -> str:
    """The name without a path, without what a header or a file system could trip over, and with the right ending."""
    stem = re.split(r"[\\/]", unicodedata.normalize("NFC", filename))[-1].rpartition(".")[0] or "paper"
    readable = re.sub(r"[^\w\-.() ·（）《》]+", "_", stem).strip(" ._")
    return f"{readable[:LONGEST_NAME] or 'paper'}.{ending}"
