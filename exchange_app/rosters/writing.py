"""How people and spreadsheets write: widths, invisible marks, notes in brackets, numbers that lost their shape."""

from __future__ import annotations

import re
import unicodedata

_NOTE = re.compile(r"[(\[【<〔{「《][^(\[【<〔{「《)\]】>〕}」》]*[)\]】>〕}」》]")
_APOSTROPHES = "'`‘’"
_NO_CHARACTERS = frozenset("\ufffe\uffff")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_WHOLE_AS_FRACTION = re.compile(r"(\d+)\.0+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?E\+?(\d{1,2})", re.IGNORECASE)
_FORMULA_STARTS = "=+-@＝＋－＠"  # a Chinese or Japanese spreadsheet takes the wide ones for the narrow


def squeeze(text: str) -> str:
    """The letters and digits of ``text`` alone, in one width and case: how words are compared."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def without_notes(text: str) -> str:
    """``text`` without what stands in brackets, of whatever width: `姓名（必填）` becomes `姓名`."""
    return _NOTE.sub("", unicodedata.normalize("NFKC", text))


def without_invisible(text: str) -> str:
    """``text`` without zero-width, direction and filler characters, which come along when text is copied."""
    if text.isprintable() and _FILLERS.isdisjoint(text):
        return text
    return "".join(char for char in text if unicodedata.category(char) != "Cf" and char not in _FILLERS)


def one_line(text: str) -> str:
    """Trimmed, every run of white space (of any width, line breaks too) one space."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """For numbers and dates: one width, nothing invisible, and no apostrophe that told a spreadsheet "this is text"."""
    return one_line(without_invisible(unicodedata.normalize("NFKC", text))).lstrip(_APOSTROPHES).strip()


def spelled_out(number: str) -> str:
    """The digits of a whole number written as `13912345678.0` or `1.3912345678E+10`. Other text stays."""
    if whole := _WHOLE_AS_FRACTION.fullmatch(number):
        return whole[1]
    if (scientific := _SCIENTIFIC.fullmatch(number)) and len(scientific[2] or "") == int(scientific[3]):
        return scientific[1] + (scientific[2] or "")
    return number


def digits_are_lost(number: str) -> bool:
    """True for a number in scientific notation with fewer digits than it stands for, such as `4.599E+17`."""
    return _SCIENTIFIC.fullmatch(number) is not None and spelled_out(number) == number


def begins_a_formula(text: str) -> bool:
    return text.startswith(tuple(_FORMULA_STARTS))


def has_control_characters(text: str) -> bool:
    """True if characters are left that no text has, such as NUL, or U+FFFF, with which no workbook opens; white space
    is none of them."""
    if text.isprintable():
        return False
    return any(
        (unicodedata.category(char) in ("Cc", "Cs") or char in _NO_CHARACTERS) and not char.isspace() for char in text
    )
