"""How roles, sexes and kinds of document read on pages, and what each field of a roster is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange_app.core.text import sentence
from exchange_app.rosters.rules import DocumentType, Role, Sex
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from exchange_app.web.labels import Labels

# The same words as in the files that schools download and hand in.
LABELS: Labels = {Role: ROLE_WORDS, Sex: SEX_WORDS, DocumentType: DOCUMENT_WORDS}

FIELD_WORDS: Mapping[str, Any] = {
    "role": sentence("Pupil or staff"),
    "name": sentence("Name"),
    "class_name": sentence("Class"),
    "guardian_name": sentence("Guardian's name"),
    "guardian_phone": sentence("Guardian's phone (staff: their own)"),
    "second_phone": sentence("Second emergency phone"),
    "birth_date": sentence("Date of birth"),
    "sex": sentence("Sex"),
    "document_type": sentence("Type of document"),
    "document_number": sentence("Document number"),
    "health_note": sentence("Health note"),
    "meal_need": sentence("Meal need"),
}
