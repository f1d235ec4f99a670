"""The words of `words.toml`, each with what it means: schools have words of their own, and are added to there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from itertools import product
from pathlib import Path

from exchange_app.rosters.writing import squeeze

Words = Mapping[str, list[str]]

_CONTENT = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))


def meanings(words: Words) -> dict[str, str]:
    """Each word with what it means. Raises ValueError for a word that is listed under two meanings."""
    found: dict[str, str] = {}
    for meaning, alike in words.items():
        for word in alike:
            if found.setdefault(squeeze(word), meaning) != meaning:
                raise ValueError(f"words.toml: {word!r} cannot mean both {found[squeeze(word)]} and {meaning}")
    return found


def _joined(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return [a + b for a, b in product(first, second)]


def _people_words(phones: Words, guardian_names: Words) -> Words:
    return {
        "guardian_name": [*phones["guardian"], *_joined(phones["guardian"], guardian_names["words"])],
        "guardian_phone": [*phones["unsaid"], *_joined(phones["guardian"], phones["words"])],
        "second_phone": _joined(phones["second"], phones["words"]),
    }


COLUMN_BY_WORD = meanings(_CONTENT["columns"] | _people_words(_CONTENT["phones"], _CONTENT["guardian_names"]))
ROLE_BY_WORD = meanings(_CONTENT["roles"])
SEX_BY_WORD = meanings(_CONTENT["sexes"])
DOCUMENT_TYPE_BY_WORD = meanings(_CONTENT["documents"])
