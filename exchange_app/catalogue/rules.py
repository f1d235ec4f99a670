"""What an itinerary must hold, what a package may ask of a roster, and how addresses are made of titles."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable

FIRST_GRADE = 1  # first year of primary school
LAST_GRADE = 12  # third year of senior middle school
MOST_DAYS = 30
MINUTES_A_DAY = 24 * 60

# The roster fields that a package may ask for besides those every roster holds (domain: children's data).
ASKABLE_FIELDS = ("birth_date", "sex", "document_type", "document_number", "health_note", "meal_need")

# The languages in which an activity can be held: Chinese, Zhuang, English.
SPOKEN_LANGUAGES = ("zh", "za", "en")

_SLUG_LENGTH = 60
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")


def days_outside(days: int, used: Iterable[int]) -> list[int]:
    """The days of the itinerary that a package of so many days does not have."""
    return sorted({day for day in used if not 1 <= day <= days})


def days_without(days: int, used: Iterable[int]) -> list[int]:
    """The days of a package on which nothing happens."""
    return sorted(set(range(1, days + 1)) - set(used))


def make_slug(title: str, kind: str) -> str:
    """A part of an address: the title's Latin letters and digits (or the kind of thing if there are none), and an end
    by chance that keeps two of one title apart."""
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = _BETWEEN_WORDS.sub("-", latin).strip("-")[:_SLUG_LENGTH].strip("-")
    return f"{words or kind}-{secrets.token_hex(3)}"
