"""How roles, sexes, documents, sheets and purposes read on pages, and what each field of a roster is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exchange_app.core.text import sentence
from exchange_app.rosters.rules import DocumentType, ExportForm, Purpose, Role, Sex, Sheet
from exchange_app.rosters.rules.choices import DOCUMENT_WORDS, ROLE_WORDS, SEX_WORDS
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Role: ROLE_WORDS,  # the same words as in the files that schools download and hand in
    Sex: SEX_WORDS,
    DocumentType: DOCUMENT_WORDS,
    Sheet: {
        Sheet.PHONES: sentence("guardians' phones"),
        Sheet.HEALTH: sentence("guardians' phones and health notes"),
        Sheet.NAMES: sentence("names on the host's day sheet"),
        Sheet.CALL_LIST: sentence("guardians to call after a data breach"),
        Sheet.PERSON_DOCUMENT: sentence("document number"),
        Sheet.PERSON_PHONES: sentence("phone numbers"),
        Sheet.PERSON_HEALTH: sentence("health note"),
        Sheet.PERSON_EVERYTHING: sentence("everything about one person, for the family"),
    },
    Purpose: {
        Purpose.TICKETS: sentence("Buying tickets"),
        Purpose.LODGING: sentence("Registering with the hotel"),
        Purpose.INSURANCE: sentence("Insuring the group"),
        Purpose.CARE: sentence("Looking after a child"),
        Purpose.EMERGENCY: sentence("An emergency"),
        Purpose.CHECKING: sentence("Checking the roster against the documents"),
    },
    ExportForm: {
        ExportForm.XLSX: sentence("Spreadsheet (.xlsx)"),
        ExportForm.CSV: sentence("Text with commas (.csv)"),
    },
}

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
