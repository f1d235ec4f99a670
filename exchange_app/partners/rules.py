"""Codes of cities and counties (GB/T 2260), short names in addresses; the steps of agreements and of counterparts."""

from __future__ import annotations

import re
from enum import StrEnum

_CODE = re.compile(r"[1-9]\d{5}", re.ASCII)
_SLUG = re.compile(r"[a-z]+(-[a-z]+)*", re.ASCII)


def is_city_code(code: str) -> bool:
    """A city's code ends in 00, as in 450100."""
    return bool(_CODE.fullmatch(code)) and code.endswith("00")


def is_county_code(code: str, city_code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and code[:4] == city_code[:4] and not code.endswith("00")


def is_slug(slug: str) -> bool:
    return bool(_SLUG.fullmatch(slug))


LEAST_PARTIES = 2
MOST_PAPERS = 40


class AgreementState(StrEnum):
    DRAFT = "draft"
    IN_FORCE = "in_force"
    ENDED = "ended"


class Proposed(StrEnum):
    """What of an agreement in force no city changes alone."""

    JOIN = "join"
    LEAVE = "leave"
    END = "end"


class CounterpartState(StrEnum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ENDED = "ended"


class CounterpartStep(StrEnum):
    CONFIRM = "confirm"
    DECLINE = "decline"
    END = "end"


# From which state a step leads where. A proposal that its own side takes back has ended too.
COUNTERPART_STEPS = {
    (CounterpartState.PROPOSED, CounterpartStep.CONFIRM): CounterpartState.CONFIRMED,
    (CounterpartState.PROPOSED, CounterpartStep.DECLINE): CounterpartState.DECLINED,
    (CounterpartState.PROPOSED, CounterpartStep.END): CounterpartState.ENDED,
    (CounterpartState.CONFIRMED, CounterpartStep.END): CounterpartState.ENDED,
}
