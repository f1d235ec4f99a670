"""Text goes over the wire compressed, where the browser takes it: style sheets, scripts and drawings, and pages that
everybody may read.

A page that says "no-store" holds what somebody may not know: how well it compresses together with what an attacker
puts into its address would give that away (BREACH), so it goes as it is.
"""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request

TEXTS = frozenset({"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"})
SHORTEST = 1000  # bytes; what fits into one packet gains nothing
QUICKLY = 4
ONCE_FOR_ALL = 9


def compress_answers(app: Flask) -> None:
    """To be called before whatever sets the headers: what is called later sees the answer earlier."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in TEXTS or response.status_code != 200 or response.content_encoding:
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"] or response.cache_control.no_store or "Range" in request.headers:
        return response
    if (response.content_length or 0) < SHORTEST:
        return response
    if request.endpoint == "static":
        response.direct_passthrough = False
        response.set_data(_compressed_file((request.view_args or {})["filename"]))
    else:
        response.set_data(gzip.compress(response.get_data(), QUICKLY, mtime=0))
    response.content_encoding = "gzip"
    tag, _is_weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same text, but not the same bytes
    return response


def _compressed_file(filename: str) -> bytes:
    path = Path(str(current_app.static_folder)) / filename
    status = path.stat()
    return _compress_file(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _compress_file(path: Path, _changed_at: int, _size: int) -> bytes:
    return gzip.compress(path.read_bytes(), ONCE_FOR_ALL, mtime=0)
