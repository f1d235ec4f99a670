"""What may stand in each field, typed or imported."""

from __future__ import annotations

from datetime import date

import pytest

from exchange_app.rosters.rules import (
    FIELDS,
    OPTIONAL_FIELDS,
    DocumentType,
    Person,
    Role,
    Sex,
    check_person,
    normalise_name,
    normalise_phone,
)

TODAY = date(2026, 11, 24)
EVERYTHING = frozenset(OPTIONAL_FIELDS)
NOTHING: frozenset[str] = frozenset()
PUPIL = {
    "role": "学生",
    "name": "韦小岚",
    "class_name": "五年级1班",
    "guardian_name": "韦大山",
    "guardian_phone": "15407710001",
    "second_phone": "0771-5400001",
}
IDENTITY_NUMBER = "459900201303150017"


def taken(asked: frozenset[str] = NOTHING, **values: str) -> Person:
    checked = check_person(PUPIL | values, asked, today=TODAY)
    assert isinstance(checked, Person), [str(problem) for problem in checked]
    return checked


def refused(asked: frozenset[str] = NOTHING, **values: str) -> dict[str, str]:
    """The sentence beside each field."""
    checked = check_person(PUPIL | values, asked, today=TODAY)
    assert isinstance(checked, list), f"was taken: {values}"
    return {problem.field: str(problem) for problem in checked}


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽‧买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("阿依古丽．买买提", "阿依古丽·买买提"),
        ("阿依古丽･买买提", "阿依古丽·买买提"),
        ("阿依古丽 · 买买提", "阿依古丽·买买提"),
        ("　韦小岚　", "韦小岚"),
        ("韦\u3000岚", "韦 岚"),
        ("韦小\n岚", "韦小 岚"),
        ("\u202d韦小\u200b岚\ufeff", "韦小岚"),
        ("'韦小岚", "韦小岚"),
        ("'t Hoofd", "'t Hoofd"),
        ("𠮷野晴", "𠮷野晴"),
        ("韦㐂", "韦㐂"),
        ("\U0002ebf0山", "\U0002ebf0山"),
        ("\U000323af山", "\U000323af山"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("Vangz Genqdaz", "Vangz Genqdaz"),
        ("Lu\u0308cke", "Lücke"),
        ("Ƃangj Ƨeng", "Ƃangj Ƨeng"),
        ("王芳（大）", "王芳（大）"),
        ("张〇", "张〇"),
        ("Mary-Ann O'Neil Jr.", "Mary-Ann O'Neil Jr."),
        ("阿" * 50, "阿" * 50),
    ],
)
def test_a_name_is_kept_as_its_bearer_writes_it(written: str, kept: str) -> None:
    assert taken(name=written).name == kept
    assert normalise_name(kept) == kept


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "missing"),
        ('=HYPERLINK("http://x","韦小岚")', "“=”: that is a formula"),
        ("+韦小岚", "formula"),
        ("@韦小岚", "formula"),
        ("-韦小岚", "formula"),
        ("韦小岚2", "no digits; this one has “2”"),
        ("韦小岚２", "no digits"),
        ("韦小\x00岚", "control character"),
        ("韦小\x1b岚", "control character"),
        ("韦?岚", "lost on the way"),
        ("韦\ufffd岚", "lost on the way"),
        ("韦\ue000岚", "other computers cannot show"),
        ("韦小岚/覃雨桐", "cannot have “/”"),
        ("<b>韦小岚</b>", "cannot have “<”"),
        ("😀", "cannot have"),
        ("··", "at least one letter"),
        ("阿" * 51, "up to 50 characters; this one has 51"),
    ],
)
def test_what_is_no_name_is_refused_with_its_reason(written: str, reason: str) -> None:
    assert reason in refused(name=written)["name"]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("15407710001", "15407710001"),
        ("154 0771 0001", "15407710001"),
        ("154-0771-0001", "15407710001"),
        ("+86 154 0771 0001", "15407710001"),
        ("(+86)15407710001", "15407710001"),
        ("0086-15407710001", "15407710001"),
        ("8615407710001", "15407710001"),
        ("１５４０７７１０００１", "15407710001"),
        ("'15407710001", "15407710001"),
        ("15407710001.0", "15407710001"),
        ("1.5407710001E10", "15407710001"),
        ("1.5407710001E+10", "15407710001"),
        ("\u202d15407710001\u202c", "15407710001"),
        ("0771-1234567", "0771-1234567"),
        ("07711234567", "0771-1234567"),
        ("（0771）1234567", "0771-1234567"),
        ("0771 12345678", "0771-12345678"),
        ("+86 771 1234567", "0771-1234567"),
        ("010-12345678", "010-12345678"),
        ("0771-1234567-801", "0771-1234567-801"),
        ("0771-1234567转801", "0771-1234567-801"),
        ("0771-1234567 ext. 801", "0771-1234567-801"),
        ("+84 912 345 678", "+84912345678"),
        ("0084912345678", "+84912345678"),
        ("+1 (212) 555-0100", "+12125550100"),
    ],
)
def test_a_phone_number_has_one_spelling(written: str, kept: str) -> None:
    assert taken(guardian_phone=written, second_phone="15407719999").guardian_phone == kept
    assert normalise_phone(kept) == kept


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "missing"),
        ("1540771000", "has 10 digits; a mobile number has 11"),
        ("154077100011", "has 12 digits"),
        ("1.54E+10", "lost digits"),
        ("1.540771E+10", "lost digits"),
        ("12407710001", "begins with 12"),
        ("1234567", "area code is missing"),
        ("0771-12345", "area code and 7 or 8 digits"),
        ("15407710001/15407710002", "look like two"),
        ("15407710001、15407710002", "look like two"),
        ("15407710001 15407710002", "look like two"),
        ("妈妈15407710001", "only digits"),
        ("无", "only digits"),
        ("+12", "country code"),
    ],
)
def test_a_phone_number_that_cannot_be_dialled_says_why(written: str, reason: str) -> None:
    assert reason in refused(guardian_phone=written)["guardian_phone"]


