"""Whose turn it is to chair, when the next meeting is due, and how a meeting, its minutes and an action go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from exchange_app.core.months import months_after

MOST_ITEMS = 40
MOST_INVITED = 300
MOST_ACTIONS = 60
MOST_MONTHS = 24
LEAST_MINUTES, MOST_MINUTES = 15, 600

NOTICE = timedelta(days=14)  # nobody is asked to come to a meeting sooner than that
WANTED_BEFORE = timedelta(days=30)
REMINDED_BEFORE = timedelta(days=3)
CONFIRMED_WITHIN = timedelta(days=7)
GUESTS_KEPT = timedelta(days=90)


class MeetingState(StrEnum):
    """``HELD``: its minutes are being written; ``SENT``: the cities are asked to confirm them."""

    PLANNED = "planned"
    INVITED = "invited"
    HELD = "held"
    SENT = "sent"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class MeetingStep(StrEnum):
    CHANGE = "change"
    INVITE = "invite"
    CANCEL = "cancel"
    WRITE = "write"
    SEND = "send"
    OBJECT = "object"
    PUBLISH = "publish"


TO_COME = (MeetingState.PLANNED, MeetingState.INVITED)

# From which state a step leads where.
STEPS = {
    (MeetingState.PLANNED, MeetingStep.CHANGE): MeetingState.PLANNED,
    (MeetingState.INVITED, MeetingStep.CHANGE): MeetingState.INVITED,
    (MeetingState.PLANNED, MeetingStep.INVITE): MeetingState.INVITED,
    (MeetingState.INVITED, MeetingStep.INVITE): MeetingState.INVITED,
    (MeetingState.PLANNED, MeetingStep.CANCEL): MeetingState.CANCELLED,
    (MeetingState.INVITED, MeetingStep.CANCEL): MeetingState.CANCELLED,
    (MeetingState.PLANNED, MeetingStep.WRITE): MeetingState.HELD,
    (MeetingState.INVITED, MeetingStep.WRITE): MeetingState.HELD,
    (MeetingState.HELD, MeetingStep.WRITE): MeetingState.HELD,
    (MeetingState.HELD, MeetingStep.SEND): MeetingState.SENT,
    (MeetingState.SENT, MeetingStep.OBJECT): MeetingState.HELD,
    (MeetingState.SENT, MeetingStep.PUBLISH): MeetingState.CONFIRMED,
}


class Answer(StrEnum):
    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


class ActionState(StrEnum):
    OPEN = "open"
    DONE = "done"
    DROPPED = "dropped"


class TopicKind(StrEnum):
    """What an item of an agenda was drawn from."""

    PROBLEM = "problem"
    EXCHANGE = "exchange"
    ACTION = "action"


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often the cities of an agreement meet, from when and for how many minutes."""

    every_months: int
    begins: time
    minutes: int


DEFAULT_RHYTHM = Rhythm(every_months=6, begins=time(9, 30), minutes=120)


def next_chair(positions: Sequence[int], last: int | None) -> int | None:
    """The position of the party that chairs next: the one after the ``last`` chair's, or the first. Of a city that left
    there is no position, so it is passed over."""
    in_order = sorted(positions)
    after = (position for position in in_order if last is not None and position > last)
    return next(after, in_order[0] if in_order else None)


def next_day(last: date | None, every_months: int, today: date, is_working_day: Callable[[date], bool]) -> date:
    """When to meet next: so many months after the ``last`` meeting, with enough notice, on a working day."""
    earliest = today + NOTICE
    day = earliest if last is None else max(earliest, months_after(last, every_months))
    while not is_working_day(day):
        day += timedelta(days=1)
    return day
