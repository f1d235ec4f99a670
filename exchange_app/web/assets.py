"""Static files: their addresses carry a hash of the content, so that browsers may keep them for ever."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, url_for
from markupsafe import Markup

HASH_DIGITS = 12


def name_assets_by_content(app: Flask) -> None:
    """Let `url_for('static', filename=…)` add the hash."""

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and "v" not in values:
            values["v"] = content_hash(values["filename"])


def content_hash(filename: str) -> str | None:
    """The hash of a static file's content; None if there is no such file."""
    path = Path(str(current_app.static_folder)) / filename
    try:
        status = path.stat()
    except OSError:
        return None
    return _hash(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=256)
def _hash(path: Path, _changed_at: int, _size: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:HASH_DIGITS]


def icon(name: str) -> Markup:
    """One of the icons named in static/icons.txt. It is an ornament: the words beside it say what is meant."""
    if "icons" not in g:
        g.icons = url_for("static", filename="vendor/icons.svg")
    return _drawn(g.icons, name)


@lru_cache(maxsize=512)
def _drawn(sprite: str, name: str) -> Markup:
    drawing = Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>')
    return drawing.format(sprite, name)
