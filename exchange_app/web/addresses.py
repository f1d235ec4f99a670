"""Addresses of this site: to come back to, after signing in or after changing the language, and what they may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException
from werkzeug.routing import IntegerConverter, Map

# A path of this site. Not `//host` or `/\host`, which browsers take for another site, and no spaces or control
# characters, which they leave out.
LOCAL_PATH = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]*")


HIGHEST_ROW = 2**63 - 1


class RowNumber(IntegerConverter):
    """`<int:…>` in an address: a row's id. A number that no row can have is no address."""

    def __init__(self, map: Map) -> None:
        super().__init__(map, max=HIGHEST_ROW)


def row_number(typed: str) -> int:
    """A row's id after the question mark of an address. Raises ValueError for what no row can have."""
    number = int(typed)
    if not 0 <= number <= HIGHEST_ROW:
        raise ValueError(typed)
    return number


def safe_next(wanted: str | None) -> str | None:
    """The address to go on to if it is a path of this site, else None."""
    return wanted if wanted and LOCAL_PATH.fullmatch(wanted) else None


def narrowed_since(wanted: str | None) -> str | None:
    """The address of the page that sent this form, as `safe_next` has it, with what its list was narrowed down by since
    the page was made: htmx changes the browser's address and not the form."""
    shown = urlsplit(request.headers.get("Referer", ""))
    is_same_page = bool(wanted) and shown.path == urlsplit(wanted).path
    return safe_next(f"{shown.path}?{shown.query}".rstrip("?") if is_same_page else wanted)


def asking_on(path: str, changes: Mapping[str, Any]) -> str:
    """``path`` with what the present address asks for after its question mark, changed so; None takes something out.

    Anybody may ask for anything there, `endpoint` and `_scheme` too, which `url_for` would take for its own.
    """
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    query = urlencode([*kept, *((name, value) for name, value in changes.items() if value is not None)], doseq=True)
    return f"{path}?{query}" if query else path


def here() -> str:
    """The page that the reader sees, as a path that can be opened again; the home page where there is none."""
    if "HX-Request" in request.headers:
        shown = urlsplit(request.headers.get("HX-Current-URL", ""))
        return safe_next(f"{shown.path}?{shown.query}".rstrip("?")) or "/"
    if request.method in ("GET", "HEAD"):
        return safe_next(request.full_path.rstrip("?")) or "/"
    return safe_next(request.path) or "/" if _can_be_opened(request.path) else "/"


def _can_be_opened(path: str) -> bool:
    """Whether there is a page at ``path``; some addresses only take a form."""
    adapter = request_ctx.url_adapter
    try:
        return adapter is not None and adapter.match(path, method="GET") is not None
    except HTTPException:
        return False
