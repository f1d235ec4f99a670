"""Fields whose value is one of a few: the role, the sex, the type of document, and the words schools write for them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from exchange_app.core.text import Translated, sentence
from exchange_app.rosters.rules.problems import Misfit
from exchange_app.rosters.rules.writing import squeeze, without_notes


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

_ROLES = {
    Role.PUPIL: "学生 队员 营员 团员 小学生 中学生 孩子 儿童 pupil student participant child youth member",
    Role.STAFF: (
        "带队教师 带队老师 教师 老师 领队 带队 工作人员 教职工 随队教师 随队老师 随行教师 随行老师 陪同教师 校长 副校长 "
        "班主任 安全员 辅导员 研学导师 校医 医生 志愿者 家长 随队家长 家长志愿者 陪同家长 成人 "
        "staff teacher leader groupleader adult parent chaperone principal doctor nurse volunteer accompanyingteacher"
    ),
}
_SEXES = {
    Sex.MALE: "男 男生 男性 男孩 m male boy man",
    Sex.FEMALE: "女 女生 女性 女孩 f female girl woman",
}
_DOCUMENTS = {
    DocumentType.RESIDENT_ID: (
        "居民身份证 身份证 二代身份证 第二代身份证 中国居民身份证 户口簿 户口本 idcard residentid residentidcard "
        "residentidentitycard identitycard nationalid chineseid"
    ),
    DocumentType.PASSPORT: "护照 中国护照 外国护照 普通护照 外籍护照 passport",
    DocumentType.HK_MACAO_PERMIT: (
        "港澳居民来往内地通行证 港澳通行证 港澳居民通行证 回乡证 港澳来往内地通行证 港澳居民来往内地通行证回乡证 homereturnpermit hkmacaopermit "
        "mainlandtravelpermitforhongkongandmacaoresidents"
    ),
    DocumentType.TAIWAN_PERMIT: (
        "台湾居民来往大陆通行证 台胞证 台湾通行证 台湾居民通行证 taiwanpermit taiwancompatriotpermit mainlandtravelpermitfortaiwanresidents"
    ),
    DocumentType.HK_MACAO_TAIWAN_RESIDENCE: (
        "港澳台居民居住证 港澳居民居住证 台湾居民居住证 中华人民共和国港澳居民居住证 中华人民共和国台湾居民居住证 "
        "residencepermitforhongkongmacaoandtaiwanresidents"
    ),
    DocumentType.PERMANENT_RESIDENCE: (
        "外国人永久居留身份证 外国人永久居留证 永久居留身份证 永久居留证 外国人居留证 permanentresidentcard "
        "foreignpermanentresidentidentitycard foreignpermanentresidentidcard"
    ),
}


Choice = TypeVar("Choice", bound=StrEnum)


def _by_word(words: Mapping[Choice, str]) -> dict[str, Choice]:
    return {word: choice for choice, line in words.items() for word in line.split()}


ROLE_BY_WORD = _by_word(_ROLES)
SEX_BY_WORD = _by_word(_SEXES)
DOCUMENT_TYPE_BY_WORD = _by_word(_DOCUMENTS)


def check_role(text: str) -> Role:
    """Who this is. A row that does not say so is a pupil's: only those who come along are marked in school lists."""
    if not text.strip():
        return Role.PUPIL
    return _chosen(text, ROLE_BY_WORD, sentence("The role is not known; write “Pupil” or “Staff”."))


def check_sex(text: str) -> Sex | None:
    if not text.strip():
        return None
    return _chosen(text, SEX_BY_WORD, sentence("The sex is not readable; write “Male” or “Female”."))


def check_document_type(text: str) -> DocumentType | None:
    if not text.strip():
        return None
    unknown = sentence("This type of document is not known; choose one from the list, for example the identity card.")
    return _chosen(text, DOCUMENT_TYPE_BY_WORD, unknown)


def _chosen(text: str, by_word: Mapping[str, Choice], unknown: Any) -> Choice:
    """The choice that was meant: the value itself (as a form sends it) or one of the words for it."""
    word = squeeze(text)
    chosen = by_word.get(word) or by_word.get(squeeze(without_notes(text)))
    chosen = chosen or next((choice for choice in by_word.values() if squeeze(choice) == word), None)
    if chosen is None:
        raise Misfit(unknown)
    return chosen
