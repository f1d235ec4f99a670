"""What notices there are, who reads them, and what may be attached."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

DIGEST_WEEKDAY = 0
DIGEST_HOURS = (time(7, 30), time(12))
LONGEST_SINCE = timedelta(days=35)

MOST_BYTES = 10 * 1024 * 1024
MOST_FILES = 10
OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
ZIP, PDF, PNG, JPEG = b"PK\x03\x04", b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

# By the end of a file's name: its content type, and how its content begins.
KINDS_OF_FILES = {
    "pdf": ("application/pdf", PDF),
    "ofd": ("application/ofd", ZIP),
    "docx": (f"{OFFICE}.wordprocessingml.document", ZIP),
    "xlsx": (f"{OFFICE}.spreadsheetml.sheet", ZIP),
    "pptx": (f"{OFFICE}.presentationml.presentation", ZIP),
    "odt": (f"{OPEN_DOCUMENT}.text", ZIP),
    "ods": (f"{OPEN_DOCUMENT}.spreadsheet", ZIP),
    "odp": (f"{OPEN_DOCUMENT}.presentation", ZIP),
    "png": ("image/png", PNG),
    "jpg": ("image/jpeg", JPEG),
    "jpeg": ("image/jpeg", JPEG),
}


class NoticeKind(StrEnum):
    """A notice is read once; a policy is looked up as long as it is valid."""

    NOTICE = "notice"
    POLICY = "policy"


class Category(StrEnum):
    YOUTH_EXCHANGE = "youth_exchange"
    COMMUNITY = "community"
    TOURISM = "tourism"
    EDUCATION = "education"
    EMPLOYMENT = "employment"
    HEALTH = "health"
    SAFETY = "safety"
    EXPERIENCE = "experience"
    OTHER = "other"


class Visibility(StrEnum):
    """Everybody; whoever signs in and belongs to a city that has an agreement with the notice's; of those, the offices
    of one department."""

    PUBLIC = "public"
    PARTNERS = "partners"
    DEPARTMENT = "department"


def content_type_of(name: str, content: bytes) -> str | None:
    """None for a file of another kind than may be attached, or that is not what its name says."""
    ending = name.rpartition(".")[2].lower()
    content_type, beginning = KINDS_OF_FILES.get(ending, ("", b""))
    return content_type if content_type and content.startswith(beginning) else None


def digest_week(local: datetime) -> str | None:
    """The week whose digest is written at this local time, such as 2026-W48; None at any other time."""
    first, last = DIGEST_HOURS
    if local.weekday() != DIGEST_WEEKDAY or not first <= local.time() < last:
        return None
    return f"{local:%G-W%V}"


def is_valid_on(day: date, valid_from: date, valid_until: date | None) -> bool:
    return valid_from <= day and (valid_until is None or day <= valid_until)
