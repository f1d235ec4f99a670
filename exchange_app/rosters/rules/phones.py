"""Phone numbers: mainland mobile and landline numbers, and numbers of other countries with their `+`."""

from __future__ import annotations

import re

from exchange_app.core.text import sentence
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.writing import digits_are_lost, plain, spelled_out

MOBILE_LENGTH = 11

_BETWEEN = re.compile(r"[\s.·()\-–—‐‑−_ー~]+")
_EXTENSION = re.compile(r"(?:extension|ext|分机号?|转|x|#)[.:]?[\s-]*(\d{1,6})$", re.IGNORECASE)
_BETWEEN_NUMBERS = re.compile(r"[/,;、|或和 ]")
_A_NUMBER = re.compile(r"\d{7}")
_CHINA = re.compile(r"^(?:(?:\+|00)86-?|86(?=1\d{10}$))")
_LANDLINE = re.compile(r"(0(?:10|2\d|[3-9]\d{2}))-?(\d{7,8})(?:-(\d{1,6}))?")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_ABROAD = re.compile(r"\+(?!86)[1-9]\d{6,14}")


def normalise_phone(text: str) -> str:
    """One spelling per number: `13912345678`, `0771-1234567`, `0771-1234567-801`, `+84912345678`. Never fails.

    Text that is no phone number comes back without what people put between digits.
    """
    hyphened = _BETWEEN.sub("-", _EXTENSION.sub(r"-\1", spelled_out(plain(text)))).strip("-")
    at_home = _CHINA.sub("", hyphened, count=1)
    if at_home != hyphened and at_home[:1] not in ("0", "1"):
        at_home = f"0{at_home}"
    for number in (at_home, at_home.replace("-", "")):
        if landline := _LANDLINE.fullmatch(number):
            return "-".join(part for part in landline.groups() if part)
    digits = at_home.replace("-", "")
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def check_phone(text: str) -> str:
    """The normalised number, or "" if there is none. Raises Misfit with the reason why it cannot be dialled."""
    written = plain(text)
    if not written:
        return ""
    if digits_are_lost(written):
        raise Misfit(sentence("The spreadsheet made a number of this phone number and lost digits; write it as text."))
    phone = normalise_phone(written)
    if _MOBILE.fullmatch(phone) or _LANDLINE.fullmatch(phone) or _ABROAD.fullmatch(phone):
        return phone
    raise _why_not(written, phone)


def _why_not(written: str, phone: str) -> Misfit:
    if sum(1 for part in _BETWEEN_NUMBERS.split(written) if _A_NUMBER.search(part)) > 1:
        return Misfit(sentence("Only one phone number fits here; these look like two."))
    if not re.fullmatch(r"\+?\d+", phone):
        return Misfit(sentence("A phone number has only digits, and a “+” in front of a country code."))
    if phone.startswith("+"):
        return Misfit(sentence("A phone number of another country has a country code and 7 to 15 digits in all."))
    if phone.startswith("0"):
        return Misfit(sentence("A landline number has its area code and 7 or 8 digits, such as 0771-1234567."))
    if len(phone) in (7, 8):
        return Misfit(sentence("The area code is missing; write it as in 0771-1234567."))
    if len(phone) == MOBILE_LENGTH:
        return Misfit(sentence("No mobile number begins with %(start)s."), start=phone[:2])
    return Misfit(sentence("The phone number has %(count)s digits; a mobile number has 11."), count=len(phone))