def test_the_second_emergency_phone_is_another_number() -> None:
    assert "another number" in refused(second_phone="+86 154-0771-0001")["second_phone"]


@pytest.mark.parametrize(
    "written",
    [
        "2013-03-15",
        "2013/3/15",
        "2013.3.15",
        "20130315",
        "2013年3月15日",
        "２０１３－０３－１５",
        "2013-03-15 00:00:00",
        "41348",
        "41348.0",
    ],
)
def test_a_date_is_read_however_it_is_written(written: str) -> None:
    assert taken(frozenset({"birth_date"}), birth_date=written).birth_date == date(2013, 3, 15)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("", "missing"),
        ("2013-02-30", "There is no day 2-30 in the year 2013."),
        ("2026-11-25", "future"),
        ("1913-03-15", "113 years old"),
        ("2025-03-15", "1 years old"),
        ("15/03/2013", "year, month and day"),
        ("13-3-15", "year, month and day"),
        ("2013年3月", "year, month and day"),
        ("2013.03", "year, month and day"),
        ("九岁", "year, month and day"),
    ],
)
def test_an_impossible_date_is_refused(written: str, reason: str) -> None:
    assert reason in refused(frozenset({"birth_date"}), birth_date=written)["birth_date"]


@pytest.mark.parametrize(
    ("written", "sex"), [("男", Sex.MALE), ("女生", Sex.FEMALE), ("F", Sex.FEMALE), ("male", Sex.MALE)]
)
def test_the_sex_is_read_in_both_languages(written: str, sex: Sex) -> None:
    assert taken(frozenset({"sex"}), sex=written).sex is sex


def test_an_unreadable_sex_is_refused() -> None:
    assert "Male" in refused(frozenset({"sex"}), sex="?")["sex"]


@pytest.mark.parametrize(
    ("document_type", "number", "kept"),
    [
        ("居民身份证", IDENTITY_NUMBER, DocumentType.RESIDENT_ID),
        ("身份证", "45990020140101019x", DocumentType.RESIDENT_ID),
        ("resident_id", "459900 20130315 0017", DocumentType.RESIDENT_ID),
        ("", "'" + IDENTITY_NUMBER, DocumentType.RESIDENT_ID),
        ("", "810000201303150017", DocumentType.HK_MACAO_TAIWAN_RESIDENCE),
        ("港澳台居民居住证", "810000201303150017", DocumentType.HK_MACAO_TAIWAN_RESIDENCE),
        ("护照", "ex1234567", DocumentType.PASSPORT),
        ("港澳居民来往内地通行证（回乡证）", "H12345678", DocumentType.HK_MACAO_PERMIT),
        ("台胞证", "01234567", DocumentType.TAIWAN_PERMIT),
        ("外国人永久居留身份证", "CHN123456789012", DocumentType.PERMANENT_RESIDENCE),
        ("外国人永久居留身份证", "900000201303150019", DocumentType.PERMANENT_RESIDENCE),
    ],
)
def test_documents_of_every_kind_are_taken(document_type: str, number: str, kept: DocumentType) -> None:
    person = taken(frozenset({"document_number"}), document_type=document_type, document_number=number)
    assert person.document_type is kept
    assert person.document_number == number.strip("'").replace(" ", "").upper()


