"""The fields of a roster in their order, and the person they make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from exchange_app.rosters.rules.choices import DocumentType, Role, Sex

ALWAYS_ASKED = ("role", "name", "class_name", "guardian_name", "guardian_phone", "second_phone")
OPTIONAL_FIELDS = ("birth_date", "sex", "document_type", "document_number", "health_note", "meal_need")
FIELDS = ALWAYS_ASKED + OPTIONAL_FIELDS

DOCUMENT_FIELDS = frozenset({"document_type", "document_number"})


def fields_asked(asked: frozenset[str]) -> tuple[str, ...]:
    """The fields of a package that asks for ``asked`` too. A document's number is never asked without its type."""
    wanted = asked | DOCUMENT_FIELDS if asked & DOCUMENT_FIELDS else asked
    return ALWAYS_ASKED + tuple(name for name in OPTIONAL_FIELDS if name in wanted)


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """One checked person of a roster. A text that is absent is "", any other absent value None.

    ``guardian_phone`` is the phone to call first: of a pupil the guardian's, of a staff member their own.
    """

    role: Role
    name: str
    class_name: str = ""
    guardian_name: str = ""
    guardian_phone: str = ""
    second_phone: str = ""
    birth_date: date | None = None
    sex: Sex | None = None
    document_type: DocumentType | None = None
    document_number: str = ""
    health_note: str = ""
    meal_need: str = ""

    def __repr__(self) -> str:
        """No personal data: a repr ends up in logs and error reports."""
        return f"<Person {self.role}>"


_BLANK: dict[str, Any] = {
    "birth_date": None,
    "sex": None,
    "document_type": None,
    "document_number": "",
    "health_note": "",
    "meal_need": "",
}


def without_unasked(person: Person, asked: frozenset[str]) -> Person:
    """The person as kept where only ``asked`` is asked for."""
    fields = fields_asked(asked)
    return replace(person, **{field: blank for field, blank in _BLANK.items() if field not in fields})
