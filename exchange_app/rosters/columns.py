"""Which column of a spreadsheet is which field: the words that schools write above their columns, and the row they stand in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from exchange_app.core.text import Translated
from exchange_app.rosters.errors import ColumnNamedTwice
from exchange_app.rosters.rules.writing import one_line, squeeze, without_notes
from exchange_app.rosters.sheets import Row, Sheet

# What our own template and exports write. Notes in brackets are for people; reading passes over them.
HEADINGS: Mapping[str, Translated] = {
    "role": Translated(zh_Hans="身份", en="Role"),
    "name": Translated(zh_Hans="姓名", en="Name"),
    "class_name": Translated(zh_Hans="班级", en="Class"),
    "guardian_name": Translated(zh_Hans="监护人姓名", en="Guardian's name"),
    "guardian_phone": Translated(zh_Hans="监护人电话（教师填本人电话）", en="Guardian's phone (staff: their own)"),
    "second_phone": Translated(zh_Hans="备用电话", en="Second emergency phone"),
    "birth_date": Translated(zh_Hans="出生日期", en="Date of birth"),
    "sex": Translated(zh_Hans="性别", en="Sex"),
    "document_type": Translated(zh_Hans="证件类型", en="Document type"),
    "document_number": Translated(zh_Hans="证件号码", en="Document number"),
    "health_note": Translated(zh_Hans="健康备注", en="Health note"),
    "meal_need": Translated(zh_Hans="用餐需求", en="Meal need"),
}

# Two columns that stand for no field of their own: the year, which schools keep apart from the class, and the running number.
GRADE = "grade"
SERIAL = "serial"

_ROWS_ABOVE = 20
_FEWEST_KNOWN = 2
_HEADER_LENGTH = 40
_BETWEEN_WORDS = re.compile(r"[/|、\n或]|(?<=[\u3400-\u9fff])\s*(?=[a-z])|(?<=[a-z])\s*(?=[\u3400-\u9fff])")

_PHONES = "电话 手机 手机号 手机号码 联系电话 联系方式 联系手机 电话号码 联系电话号码 号码".split()
_PHONES_EN = "phone phoneno phonenumber mobile mobileno mobilenumber mobilephone tel telephone contact contactnumber".split()
_GUARDIANS = (
    "监护人 家长 父母 法定监护人 学生家长 学生监护人 家长监护人 监护人家长 第一监护人 监护人1 监护人一 家长1 家长一 父亲 联系人 第一联系人".split()
)
_GUARDIANS_EN = "guardian guardians guardian1 parent parents parentguardian guardianparent parentorguardian father".split()
_SECONDS = (
    "备用 备用联系 备用联系人 备用紧急 备用紧急联系 第二 第二联系 第二联系人 第二紧急 第二紧急联系 第二紧急联系人 紧急 紧急联系 紧急联系人 "
    "应急 应急联系 应急联系人 其他联系 另一 第二监护人 监护人2 监护人二 家长2 家长二 母亲"
).split()
_SECONDS_EN = "second secondary emergency secondemergency backup alternative alternate other guardian2 mother".split()


def _joined(first: Iterable[str], second: Iterable[str]) -> list[str]:
    return [a + b for a, b in product(first, second)]


_WORDS: Mapping[str, list[str]] = {
    "role": "身份 角色 类别 人员类别 人员类型 人员身份 参加身份 role category persontype".split(),
    "name": (
        "姓名 学生姓名 名字 学生名字 学生 人员姓名 参加人姓名 参加人员姓名 参加学生姓名 参与者姓名 队员姓名 营员姓名 中文姓名 真实姓名 教师姓名 "
        "name fullname studentname studentsname pupilname pupilsname pupil student participant participantname nameofstudent "
        "nameofpupil studentfullname"
    ).split(),
    "class_name": (
        "班级 年级班级 班级年级 班 班别 所在班级 所在年级班级 学生班级 就读班级 年级班 年班 班级名称 class classname gradeclass classgrade "
        "gradeorclass classorgrade gradeandclass form homeroom"
    ).split(),
    GRADE: "年级 所在年级 就读年级 grade year yeargroup schoolyear".split(),
    "guardian_name": _joined(_GUARDIANS, ["", "姓名", "名字", "名称"]) + _joined(_GUARDIANS_EN, ["", "name", "fullname"]),
    "guardian_phone": (
        _joined(_GUARDIANS, _PHONES) + _joined(_GUARDIANS_EN, _PHONES_EN) + _PHONES[:-1] + _PHONES_EN
    ),
    "second_phone": (
        _joined(_SECONDS, _PHONES)
        + _joined(_SECONDS_EN, _PHONES_EN)
        + "secondemergencycontactphone emergencycontactphone emergencycontactnumber secondcontactphone phone2 电话2 联系电话2".split()
    ),
    "birth_date": "出生日期 出生年月日 出生年月 生日 出生 出生日 birthdate dateofbirth birthday born dob".split(),
    "sex": "性别 学生性别 sex gender".split(),
    "document_type": "证件类型 证件种类 证件类别 证件名称 身份证件类型 身份证件种类 documenttype typeofdocument idtype".split(),
    "document_number": (
        "证件号码 证件号 证件编号 身份证件号 身份证件号码 身份证 身份证号 身份证号码 居民身份证 居民身份证号 居民身份证号码 公民身份号码 公民身份证号码 "
        "学生身份证号 学生身份证号码 学生证件号码 护照 护照号 护照号码 documentnumber documentno idnumber idno idcard idcardnumber idcardno "
        "identitynumber passport passportnumber passportno"
    ).split(),
    "health_note": (
        "健康备注 健康状况 健康情况 健康 身体状况 身体情况 过敏 过敏史 过敏情况 过敏源 过敏原 疾病史 病史 特殊病史 既往病史 特殊体质 过敏病史 "
        "health healthnote healthnotes healthcondition allergy allergies medical medicalnote medicalnotes medicalconditions"
    ).split(),
    "meal_need": (
        "用餐需求 用餐要求 用餐 用餐备注 餐食 餐食需求 餐食要求 餐饮需求 餐饮要求 饮食 饮食需求 饮食要求 饮食禁忌 特殊饮食 忌口 meal meals mealneed "
        "mealneeds mealrequirements diet dietary dietaryneeds dietaryneed dietaryrequirements"
    ).split(),
    SERIAL: "序号 编号 序 号 no number sn serialno index 行号".split(),
}
_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words}


def meaning_of(header: str) -> str | None:
    """The field, GRADE or SERIAL that a header names, or None.

    Width, case, spaces, line breaks, asterisks and notes in brackets do not matter; `班级 Class` and `Grade/Class` are
    understood by their parts if the parts agree.
    """
    text = without_notes(header).casefold().replace("信息", "")
    whole = _MEANING.get(squeeze(text))
    if whole:
        return whole
    parts = {_MEANING[word] for part in _BETWEEN_WORDS.split(text) if (word := squeeze(part)) in _MEANING}
    return parts.pop() if len(parts) == 1 else None


@dataclass(frozen=True)
class Header:
    """The row that names the columns: which column holds which field, and which hold something else."""

    row: int
    texts: Sequence[str]

    @cached_property
    def meanings(self) -> Mapping[int, str]:
        return {column: meaning for column, text in enumerate(self.texts) if (meaning := meaning_of(text))}

    @property
    def score(self) -> int:
        """How many different things the row names."""
        return len(set(self.meanings.values()) - {SERIAL})

    @property
    def names_persons(self) -> bool:
        return "name" in self.meanings.values()

    def columns(self, wanted: Sequence[str]) -> dict[str, int]:
        """The column of each wanted field (and of GRADE). Raises ColumnNamedTwice if two columns name the same."""
        columns: dict[str, int] = {}
        for column, meaning in self.meanings.items():
            if meaning in columns:
                raise ColumnNamedTwice(first=self.name_of(columns[meaning]), second=self.name_of(column))
            if meaning in (*wanted, GRADE):
                columns[meaning] = column
        return columns

    def name_of(self, column: int) -> str:
        """The column's header as written, on one line; its letter if there is none."""
        written = one_line(self.texts[column])[:_HEADER_LENGTH] if column < len(self.texts) else ""
        return written or letter_of(column)


def find_header(sheet: Sheet) -> Header | None:
    """The row among the first that names the most fields, or None if no row names two.

    Schools also group columns under a second row, `监护人` above `姓名` and `电话`: such a pair counts as one row.
    """
    best: Header | None = None
    first_rows = sheet.rows[:_ROWS_ABOVE]
    for index, row in enumerate(first_rows):
        candidates = [Header(row.number, row.cells)]
        if index + 1 < len(sheet.rows) and sheet.rows[index + 1].number == row.number + 1:
            candidates.append(_two_rows(row, sheet.rows[index + 1]))
        for candidate in candidates:
            if candidate.score >= _FEWEST_KNOWN and (best is None or candidate.score > best.score):
                best = candidate
    return best


def _two_rows(upper: Row, lower: Row) -> Header:
    """Both rows read as one: a cell below belongs to the nearest cell above it or to its left."""
    texts = []
    above = ""
    for column in range(max(len(upper.cells), len(lower.cells))):
        here, below = upper.cell(column), lower.cell(column)
        above = here or above
        texts.append(above + below if below else here)
    return Header(lower.number, texts)


def letter_of(column: int) -> str:
    """The spreadsheet's name of a column: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
