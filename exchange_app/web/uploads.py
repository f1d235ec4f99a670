"""Pages that take files, which are larger than what other pages' forms may hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])


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
