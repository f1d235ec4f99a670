"""What is shown in full or leaves the house as a file, what for, and for how long a file may be fetched."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum


class Sheet(StrEnum):
    """What somebody looked at in full: guardians' phones; the same with health notes; the names on the host's sheet;
    guardians to call after a data breach; something of one person alone, or everything, for the family."""

    PHONES = "phones"
    HEALTH = "health"
    NAMES = "names"
    CALL_LIST = "call_list"
    PERSON_DOCUMENT = "person_document"
    PERSON_PHONES = "person_phones"
    PERSON_HEALTH = "person_health"
    PERSON_EVERYTHING = "person_everything"


PHONES = ("guardian_phone", "second_phone")
VEILED = frozenset({*PHONES, "document_number", "health_note"})  # in no form; left empty, they stay as they are

FIELDS_OF_ONE: Mapping[Sheet, tuple[str, ...]] = {
    Sheet.PERSON_DOCUMENT: ("document_type", "document_number"),
    Sheet.PERSON_PHONES: PHONES,
    Sheet.PERSON_HEALTH: ("health_note",),
}


class Purpose(StrEnum):
    """What personal data is usually needed for; anything else is written in one's own words."""

    TICKETS = "tickets"
    LODGING = "lodging"
    INSURANCE = "insurance"
    CARE = "care"
    EMERGENCY = "emergency"
    CHECKING = "checking"


class ExportForm(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


# Whoever opens a file by mistake sees the least; these columns have to be chosen.
CHOSEN_ONLY = frozenset({"guardian_phone", "second_phone", "document_type", "document_number", "health_note"})
EXPORT_LASTS = timedelta(minutes=30)
MOST_DOWNLOADS = 3
