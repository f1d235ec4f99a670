"""Reads content/*.toml. A table with a value per language becomes a Translated wherever it stands."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from exchange_app.core.text import DEFAULT_LANGUAGE, Translated

CONTENT = Path(__file__).parent / "content"


def read(name: str) -> dict[str, Any]:
    """The content of one file, fresh, so that a reader may take it apart."""
    with (CONTENT / f"{name}.toml").open("rb") as file:
        content: dict[str, Any] = _translate(tomllib.load(file))
    return content


def _translate(value: Any) -> Any:
    if isinstance(value, list):
        return [_translate(entry) for entry in value]
    if isinstance(value, dict):
        return Translated(value) if DEFAULT_LANGUAGE in value else {key: _translate(one) for key, one in value.items()}
    return value
