"""What a booking may be and become, how long seats are held, how many adults a group needs, and the booking code."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class BookingState(StrEnum):
    HELD = "held"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    CALLED_OFF = "called_off"
    DONE = "done"


class Step(StrEnum):
    """What can happen to a booking; the history keeps these names."""

    HOLD = "hold"
    SUBMIT = "submit"
    CONFIRM = "confirm"
    DECLINE = "decline"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CALL_OFF = "call_off"
    FINISH = "finish"


# (state before, step) → state after. What is not here is refused.
TRANSITIONS: dict[tuple[BookingState, Step], BookingState] = {
    (BookingState.HELD, Step.SUBMIT): BookingState.SUBMITTED,
    (BookingState.HELD, Step.CONFIRM): BookingState.CONFIRMED,
    (BookingState.HELD, Step.EXPIRE): BookingState.EXPIRED,
    (BookingState.HELD, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.HELD, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.SUBMITTED, Step.CONFIRM): BookingState.CONFIRMED,
    (BookingState.SUBMITTED, Step.DECLINE): BookingState.DECLINED,
    (BookingState.SUBMITTED, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.SUBMITTED, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.CONFIRMED, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.CONFIRMED, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.CONFIRMED, Step.FINISH): BookingState.DONE,
}

# A booking in one of these states has its seats; in any other it has given them back.
SEATED = frozenset({BookingState.HELD, BookingState.SUBMITTED, BookingState.CONFIRMED, BookingState.DONE})
# In these its roster and contact may still be edited.
OPEN_FOR_ROSTER = frozenset({BookingState.HELD, BookingState.SUBMITTED, BookingState.CONFIRMED})

HOLD_FLOOR = timedelta(minutes=15)
HOLD_PER_SEAT = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Party:
    """How many come: pupils and the staff who accompany them."""

    pupils: int
    staff: int

    @property
    def persons(self) -> int:
        return self.pupils + self.staff


def hold_length(persons: int) -> timedelta:
    """How long seats are kept for a booking that is being filled in: 15 minutes and one more for each seat."""
    return HOLD_FLOOR + persons * HOLD_PER_SEAT


def adults_needed(pupils: int, persons_per_adult: int) -> int:
    """Accompanying adults for so many pupils; a group of pupils never travels without one."""
    return -(-pupils // persons_per_adult)


# 29 signs without look-alikes (no 0 or O, no 1, I or L, no S beside the 5, no U beside the V): a prime number, so that
# the weighted check sign notices every wrong sign and every two that were swapped.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
CODE_LENGTH = 8


def new_code() -> str:
    """A random booking code: seven signs and a check sign."""
    body = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH - 1))
    return body + _check_sign(body)


def _check_sign(body: str) -> str:
    total = sum(weight * CODE_SIGNS.index(sign) for weight, sign in enumerate(body, start=1))
    return CODE_SIGNS[-total * pow(CODE_LENGTH, -1, len(CODE_SIGNS)) % len(CODE_SIGNS)]


def parse_code(typed: str) -> str | None:
    """The code as it is stored, from what somebody typed: any case, spaces, dashes, full width; None if it is none."""
    code = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    if len(code) != CODE_LENGTH or any(sign not in CODE_SIGNS for sign in code):
        return None
    return code if _check_sign(code[:-1]) == code[-1] else None


def spaced_code(code: str) -> str:
    """The code as people read it: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"
