"""Which points a guardian is asked about, what an answer to them means, and how long it counts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

TAKING_PART = "taking_part"
CHILD_DATA = "child_data"
HEALTH_NOTE = "health_note"
PHOTOS = "photos"
NECESSARY = (TAKING_PART, CHILD_DATA)  # without both a child cannot be on the roster

Choices = Mapping[str, bool]


class ConsentState(StrEnum):
    """How it stands with one child. MISSING is also whose guardian answered when something else was asked."""

    MISSING = "missing"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TO_TAKE_OUT = (ConsentState.REFUSED, ConsentState.WITHDRAWN)


def points_of(asked_fields: Iterable[str], recipients: Iterable[Mapping[str, Any]]) -> list[str]:
    """In the order in which they are asked; the last one is never a condition."""
    health = [HEALTH_NOTE] if HEALTH_NOTE in set(asked_fields) else []
    return [*NECESSARY, *health, *map(recipient_key, recipients), PHOTOS]


def recipient_key(recipient: Mapping[str, Any]) -> str:
    """Another name or purpose is another recipient, about whom nobody has been asked."""
    return f"recipient-{_fingerprint([recipient['name'], recipient['purpose']])[:16]}"


def essence(package_id: int, days: tuple[date, date], asked_fields: Iterable[str], points: Sequence[str]) -> str:
    """A short name for what an answer is about. Where this changes, guardians are asked again; other words alone, or
    another meeting point, do not undo an answer."""
    first, last = days
    return _fingerprint([package_id, first.isoformat(), last.isoformat(), sorted(asked_fields), list(points)])


def text_hash(words: Any) -> str:
    """Equal for the same text word for word."""
    return _fingerprint(words)


def _fingerprint(content: Any) -> str:
    written = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()


def lacks_data(choices: Choices) -> bool:
    """Whether somebody wants to take part without the data that this takes."""
    return choices[TAKING_PART] and not choices[CHILD_DATA]


def complete(points: Iterable[str], choices: Choices) -> dict[str, bool]:
    """A choice for each point: what nobody said yes to is a no; who does not take part agrees to nothing else."""
    takes_part = choices.get(TAKING_PART, False)
    return {point: takes_part and choices.get(point, False) for point in points}


def link_end(last_day: date, zone: ZoneInfo, kept_days: int) -> datetime:
    """Until when a guardian can withdraw by the link: as long as a roster is kept."""
    return datetime.combine(last_day + timedelta(days=kept_days), time(), zone)


def whole_years(days: int) -> int:
    """How many years so many days are; 0 where they are no whole years."""
    years = round(days / 365.25)
    return years if days in (365 * years, round(365.25 * years)) else 0
