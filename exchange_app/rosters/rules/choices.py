"""Fields whose value is one of a few: the role, the sex, the type of document. `words.toml` has the words for each."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from exchange_app.core.text import Translated, sentence
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.words import DOCUMENT_TYPE_BY_WORD, ROLE_BY_WORD, SEX_BY_WORD
from exchange_app.rosters.writing import squeeze, without_notes


class Role(StrEnum):
    PUPIL = "pupil"
    STAFF = "staff"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


class DocumentType(StrEnum):
    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HK_MACAO_PERMIT = "hk_macao_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    HK_MACAO_TAIWAN_RESIDENCE = "hk_macao_taiwan_residence"
    PERMANENT_RESIDENCE = "permanent_residence"


ROLE_WORDS: Mapping[Role, Translated] = {
    Role.PUPIL: Translated(zh_Hans="学生", en="Pupil"),
    Role.STAFF: Translated(zh_Hans="带队教师", en="Staff"),
}
SEX_WORDS: Mapping[Sex, Translated] = {
    Sex.MALE: Translated(zh_Hans="男", en="Male"),
    Sex.FEMALE: Translated(zh_Hans="女", en="Female"),
}
DOCUMENT_WORDS: Mapping[DocumentType, Translated] = {
    DocumentType.RESIDENT_ID: Translated(zh_Hans="居民身份证", en="Resident identity card"),
    DocumentType.PASSPORT: Translated(zh_Hans="护照", en="Passport"),
    DocumentType.HK_MACAO_PERMIT: Translated(
        zh_Hans="港澳居民来往内地通行证", en="Mainland travel permit for Hong Kong and Macao residents"
    ),
    DocumentType.TAIWAN_PERMIT: Translated(
        zh_Hans="台湾居民来往大陆通行证", en="Mainland travel permit for Taiwan residents"
    ),
    DocumentType.HK_MACAO_TAIWAN_RESIDENCE: Translated(
        zh_Hans="港澳台居民居住证", en="Residence permit for Hong Kong Macao and Taiwan residents"
    ),
    DocumentType.PERMANENT_RESIDENCE: Translated(
        zh_Hans="外国人永久居留身份证", en="Foreign permanent resident identity card"
    ),
}

Choice = TypeVar("Choice", bound=StrEnum)


def check_role(text: str) -> Role:
    """Who this is. A row that does not say so is a pupil's: only those who come along are marked in school lists."""
    if not text.strip():
        return Role.PUPIL
    return _chosen(text, Role, ROLE_BY_WORD, sentence("The role is not known; write “Pupil” or “Staff”."))


def check_sex(text: str) -> Sex | None:
    if not text.strip():
        return None
    return _chosen(text, Sex, SEX_BY_WORD, sentence("The sex is not readable; write “Male” or “Female”."))


def check_document_type(text: str) -> DocumentType | None:
    if not text.strip():
        return None
    unknown = sentence("This type of document is not known; choose one from the list, for example the identity card.")
    return _chosen(text, DocumentType, DOCUMENT_TYPE_BY_WORD, unknown)


def _chosen(text: str, choices: type[Choice], by_word: Mapping[str, str], unknown: Any) -> Choice:
    """The choice that was meant: by a word for it, or by its value, as a form sends it."""
    values = {choice.value: choice for choice in choices}
    for word in (squeeze(text), squeeze(without_notes(text)), text.strip()):
        if (value := by_word.get(word, word)) in values:
            return values[value]
    raise Misfit(unknown)
