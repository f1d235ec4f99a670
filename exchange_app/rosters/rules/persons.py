"""A whole row: every field by its own rule, then what has to be there, then what has to agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from exchange_app.core.text import sentence
from exchange_app.rosters.rules import choices, dates, documents, names, phones
from exchange_app.rosters.rules.choices import Role
from exchange_app.rosters.rules.fields import Person, fields_asked
from exchange_app.rosters.rules.problems import Misfit, Problem
from exchange_app.rosters.writing import squeeze

_CHECKS: Mapping[str, Callable[[str], Any]] = {
    "role": choices.check_role,
    "name": names.check_name,
    "class_name": names.check_class,
    "guardian_name": names.check_name,
    "guardian_phone": phones.check_phone,
    "second_phone": phones.check_phone,
    "birth_date": dates.check_birth_date,
    "sex": choices.check_sex,
    "document_type": choices.check_document_type,
    "document_number": documents.check_document_number,
    "health_note": names.check_note,
    "meal_need": names.check_note,
}

_NEEDED_BY_ROLE = {
    Role.PUPIL: frozenset({"name", "class_name", "guardian_name", "guardian_phone", "second_phone"}),
    Role.STAFF: frozenset({"name", "guardian_phone"}),
}
_TOLD_BY_NUMBER = frozenset({"document_type", "birth_date", "sex"})
_NEEDED_IF_ASKED = frozenset({"birth_date", "sex", "document_type", "document_number"})

_MISSING = {
    "name": sentence("The name is missing."),
    "class_name": sentence("The class is missing."),
    "guardian_name": sentence("The guardian's name is missing."),
    "guardian_phone": sentence("The guardian's phone number is missing."),
    "second_phone": sentence("The second emergency phone number is missing."),
    "birth_date": sentence("The date of birth is missing."),
    "sex": sentence("The sex is missing."),
    "document_type": sentence("The type of document is missing."),
    "document_number": sentence("The document number is missing."),
}
_OTHERWISE_IN_NUMBER = {
    "birth_date": sentence("The date of birth is not the one in the identity number."),
    "sex": sentence("The sex is not the one in the identity number."),
}
_STAFF_PHONE_MISSING = sentence("The phone number is missing; a staff member's own goes into the guardian's column.")


def check_person(values: Mapping[str, str], asked: frozenset[str], *, today: date) -> Person | list[Problem]:
    """The person whom these texts describe, or every problem they have, in the order of the fields.

    ``values`` holds texts by field, as typed or imported; ``asked`` names the optional fields the package asks for.
    A field that is not asked for is not read at all. ``today`` is the date where the group is, to judge ages.
    """
    fields = fields_asked(asked)
    read, problems = _read_each(values, fields)
    problems += _take_from_number(read, fields)
    role = read.get("role", Role.PUPIL)
    problems += _missing(read, role, fields, {problem.field for problem in problems})
    problems += _impossible(read, role, today)
    if problems:
        return sorted(problems, key=lambda problem: fields.index(problem.field))
    return Person(**read)


def identity_of(person: Person) -> str:
    """Two rows with the same identity are one person: the same name and class, however they are spaced.

    The phone is no part of it: a roster handed in again with a mended phone names the same person.
    """
    return f"{squeeze(person.name)}|{squeeze(person.class_name)}"


def _read_each(values: Mapping[str, str], fields: tuple[str, ...]) -> tuple[dict[str, Any], list[Problem]]:
    read: dict[str, Any] = {}
    problems = []
    for field in fields:
        try:
            read[field] = _CHECKS[field](values.get(field, ""))
        except Misfit as misfit:
            problems.append(misfit.beside(field))
    return read, problems


def _take_from_number(read: dict[str, Any], fields: tuple[str, ...]) -> Iterator[Problem]:
    """Check the document number; what it tells of its bearer fills the blanks, and has to agree with the rest."""
    number = read.get("document_number")
    document_type = read.get("document_type") or documents.type_of_number(number or "")
    if not number or document_type is None:
        return
    read["document_type"] = document_type
    try:
        documents.check_number_of(document_type, number)
    except Misfit as misfit:
        yield misfit.beside("document_number")
        return
    for field, told in documents.told_by_number(document_type, number).items():
        if field in fields and (read.get(field) or told) != told:
            yield Problem(field, _OTHERWISE_IN_NUMBER[field])
        elif field in fields:
            read[field] = told


def _missing(read: Mapping[str, Any], role: Role, fields: tuple[str, ...], wrong: set[str]) -> Iterator[Problem]:
    """What has to be there and is not. While a number is wrong, nobody knows what it will tell once it is right."""
    unclear = wrong | _TOLD_BY_NUMBER if "document_number" in wrong else wrong
    for field in fields:
        if field in _NEEDED_BY_ROLE[role] | _NEEDED_IF_ASKED and not read.get(field) and field not in unclear:
            own_phone = role is Role.STAFF and field == "guardian_phone"
            yield Problem(field, _STAFF_PHONE_MISSING if own_phone else _MISSING[field])


def _impossible(read: Mapping[str, Any], role: Role, today: date) -> Iterator[Problem]:
    """What is sound by itself but cannot be true together, or today."""
    if read.get("second_phone") and read["second_phone"] == read.get("guardian_phone"):
        yield Problem("second_phone", sentence("The second emergency phone has to be another number than the first."))
    if read.get("birth_date"):
        try:
            dates.check_age(read["birth_date"], role, today)
        except Misfit as misfit:
            yield misfit.beside("birth_date")
