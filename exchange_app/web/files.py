"""Pages that take files, which are larger than what other pages' forms may hold, and that hand them out again."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request, send_file

View = TypeVar("View", bound=Callable[..., Any])

FILE_POLICY = "default-src 'none'; sandbox"


def takes_file(most_bytes: int) -> Callable[[View], View]:
    """For a view whose form has a file of at most so many bytes. Twice as much gets in: what is a little too large gets
    its sentence beside the field."""

    def mark(view: View) -> View:
        view.room_for_file = 2 * most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def let_files_in(app: Flask) -> None:
    app.url_value_preprocessor(_make_room)


def _make_room(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form."""
    room = getattr(current_app.view_functions.get(endpoint or ""), "room_for_file", None)
    if room is not None and request.method == "POST":
        request.max_content_length = room


def hand_out(content: bytes, content_type: str, filename: str) -> Response:
    """What somebody uploaded, to be saved and never shown by us; whether the reader may have it is asked each time."""
    digest = sha256(content).hexdigest()
    answer = send_file(BytesIO(content), content_type, as_attachment=True, download_name=filename, etag=digest)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer
