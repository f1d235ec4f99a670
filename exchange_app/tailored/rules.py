"""Whose turn it is about a school's own trip, what each side may do then, and what the two write down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, TypeVar

MOST_DAYS = 10
MOST_ENTRIES = 40
NOTICE = timedelta(days=7)  # a host cannot prepare for a group from one day to the next
REMINDED_AFTER = timedelta(days=3)
EXPIRES_AFTER = timedelta(days=14)
HOLD_LENGTH = timedelta(days=7)  # nobody sits before the page when the other side agrees
REGISTRATION_ENDS = timedelta(days=14)
ROSTER_DUE = timedelta(days=7)
A_FULL_DAY = 6 * 60  # minutes of activities, when chosen ones are spread over days
PERSONS_PER_ADULT = 20


class Side(StrEnum):
    SCHOOL = "school"
    HOST = "host"

    @property
    def other(self) -> Side:
        return Side.HOST if self is Side.SCHOOL else Side.SCHOOL


class InquiryState(StrEnum):
    DRAFT = "draft"
    WITH_HOST = "with_host"
    WITH_SCHOOL = "with_school"
    AGREED = "agreed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Step(StrEnum):
    """What can happen to an inquiry; its history keeps these names. SEND hands over a version, WRITE only words."""

    SEND = "send"
    WRITE = "write"
    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    TAKE_ON = "take_on"
    HAND_BACK = "hand_back"


# (state before, who takes the step, step) → state after; by nobody is by the passing of time. What is not here is
# refused.
TRANSITIONS: dict[tuple[InquiryState, Side | None, Step], InquiryState] = {
    (InquiryState.DRAFT, Side.SCHOOL, Step.SEND): InquiryState.WITH_HOST,
    (InquiryState.DRAFT, Side.SCHOOL, Step.WITHDRAW): InquiryState.WITHDRAWN,
    (InquiryState.WITH_HOST, Side.HOST, Step.TAKE_ON): InquiryState.WITH_HOST,
    (InquiryState.WITH_HOST, Side.HOST, Step.HAND_BACK): InquiryState.WITH_HOST,
    (InquiryState.WITH_HOST, Side.HOST, Step.SEND): InquiryState.WITH_SCHOOL,
    (InquiryState.WITH_HOST, Side.HOST, Step.WRITE): InquiryState.WITH_SCHOOL,
    (InquiryState.WITH_HOST, Side.HOST, Step.AGREE): InquiryState.AGREED,
    (InquiryState.WITH_HOST, Side.HOST, Step.DECLINE): InquiryState.DECLINED,
    (InquiryState.WITH_HOST, Side.SCHOOL, Step.SEND): InquiryState.WITH_HOST,  # it corrects itself
    (InquiryState.WITH_HOST, Side.SCHOOL, Step.WITHDRAW): InquiryState.WITHDRAWN,
    (InquiryState.WITH_HOST, None, Step.EXPIRE): InquiryState.EXPIRED,
    (InquiryState.WITH_SCHOOL, Side.SCHOOL, Step.SEND): InquiryState.WITH_HOST,
    (InquiryState.WITH_SCHOOL, Side.SCHOOL, Step.WRITE): InquiryState.WITH_HOST,
    (InquiryState.WITH_SCHOOL, Side.SCHOOL, Step.AGREE): InquiryState.AGREED,
    (InquiryState.WITH_SCHOOL, Side.SCHOOL, Step.WITHDRAW): InquiryState.WITHDRAWN,
    (InquiryState.WITH_SCHOOL, Side.HOST, Step.DECLINE): InquiryState.DECLINED,
    (InquiryState.WITH_SCHOOL, None, Step.EXPIRE): InquiryState.EXPIRED,
}
TURN_OF = {InquiryState.WITH_HOST: Side.HOST, InquiryState.WITH_SCHOOL: Side.SCHOOL}
WAITING = frozenset(TURN_OF)  # for somebody's word


def may(state: InquiryState, side: Side, step: Step, written_by: Side | None) -> bool:
    """Whether a side may take a step; it agrees only to what the other ``written_by``."""
    if step is Step.AGREE and written_by is side:
        return False
    return (state, side, step) in TRANSITIONS


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a trip: an activity, or what stands between two (``item_id`` None, a ``title``). Without ``starts``
    it begins as soon as what goes before allows."""

    item_id: int | None
    day: int
    starts: time | None
    minutes: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one version of a trip says. The first of the dates is wanted most; the order of the entries is theirs
    within a day. ``language`` is the one in which activities are to be held."""

    title: str
    dates: tuple[date, ...]
    days: int
    pupils: int
    staff: int
    grade: int
    language: str
    entries: tuple[Entry, ...]
    price_minor: int = 0
    price_note: str = ""
    conditions: str = ""
    meeting_point: str = ""

    @property
    def persons(self) -> int:
        return self.pupils + self.staff

    @property
    def item_ids(self) -> set[int]:
        return {entry.item_id for entry in self.entries if entry.item_id is not None}


def write_terms(terms: Terms) -> dict[str, Any]:
    """As a column keeps them."""
    entries = [
        asdict(entry) | {"starts": entry.starts and entry.starts.isoformat("minutes")} for entry in terms.entries
    ]
    return asdict(terms) | {"dates": [day.isoformat() for day in terms.dates], "entries": entries}


def read_terms(kept: Mapping[str, Any]) -> Terms:
    entries = (
        Entry(**entry | {"starts": time.fromisoformat(entry["starts"]) if entry["starts"] else None})
        for entry in kept["entries"]
    )
    dates = (date.fromisoformat(day) for day in kept["dates"])
    return Terms(**{**kept, "dates": tuple(dates), "entries": tuple(entries)})


Chosen = TypeVar("Chosen")


def spread(chosen: Iterable[tuple[Chosen, int]]) -> list[tuple[Chosen, int]]:
    """Things of so many minutes over days, in their order: a day is full after six hours."""
    day, used = 1, 0
    found = []
    for one, minutes in chosen:
        if used and used + minutes > A_FULL_DAY:
            day, used = day + 1, 0
        used += minutes
        found.append((one, min(day, MOST_DAYS)))
    return found


def registration_times(now: datetime, meets_at: datetime) -> tuple[datetime, datetime]:
    """Until when the group may be handed in, and when its roster is due; where little time is left, it is halved."""
    closes_at = meets_at - REGISTRATION_ENDS
    if closes_at < now + HOLD_LENGTH:
        closes_at = now + (meets_at - now) / 2
    return closes_at, max(closes_at, meets_at - ROSTER_DUE)


def same_dates(dates: Sequence[date]) -> bool:
    """Whether one of them stands there twice."""
    return len(set(dates)) < len(dates)
