"""The steps of a visit, what counts in the ledger, and when a return is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from exchange_app.core.months import last_of_month, months_after
from exchange_app.partners.models import Plan

MOST_OFFICES = 20
MOST_ENTRIES = 60
MOST_FILES = 20
MOST_DAYS = 60
RETURN_MONTHS = 12
LEAST_SHOWN = 10  # persons: fewer could be about somebody
REMINDED_BEFORE = timedelta(days=3)


class Purpose(StrEnum):
    LEARNING = "learning"
    FIELD_RESEARCH = "field_research"
    CEREMONY = "ceremony"
    JOINT_WORK = "joint_work"
    FESTIVAL = "festival"


class VisitState(StrEnum):
    """CHANGED waits for the other side once more, whatever it had agreed to before."""

    PROPOSED = "proposed"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CARRIED_OUT = "carried_out"
    CANCELLED = "cancelled"


class VisitStep(StrEnum):
    PROPOSE = "propose"
    CHANGE = "change"
    ACCEPT = "accept"
    DECLINE = "decline"
    CARRY_OUT = "carry_out"
    CANCEL = "cancel"
    REPORT = "report"


TO_ANSWER = (VisitState.PROPOSED, VisitState.CHANGED)
UNDER_WAY = (*TO_ANSWER, VisitState.ACCEPTED)

# From which state a step leads where; a report leads nowhere.
VISIT_STEPS: Mapping[tuple[VisitState, VisitStep], VisitState] = {
    **{(state, VisitStep.ACCEPT): VisitState.ACCEPTED for state in TO_ANSWER},
    **{(state, VisitStep.DECLINE): VisitState.DECLINED for state in TO_ANSWER},
    **{(state, VisitStep.CHANGE): VisitState.CHANGED for state in UNDER_WAY},
    **{(state, VisitStep.CANCEL): VisitState.CANCELLED for state in UNDER_WAY},
    **{(state, VisitStep.CARRY_OUT): VisitState.CARRIED_OUT for state in (VisitState.ACCEPTED, VisitState.CARRIED_OUT)},
}


# ---------------------------------------------------------------------------------------------------------- the ledger


@dataclass(frozen=True, slots=True)
class Period:
    """Days, the first and the last among them; a stay belongs to the period in which it ended."""

    first: date
    last: date

    @classmethod
    def of_year(cls, year: int) -> Period:
        return cls.of_months(year, 1, 12)

    @classmethod
    def of_months(cls, year: int, first: int, last: int) -> Period:
        """Whole months of a year, the first and the last among them."""
        return cls(date(year, first, 1), last_of_month(year, last))

    @property
    def a_year_before(self) -> Period:
        """Until the last day of a month where this one does: a February may have a day more."""
        last = months_after(self.last, -12)
        is_end = self.last == last_of_month(self.last.year, self.last.month)
        return Period(months_after(self.first, -12), last_of_month(last.year, last.month) if is_end else last)

    @property
    def year(self) -> int | None:
        """If it is a whole one."""
        return self.first.year if self == self.of_year(self.first.year) else None


@dataclass(frozen=True, slots=True)
class Direction:
    """From one city to another, by their ids."""

    sending_id: int
    hosting_id: int

    @property
    def back(self) -> Direction:
        return Direction(self.hosting_id, self.sending_id)

    @property
    def pair(self) -> tuple[int, int]:
        """The same both ways."""
        return min(self.sending_id, self.hosting_id), max(self.sending_id, self.hosting_id)


@dataclass(frozen=True, slots=True)
class Stay:
    """An exchange that took place: a delegation, or the groups that one city sent to a departure of another."""

    exchange_id: int
    agreement_id: int
    visit_id: int | None
    plan: Plan
    direction: Direction
    starts_on: date
    ends_on: date
    groups: int
    persons: int

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1


@dataclass(frozen=True, slots=True)
class Figures:
    """``groups`` are delegations and groups of schools."""

    groups: int = 0
    persons: int = 0
    person_days: int = 0

    def __add__(self, other: Figures) -> Figures:
        return Figures(self.groups + other.groups, self.persons + other.persons, self.person_days + other.person_days)

    @property
    def is_small(self) -> bool:
        """So few persons that a figure could be about somebody."""
        return 0 < self.persons < LEAST_SHOWN


Ledger = Mapping[tuple[Plan, Direction], Figures]


def figures_of(stay: Stay) -> Figures:
    return Figures(stay.groups, stay.persons, stay.persons * stay.days)


def tally(stays: Iterable[Stay]) -> Ledger:
    """The figures of each plan and direction."""
    found: dict[tuple[Plan, Direction], Figures] = {}
    for stay in stays:
        place = stay.plan, stay.direction
        found[place] = found.get(place, Figures()) + figures_of(stay)
    return found


# -------------------------------------------------------------------------------------------------------------- returns


class ReturnStanding(StrEnum):
    """How it stands with the return of a stay; PLANNED once both sides agreed to it, RETURNED once it took place."""

    TO_COME = "to_come"
    OVERDUE = "overdue"
    PLANNED = "planned"
    RETURNED = "returned"
