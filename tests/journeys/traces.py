"""Looking for words in everything that is left behind, however they were written down."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030")


def found_in(planted: Iterable[str], places: Mapping[str, bytes]) -> list[tuple[str, str, str]]:
    """Where which of the planted words stands, and how it is written there."""
    return [
        (place, word, how)
        for place, content in places.items()
        for word in planted
        for how, is_there in _looks(word, content, _packed(content))
        if is_there
    ]


def _packed(content: bytes) -> bytes:
    """Without what people put between digits."""
    return re.sub(rb"[\s\-.\x00]", b"", content)


def _looks(word: str, content: bytes, packed: bytes) -> Iterator[tuple[str, bool]]:
    for encoding in ENCODINGS:
        written = word.encode(encoding)
        yield encoding, written in content
        yield f"hex of {encoding}", written.hex().encode() in content or written.hex().upper().encode() in content
        yield f"base64 of {encoding}", any(part in packed for part in _in_base64(written))
    yield "without gaps", word.encode() in packed
    yield "as JSON", json.dumps(word)[1:-1].encode() in content
    yield "in an address", quote(word).encode() in content
    yield "as Python writes it", ascii(word)[1:-1].encode() in content


def _in_base64(written: bytes) -> Iterator[bytes]:
    """As it stands at each of the three places where a longer text may have it; what its neighbours change is left
    out. Both alphabets."""
    for before in range(3):
        coded = base64.b64encode(bytes(before) + written)
        whole = coded[4 if before else 0 : len(coded) // 4 * 4 - 4]
        yield whole
        yield whole.translate(bytes.maketrans(b"+/", b"-_"))


def files_below(*folders: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for folder in folders for path in folder.rglob("*") if path.is_file()}
