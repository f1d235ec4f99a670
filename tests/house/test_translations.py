"""Every sentence that people read has its Chinese; with the same places to fill in."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CHINESE = ROOT / "exchange_app" / "translations" / "zh_Hans" / "LC_MESSAGES" / "messages.po"
KEYWORDS: dict[str, Any] = {**DEFAULT_KEYWORDS, "sentence": None, "sentences": (1, 2)}
PLACES = re.compile(r"%\((\w+)\)")
# The same in every language.
INTERNATIONAL = {"OK"}


@cache
def sentences() -> dict[Any, str]:
    """Every msgid in code and templates, with a place where it stands; a plural is a pair."""
    found: dict[Any, str] = {}
    for folder, ways in (
        ("exchange_app", [("**.py", "python")]),
        ("tasks", [("**.py", "python")]),
        ("templates", [("**.html", "jinja2"), ("**.txt", "jinja2")]),
    ):
        for file, line, message, _comments, _context in extract_from_dir(ROOT / folder, ways, keywords=KEYWORDS):
            found.setdefault(message, f"{folder}/{file}:{line}")
    return found


@cache
def chinese() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_Hans")


def test_there_is_something_to_translate() -> None:
    assert len(sentences()) > 200


def test_every_sentence_has_its_chinese() -> None:
    missing = {}
    for sentence, place in sentences().items():
        known = chinese().get(sentence[0] if isinstance(sentence, tuple) else sentence)
        written = (known.string if isinstance(known.string, tuple) else (known.string,)) if known else ()
        if not any(written):
            missing[place] = sentence
    assert missing == {}


def test_no_translation_is_a_guess() -> None:
    assert [message.id for message in chinese() if message.id and message.fuzzy] == []


def test_a_translation_fills_in_the_same_places() -> None:
    for message in chinese():
        if not message.id or not message.string:
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        known = {place for one in ids for place in PLACES.findall(one)}
        for written in message.string if isinstance(message.string, tuple) else (message.string,):
            assert set(PLACES.findall(written)) <= known, message.id
            # What one plural form leaves out ("one day"), the Chinese may leave out too; a single sentence, nothing.
            assert isinstance(message.id, tuple) or set(PLACES.findall(written)) == known, message.id


def test_a_translation_is_chinese() -> None:
    for message in chinese():
        for written in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id and written and re.search(r"[A-Za-z]{3}", str(message.id)) and written not in INTERNATIONAL:
                left = re.sub(r"%\(\w+\)[sd]", "", written)
                assert re.search(r"[\u4e00-\u9fff]", left) or not re.search(r"[A-Za-z]{3}", left), message.id
