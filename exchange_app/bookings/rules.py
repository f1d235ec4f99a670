"""What a booking may be and become, how many adults a group needs, how seats are held and offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from exchange_app.departures.rules import adults_needed

LOG_SUBJECT = "booking:"  # how the audit log names a booking, with its code


class BookingState(StrEnum):
    HELD = "held"
    WAITING = "waiting"
    OFFERED = "offered"
    SUBMITTED = "submitted"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    LAPSED = "lapsed"
    CALLED_OFF = "called_off"
    DONE = "done"


class Step(StrEnum):
    """What can happen to a booking; the history keeps these names."""

    HOLD = "hold"
    QUEUE = "queue"
    OFFER = "offer"
    ACCEPT = "accept"
    TURN_DOWN = "turn_down"
    LAPSE = "lapse"
    CLOSE_LIST = "close_list"
    SUBMIT = "submit"
    APPROVE = "approve"
    CONFIRM = "confirm"
    DECLINE = "decline"
    TAKE_BACK = "take_back"
    ASK_AGAIN = "ask_again"
    CANCEL = "cancel"
    EXPIRE = "expire"
    CALL_OFF = "call_off"
    FINISH = "finish"
    RUN_OUT = "run_out"


# (state before, step) → state after. What is not here is refused.
TRANSITIONS: dict[tuple[BookingState, Step], BookingState] = {
    (BookingState.HELD, Step.SUBMIT): BookingState.SUBMITTED,
    (BookingState.HELD, Step.CONFIRM): BookingState.CONFIRMED,
    (BookingState.HELD, Step.EXPIRE): BookingState.EXPIRED,
    (BookingState.HELD, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.HELD, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.EXPIRED, Step.HOLD): BookingState.HELD,  # its leader goes on where they stopped
    (BookingState.WAITING, Step.OFFER): BookingState.OFFERED,
    (BookingState.WAITING, Step.CLOSE_LIST): BookingState.LAPSED,
    (BookingState.WAITING, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.WAITING, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.OFFERED, Step.ACCEPT): BookingState.HELD,  # and submitted in the same transaction
    (BookingState.OFFERED, Step.TURN_DOWN): BookingState.CANCELLED,
    (BookingState.OFFERED, Step.LAPSE): BookingState.LAPSED,
    (BookingState.OFFERED, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.SUBMITTED, Step.APPROVE): BookingState.SUBMITTED,
    (BookingState.SUBMITTED, Step.CONFIRM): BookingState.CONFIRMED,
    (BookingState.SUBMITTED, Step.DECLINE): BookingState.DECLINED,
    (BookingState.SUBMITTED, Step.TAKE_BACK): BookingState.SUBMITTED,
    (BookingState.SUBMITTED, Step.ASK_AGAIN): BookingState.SUBMITTED,
    (BookingState.CONFIRMED, Step.TAKE_BACK): BookingState.SUBMITTED,
    (BookingState.CONFIRMED, Step.ASK_AGAIN): BookingState.SUBMITTED,
    (BookingState.DECLINED, Step.TAKE_BACK): BookingState.SUBMITTED,
    (BookingState.SUBMITTED, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.SUBMITTED, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.CONFIRMED, Step.CANCEL): BookingState.CANCELLED,
    (BookingState.CONFIRMED, Step.CALL_OFF): BookingState.CALLED_OFF,
    (BookingState.CONFIRMED, Step.FINISH): BookingState.DONE,
    (BookingState.SUBMITTED, Step.RUN_OUT): BookingState.DECLINED,
}

# A booking in one of these states has its seats; in any other it has none.
SEATED = frozenset(
    {
        BookingState.HELD,
        BookingState.OFFERED,
        BookingState.SUBMITTED,
        BookingState.CONFIRMED,
        BookingState.DONE,
    }
)
# In these its roster and contact may still be edited.
OPEN_FOR_ROSTER = frozenset({BookingState.HELD, BookingState.SUBMITTED, BookingState.CONFIRMED})
# These groups are handed in: their size may be changed, and they may be moved to another date.
CHANGEABLE = frozenset({BookingState.SUBMITTED, BookingState.CONFIRMED})
# It may still come about.
GOING_ON = CHANGEABLE | {BookingState.HELD, BookingState.WAITING, BookingState.OFFERED}
# What calling a departure off ends.
CAN_BE_CALLED_OFF = frozenset(state for state, step in TRANSITIONS if step is Step.CALL_OFF)

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


class FormStep(StrEnum):
    """What a leader fills in, one after the other, while the seats are held."""

    GROUP = "group"
    ROSTER = "roster"
    SEND = "send"


def held_letter_at(held_at: datetime, persons: int) -> datetime:
    """When a leader who has not finished is told until when the seats are kept: whoever finishes at once never is."""
    return held_at + hold_length(persons) / 3


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Adults that are ``missing`` for ``pupils`` whom nobody accompanies."""

    missing: int
    pupils: int


