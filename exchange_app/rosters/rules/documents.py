"""Identity documents and their numbers. No sentence here ever repeats a number.

Identity number: GB 11643-1999, 18 characters, the last one a check character (ISO 7064 MOD 11-2). The first six are an
area; areas are not looked up, because lists of them grow old.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from exchange_app.core.text import sentence
from exchange_app.rosters.rules.choices import DocumentType, Sex
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.writing import digits_are_lost, plain, spelled_out

IDENTITY_NUMBER_LENGTH = 18

_BETWEEN = re.compile(r"[\s\-–—‐‑−·.]+")
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dX]")
_HK_MACAO_TAIWAN_AREA = re.compile(r"8[123]0000")
_OLD_RESIDENCE_CARD = re.compile(r"[A-Z]{3}\d{12}")
_TELLING = (DocumentType.RESIDENT_ID, DocumentType.HK_MACAO_TAIWAN_RESIDENCE)


def normalise_document_number(text: str) -> str:
    """Capitals and digits in one width, without spaces and hyphens. Never fails."""
    return _BETWEEN.sub("", spelled_out(plain(text)).upper())


def check_document_number(text: str) -> str:
    """The normalised number, or "" if there is none. Raises Misfit where a spreadsheet has lost digits of it."""
    if digits_are_lost(plain(text)):
        raise _digits_lost()
    return normalise_document_number(text)


def type_of_number(number: str) -> DocumentType | None:
    """The document whose numbers look like this, where the number alone tells it: only those of 18 characters do."""
    if not _IDENTITY_NUMBER.fullmatch(number):
        return None
    if _HK_MACAO_TAIWAN_AREA.match(number):
        return DocumentType.HK_MACAO_TAIWAN_RESIDENCE
    return DocumentType.PERMANENT_RESIDENCE if number.startswith("9") else DocumentType.RESIDENT_ID


def check_number_of(document_type: DocumentType, number: str) -> None:
    """Raises Misfit if ``number`` cannot be that of such a document."""
    _CHECKS[document_type](number)


def told_by_number(document_type: DocumentType, number: str) -> dict[str, date | Sex]:
    """The date of birth and the sex that a checked number tells, by field; nothing for most documents."""
    if document_type is DocumentType.PERMANENT_RESIDENCE and len(number) == IDENTITY_NUMBER_LENGTH:
        return {"birth_date": ric.get_birth_date(number)}
    if document_type not in _TELLING:
        return {}
    return {"birth_date": ric.get_birth_date(number), "sex": Sex.MALE if int(number[16]) % 2 else Sex.FEMALE}


def _check_identity_number(number: str) -> None:
    if len(number) != IDENTITY_NUMBER_LENGTH:
        raise Misfit(sentence("The identity number has %(count)s characters; it has to have 18."), count=len(number))
    if not _IDENTITY_NUMBER.fullmatch(number):
        raise Misfit(sentence("An identity number is 17 digits and, at the end, a digit or X."))
    if number[-1] != ric.calc_check_digit(number):
        if number.endswith("000"):
            raise _digits_lost()
        raise Misfit(sentence("The identity number has a typing error: its last character does not fit the others."))
    try:
        ric.get_birth_date(number)
    except InvalidComponent:
        raise Misfit(sentence("The characters 7 to 14 of the identity number are no day that exists.")) from None


def _check_residence_permit(number: str) -> None:
    _check_identity_number(number)
    if not _HK_MACAO_TAIWAN_AREA.match(number):
        raise Misfit(sentence("The number of this residence permit begins with 810000, 820000 or 830000."))


def _check_permanent_residence(number: str) -> None:
    """Cards since 2023 have a number that is made like an identity number; older ones go on until they expire."""
    if _OLD_RESIDENCE_CARD.fullmatch(number):
        return
    if not re.fullmatch(r"9\d{16}[\dX]", number):
        raise Misfit(sentence("The number of this card is 18 characters beginning with 9, or 3 letters and 12 digits."))
    _check_identity_number(number)


def _fits(pattern: str, otherwise: object) -> Callable[[str], None]:
    compiled = re.compile(pattern)

    def check(number: str) -> None:
        if not compiled.fullmatch(number):
            raise Misfit(otherwise)

    return check


def _digits_lost() -> Misfit:
    return Misfit(sentence("The spreadsheet made a number of this and lost its last digits; write it again, as text."))


_CHECKS: dict[DocumentType, Callable[[str], None]] = {
    DocumentType.RESIDENT_ID: _check_identity_number,
    DocumentType.HK_MACAO_TAIWAN_RESIDENCE: _check_residence_permit,
    DocumentType.PASSPORT: _fits(
        r"(?=.*\d)[A-Z0-9]{5,15}", sentence("A passport number is 5 to 15 Latin letters and digits.")
    ),
    DocumentType.HK_MACAO_PERMIT: _fits(
        r"[HM]\d{8}(\d{2})?", sentence("The number of this permit is H or M and 8 digits.")
    ),
    DocumentType.TAIWAN_PERMIT: _fits(r"\d{8}(\d{2})?", sentence("The number of this permit has 8 digits.")),
    DocumentType.PERMANENT_RESIDENCE: _check_permanent_residence,
}
