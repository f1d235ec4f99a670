"""Pictures as files: an upload is looked at, turned upright, stripped of all it says about its maker and place, cut to
shape and kept in three widths.

Nothing of the uploaded file itself is kept: every file is written anew from its pixels.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from exchange_app.catalogue.errors import (
    PictureBroken,
    PictureNotStored,
    PictureTooLarge,
    PictureTooManyPixels,
    PictureTooSmall,
)

log = logging.getLogger(__name__)

MOST_BYTES = 8 * 1024 * 1024
MOST_PIXELS = 40_000_000
LEAST_WIDTH, LEAST_HEIGHT = 600, 400
FORMATS = ("JPEG", "PNG", "WEBP")
WIDTHS = (480, 960, 1600)
SHAPE = (3, 2)
WHOLE = "whole"  # uncut, for cutting it anew
VERSIONS = (*(str(width) for width in WIDTHS), WHOLE)
_LONGEST_SIDE = 2400
_HASH_DIGITS = 40


def read_picture(upload: BinaryIO) -> Image.Image:
    """The picture in an upload: upright, of ordinary colours, at most 2,400 pixels long, its pixels alone.

    Raises PictureTooLarge, PictureBroken (which it is too when it is no picture), PictureTooManyPixels or
    PictureTooSmall.
    """
    content = upload.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise PictureTooLarge(megabytes=MOST_BYTES // 1024 // 1024)
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            _check_size(picture.width, picture.height)  # as the file says, before anything is unpacked
            picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            return _only_pixels(picture)
    except Image.DecompressionBombError:
        raise PictureTooManyPixels(megapixels=MOST_PIXELS // 1_000_000) from None
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError):
        raise PictureBroken() from None


def _check_size(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise PictureTooManyPixels(megapixels=MOST_PIXELS // 1_000_000)
    if max(width, height) < LEAST_WIDTH or min(width, height) < LEAST_HEIGHT:
        raise PictureTooSmall(width=LEAST_WIDTH, height=LEAST_HEIGHT)


def _only_pixels(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    flat = _on_white(upright) if upright.has_transparency_data else upright
    plain = _in_ordinary_colours(flat, profile) if profile and flat.mode == "RGB" else flat.convert("RGB")
    plain.info.clear()
    return plain


def _on_white(picture: Image.Image) -> Image.Image:
    seen = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", seen.size, "white"), seen).convert("RGB")


def _in_ordinary_colours(picture: Image.Image, profile: bytes) -> Image.Image:
    """In sRGB: without its profile a photo of a modern telephone would look pale."""
    ordinary = ImageCms.createProfile("sRGB")
    try:
        found = ImageCms.profileToProfile(picture, io.BytesIO(profile), ordinary, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return picture
    return found or picture


def cut(picture: Image.Image, focus: tuple[int, int]) -> Image.Image:
    """The largest part of SHAPE; the focus says in per cent where in what is left over it lies, as `object-position`
    does in a browser."""
    wide, high = SHAPE
    width = min(picture.width, picture.height * wide // high)
    height = min(picture.height, picture.width * high // wide)
    left, top = (picture.width - width) * focus[0] // 100, (picture.height - height) * focus[1] // 100
    return picture.crop((left, top, left + width, top + height))


def store_picture(folder: Path, picture: Image.Image, focus: tuple[int, int], *, owner: str) -> str:
    """Write all versions; returns the name of their content, which no other owner's picture has. Raises
    PictureNotStored."""
    whole = _as_webp(picture)
    content = hashlib.sha256(f"{owner}:{focus[0]},{focus[1]}:".encode() + whole).hexdigest()[:_HASH_DIGITS]
    part = cut(picture, focus)
    files = {WHOLE: whole, **{str(width): _as_webp(_narrowed(part, width)) for width in WIDTHS}}
    for version, data in files.items():
        _write(path_of(folder, content, version), data)
    return content


def open_whole(folder: Path, content: str) -> Image.Image:
    """The uncut picture, to be cut anew. Raises PictureBroken when its file is gone."""
    try:
        with Image.open(path_of(folder, content, WHOLE), formats=("WEBP",)) as picture:
            return picture.convert("RGB")
    except OSError:
        raise PictureBroken() from None


def _narrowed(picture: Image.Image, width: int) -> Image.Image:
    """Never wider than it is."""
    wide, high = SHAPE
    narrow = min(width, picture.width)
    return picture.resize((narrow, narrow * high // wide), Image.Resampling.LANCZOS)


def _as_webp(picture: Image.Image) -> bytes:
    written = io.BytesIO()
    picture.save(written, "WEBP", quality=80, method=4)
    return written.getvalue()


def _write(path: Path, data: bytes) -> None:
    """All of it or nothing: a reader never sees half a file. Raises PictureNotStored."""
    unfinished = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        unfinished.replace(path)
    except OSError as fault:
        log.error("pictures: no file can be written: %s", fault.strerror)
        raise PictureNotStored() from None


def path_of(folder: Path, content: str, version: str) -> Path:
    return folder / content[:2] / f"{content}-{version}.webp"


def remove_files(folder: Path, content: str) -> None:
    for version in VERSIONS:
        path_of(folder, content, version).unlink(missing_ok=True)


def remove_strays(folder: Path, known: Iterable[str], *, before: float) -> int:
    """Remove the files that no photo names and that were written ``before`` (seconds since 1970): what a fault left
    behind. Returns how many."""
    names, removed = set(known), 0
    for path in folder.glob("??/*"):
        if path.stem.rpartition("-")[0] not in names and path.stat().st_mtime < before:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