def shortfall(party: Party, persons_per_adult: int) -> Shortfall | None:
    """What the supervision rule lacks; None where there are adults enough."""
    missing = adults_needed(party.pupils, persons_per_adult) - party.staff
    return Shortfall(missing, party.pupils - party.staff * persons_per_adult) if missing > 0 else None


ROSTER_GRACE = timedelta(hours=24)


def roster_end(due_at: datetime, meets_at: datetime, handed_in_at: datetime) -> datetime:
    """When a group's roster is due: with the departure's, but whoever hands in shortly before or later has a day."""
    return min(max(due_at, handed_in_at + ROSTER_GRACE), meets_at)


def changes_end(starts_on: date, days: int, zone: ZoneInfo) -> datetime:
    """Until when a school changes and cancels by itself: the beginning of the day, so many days before the first."""
    return datetime.combine(starts_on - timedelta(days=days), time(), zone)


# ----------------------------------------------------------------------------------------------------- the waiting list

MOST_PASSES = 2  # how often smaller groups may pass a group that does not fit; then seats gather for it
OFFER_LENGTH = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group on the list: it takes ``needed`` seats of each of its ``pools``; ``times_passed`` others went before."""

    booking_id: int
    needed: int
    pools: frozenset[int]
    times_passed: int
    could_fit: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What the published rule says about the list now.

    ``offer`` is the group to be offered seats and ``passed`` those that it passes; ``kept`` are groups that fit but
    wait, because seats gather for an earlier one; ``lacking`` are the pools that each group lacks.
    """

    offer: Waiting | None
    passed: Sequence[Waiting]
    kept: Sequence[Waiting]
    lacking: Mapping[int, frozenset[int]]


def decide_offer(groups: Iterable[Waiting], left: Mapping[int, int]) -> Decision:
    """The published rule: in the order of arrival, the first group that fits as a whole is offered its seats; it may go
    before earlier groups that lack these same seats only as long as none of them was passed MOST_PASSES times."""
    kept: list[Waiting] = []
    ahead: list[tuple[Waiting, frozenset[int]]] = []
    offer: Waiting | None = None
    passed: list[Waiting] = []
    out_of_the_way: dict[int, frozenset[int]] = {}
    for group in groups:
        if not group.could_fit:
            out_of_the_way[group.booking_id] = frozenset()
            continue
        lacking = frozenset(pool for pool in group.pools if left[pool] < group.needed)
        if not lacking and offer is None:
            passes = [earlier for earlier, lacks in ahead if lacks & group.pools] if group.needed else []
            if all(earlier.times_passed < MOST_PASSES for earlier in passes):
                offer, passed = group, passes
                continue
            kept.append(group)
        ahead.append((group, lacking))
    return Decision(offer, passed, kept, {**out_of_the_way, **{group.booking_id: lacking for group, lacking in ahead}})


def offer_end(now: datetime, closes_at: datetime) -> datetime:
    return min(now + OFFER_LENGTH, closes_at)
