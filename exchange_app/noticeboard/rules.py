"""What notices there are, who reads them, and what may be attached."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum

DIGEST_WEEKDAY = 0
DIGEST_HOURS = (time(7, 30), time(12))
LONGEST_SINCE = timedelta(days=35)
MOST_FILES = 10


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


def digest_week(local: datetime) -> str | None:
    """The week whose digest is written at this local time, such as 2026-W48; None at any other time."""
    first, last = DIGEST_HOURS
    if local.weekday() != DIGEST_WEEKDAY or not first <= local.time() < last:
        return None
    return f"{local:%G-W%V}"


def is_valid_on(day: date, valid_from: date, valid_until: date | None) -> bool:
    return valid_from <= day and (valid_until is None or day <= valid_until)