@pytest.mark.parametrize(
    ("document_type", "number", "reason"),
    [
        ("居民身份证", "", "missing"),
        ("居民身份证", "4.599E+17", "lost its last digits"),
        ("居民身份证", "4.59900201303150E+17", "lost its last digits"),
        ("居民身份证", "459900201303150000", "lost its last digits"),
        ("居民身份证", "45990020130315001", "has 17 characters; it has to have 18"),
        ("居民身份证", "459900130315001", "has 15 characters"),
        ("居民身份证", "459900201303150018", "typing error"),
        ("居民身份证", "459900201313150010", "no day that exists"),
        ("居民身份证", "45990020130315OO17", "17 digits and"),
        ("港澳台居民居住证", IDENTITY_NUMBER, "begins with 810000"),
        ("护照", "E-", "5 to 15"),
        ("港澳居民来往内地通行证", "A12345678", "H or M"),
        ("台湾居民来往大陆通行证", "1234", "8 digits"),
        ("外国人永久居留身份证", IDENTITY_NUMBER, "beginning with 9"),
    ],
)
def test_a_wrong_document_number_says_why_and_is_not_repeated(document_type: str, number: str, reason: str) -> None:
    asked = frozenset({"document_type", "document_number"})
    sentences = refused(asked, document_type=document_type, document_number=number)
    assert reason in sentences["document_number"]
    assert list(sentences) == ["document_number"]
    assert not number or number not in " ".join(sentences.values())


def test_a_number_that_is_not_of_18_characters_needs_its_type() -> None:
    assert refused(frozenset({"document_number"}), document_number="E12345678") == {
        "document_type": "The type of document is missing."
    }
    assert "choose one" in refused(frozenset({"document_number"}), document_type="学生证")["document_type"]


def test_an_identity_number_tells_birth_date_and_sex() -> None:
    person = taken(EVERYTHING, document_number=IDENTITY_NUMBER)
    assert (person.birth_date, person.sex) == (date(2013, 3, 15), Sex.MALE)
    assert taken(frozenset({"document_number"}), document_number=IDENTITY_NUMBER).birth_date is None


def test_birth_date_and_sex_have_to_agree_with_the_identity_number() -> None:
    sentences = refused(EVERYTHING, document_number=IDENTITY_NUMBER, birth_date="2013-03-16", sex="女")
    assert list(sentences) == ["birth_date", "sex"]
    assert "identity number" in sentences["birth_date"]


def test_a_pupil_needs_class_and_guardian_and_staff_only_a_phone() -> None:
    assert list(refused(class_name="", guardian_name="", guardian_phone="", second_phone="")) == [
        "class_name",
        "guardian_name",
        "guardian_phone",
        "second_phone",
    ]
    staff = {"role": "带队教师", "name": "林静", "guardian_phone": "15407710009"}
    assert check_person(staff, NOTHING, today=TODAY) == Person(Role.STAFF, "林静", guardian_phone="15407710009")
    assert "staff member's own" in refused(role="带队教师", guardian_phone="")["guardian_phone"]


@pytest.mark.parametrize(
    ("written", "role"),
    [
        ("", Role.PUPIL),
        ("学生", Role.PUPIL),
        ("Student", Role.PUPIL),
        ("老师", Role.STAFF),
        ("家长", Role.STAFF),
        ("staff", Role.STAFF),
    ],
)
def test_roles_are_understood(written: str, role: Role) -> None:
    assert taken(role=written).role is role


def test_an_unknown_role_is_asked_about() -> None:
    assert "Pupil" in refused(role="班干部")["role"]


def test_what_the_package_does_not_ask_for_is_neither_judged_nor_kept() -> None:
    person = taken(birth_date="?", sex="?", document_number="4.599E+17", health_note="哮喘", meal_need="素食")
    assert [field for field in OPTIONAL_FIELDS if getattr(person, field)] == []


def test_notes_say_something_or_nothing() -> None:
    asked = frozenset({"health_note", "meal_need"})
    assert taken(asked, health_note="花生\n过敏", meal_need="无").health_note == "花生 过敏"
    assert taken(asked, health_note="-", meal_need="没有").meal_need == ""
    sentences = refused(asked, health_note="哮喘" * 251)
    assert "500" in sentences["health_note"]
    assert "哮喘" not in sentences["health_note"]


@pytest.mark.parametrize("written", ["2026-07-01", "=1+1"])
def test_a_class_is_no_date_and_no_formula(written: str) -> None:
    assert "class" in refused(class_name=written)["class_name"]


def test_problems_come_in_the_order_of_the_fields() -> None:
    checked = check_person({"role": "?"}, EVERYTHING, today=TODAY)
    assert isinstance(checked, list)
    positions = [FIELDS.index(problem.field) for problem in checked]
    assert positions == sorted(positions)
    assert len(positions) == len(set(positions)) == 10


def test_a_person_shows_nothing_personal_in_logs() -> None:
    assert repr(taken(EVERYTHING, document_number=IDENTITY_NUMBER)) == "<Person pupil>"
