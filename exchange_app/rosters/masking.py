"""A person of a roster as lists show them: enough to recognise, too little to misuse."""

from __future__ import annotations

from dataclasses import dataclass

from exchange_app.rosters.models import Participant
from exchange_app.rosters.rules import DocumentType, Role, Sex

SHOWN_AT_END = 4


@dataclass(frozen=True, slots=True)
class MaskedPerson:
    """``has_health_note`` says that there is one, and nothing more."""

    id: int
    role: Role
    name: str
    class_name: str
    guardian_name: str
    guardian_phone: str
    second_phone: str
    birth_date: str
    sex: Sex | None
    document_type: DocumentType | None
    document_number: str
    has_health_note: bool
    is_health_note_refused: bool
    meal_need: str


def masked(participant: Participant) -> MaskedPerson:
    return MaskedPerson(
        id=participant.id,
        role=participant.role,
        name=participant.name,
        class_name=participant.class_name or "",
        guardian_name=participant.guardian_name or "",
        guardian_phone=mask_phone(participant.guardian_phone or ""),
        second_phone=mask_phone(participant.second_phone or ""),
        birth_date=participant.birth_date or "",
        sex=Sex(participant.sex) if participant.sex else None,
        document_type=DocumentType(participant.document_type) if participant.document_type else None,
        document_number=mask_document(participant.document_number or ""),
        has_health_note=participant.health_note_sealed is not None,
        is_health_note_refused=participant.is_health_note_refused,
        meal_need=participant.meal_need or "",
    )


def mask_phone(phone: str) -> str:
    """139****5678; of a shorter number the last four digits alone."""
    end = phone[-SHOWN_AT_END:]
    return phone[: max(0, min(3, len(phone) - 8))] + "****" + end if phone else ""


def mask_document(number: str) -> str:
    return "****" + number[-SHOWN_AT_END:] if number else ""
