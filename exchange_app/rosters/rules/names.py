"""Names, and the short texts beside them. A name is one field, kept as its bearer writes it."""

from __future__ import annotations

import re
import unicodedata

from exchange_app.core.text import sentence
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.writing import begins_a_formula, has_control_characters, one_line, without_invisible

NAME_LENGTH = 50
CLASS_LENGTH = 50
NOTE_LENGTH = 500

# The dots that stand for U+00B7 between the parts of a name: notice of twelve ministries, 2016.
_DOTS = str.maketrans(dict.fromkeys("‧•・．･", "·"))
_SPACED_DOT = re.compile(r"\s*·\s*")
_TEXT_MARK = re.compile(r"^['‘’`]+(?![A-Za-zÀ-ɏ])")
_BESIDE_LETTERS = frozenset(" ·'’ʼ-‐‑.()（）〇")
_LOST_CHARACTERS = frozenset("?？\ufffd□")
_DATE_FOR_CLASS = re.compile(r"\d{4}-\d{2}-\d{2}(?: 00:00:00)?")
_NOTHING = frozenset({"无", "没有", "否", "none", "no", "n/a", "-", "--", "—", "——", "/", "\\"})


def normalise_name(text: str) -> str:
    """The name in NFC, trimmed, inner white space collapsed, its dots as `·`, without invisible marks. Never fails.

    Not NFKC: that would change rare characters of names. An apostrophe in front is a spreadsheet's mark for text,
    unless a Latin letter follows, as in `'t Hoofd`.
    """
    visible = unicodedata.normalize("NFC", without_invisible(text))
    return _TEXT_MARK.sub("", _SPACED_DOT.sub("·", one_line(visible.translate(_DOTS)))).strip()


def check_name(text: str) -> str:
    """The normalised name, or "" if there is none.

    Raises Misfit for what is no name: a formula, digits, signs, characters that were lost on the way.
    """
    name = normalise_name(text)
    if begins_a_formula(name):
        raise Misfit(sentence("A name cannot begin with “%(sign)s”: that is a formula."), sign=name[0])
    if len(name) > NAME_LENGTH:
        raise Misfit(
            sentence("A name has up to %(limit)s characters; this one has %(count)s."),
            limit=NAME_LENGTH,
            count=len(name),
        )
    beside_letters = [char for char in name if not _is_letter(char)]
    for char in beside_letters:
        _check_beside_letters(char)
    if name and len(beside_letters) == len(name):
        raise Misfit(sentence("A name has at least one letter or character."))
    return name


def _check_beside_letters(char: str) -> None:
    if char in _LOST_CHARACTERS:
        raise Misfit(
            sentence("A character of the name was lost on the way (“%(sign)s” stands there); write it again."),
            sign=char,
        )
    if unicodedata.category(char) in ("Nd", "No"):
        raise Misfit(sentence("A name has no digits; this one has “%(sign)s”."), sign=char)
    if unicodedata.category(char) == "Co":
        raise Misfit(
            sentence("A character of the name is a private one that other computers cannot show; write it again.")
        )
    if has_control_characters(char):
        raise Misfit(sentence("The name has an invisible control character; write it again."))
    if not (unicodedata.category(char).startswith("M") or char in _BESIDE_LETTERS):
        raise Misfit(sentence("A name cannot have “%(sign)s” in it."), sign=char)


def _is_letter(char: str) -> bool:
    """True for letters, and for the planes of rare characters, of which Unicode assigns more every few years."""
    return unicodedata.category(char).startswith("L") or "\U00020000" <= char <= "\U0003fffd"


def check_class(text: str) -> str:
    """The class as the school calls it, such as `七（1）班`."""
    name = check_text(text, CLASS_LENGTH)
    if begins_a_formula(name):
        raise Misfit(sentence("A class cannot begin with “%(sign)s”: that is a formula."), sign=name[0])
    if _DATE_FOR_CLASS.fullmatch(name):
        raise Misfit(
            sentence("The spreadsheet made a date of the class; write it as text, for example “Grade 7 Class 1”.")
        )
    return name


def check_note(text: str) -> str:
    """A health note or meal need; "" where the school wrote only that there is none."""
    note = check_text(text, NOTE_LENGTH)
    return "" if says_nothing(note) else note


def says_nothing(text: str) -> bool:
    """True for the words that schools write where there is nothing."""
    return text.casefold() in _NOTHING


def check_text(text: str, limit: int) -> str:
    written = one_line(unicodedata.normalize("NFC", without_invisible(text)))
    written = written[1:] if written.startswith("'") and begins_a_formula(written[1:]) else written
    if has_control_characters(written):
        raise Misfit(sentence("There is an invisible control character in it; write it again."))
    if len(written) > limit:
        raise Misfit(
            sentence("Up to %(limit)s characters fit here; these are %(count)s."), limit=limit, count=len(written)
        )
    return written
