"""Sentences that people read, and content that organisers write in more than one language.

Sentences are written in English in the code and translated through gettext; they are lazy, so that a refusal raised
in a service is worded in the language of whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_babel import force_locale, get_locale, lazy_gettext, lazy_ngettext
from flask_babel.speaklater import LazyString
from markupsafe import escape
from sqlalchemy import JSON
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

LANGUAGES = ("zh_Hans", "en")
DEFAULT_LANGUAGE = "zh_Hans"

sentence = lazy_gettext
sentences = lazy_ngettext
worded_later = LazyString  # a function and its arguments, called in the reader's language


_spoken: ContextVar[str | None] = ContextVar("spoken", default=None)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Everything that the block words is in this language, whatever the reader of a page chose."""
    before = _spoken.set(language if language in LANGUAGES else None)
    try:
        with force_locale(language):
            yield
    finally:
        _spoken.reset(before)


def current_language() -> str:
    """The reader's language, one of LANGUAGES. What `speaking` names is known at once: a letter asks 200 times."""
    if spoken := _spoken.get():
        return spoken
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else DEFAULT_LANGUAGE


class Translated(dict[str, str]):
    """Content with a value per language, keyed by the names in LANGUAGES. As a string it is the reader's language.

    A language that nobody has written yet falls back to the one that was.
    """

    def __init__(self, values: Mapping[str, str] | None = None, **by_language: str) -> None:
        super().__init__({**(values or {}), **by_language})

    def __bool__(self) -> bool:
        """Whether anything is written, in any language."""
        return any(self.values())

    def in_language(self, language: str) -> str:
        return self.get(language) or next((text for text in self.values() if text), "")

    def __str__(self) -> str:
        return self.in_language(current_language())

    def __html__(self) -> str:
        return str(escape(str(self)))


class TranslatedText(TypeDecorator[Translated]):
    """A JSON column that holds a Translated."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> dict[str, str] | None:
        return None if value is None else dict(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Translated | None:
        return None if value is None else Translated(value)


def in_every_language(words: object) -> Translated:
    """A lazy sentence as it reads in each language, for keeping."""
    worded = {}
    for language in LANGUAGES:
        with speaking(language):
            worded[language] = str(words)
    return Translated(worded)
