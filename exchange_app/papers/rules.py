"""Which papers there are, until when each is due, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MOST_DAYS = 365
SOON = timedelta(days=7)


class Paper(StrEnum):
    PLAN = "plan"
    SAFETY_PLAN = "safety_plan"
    RISK_CHECK = "risk_check"
    FILING = "filing"
    CONTRACT = "contract"
    ITINERARY = "itinerary"
    ROSTER = "roster"
    CONSENTS = "consents"
    GROUPING = "grouping"
    BRIEFING = "briefing"
    ROLL_CALLS = "roll_calls"
    INCIDENTS = "incidents"
    EVALUATION = "evaluation"
    CERTIFICATES = "certificates"


# A leader says that these are done; how the others stand, the site knows by itself.
TICKED = frozenset({Paper.PLAN, Paper.SAFETY_PLAN, Paper.RISK_CHECK, Paper.FILING, Paper.CONTRACT, Paper.BRIEFING})


class Counted(StrEnum):
    """From where days are counted: back from the first day, or on from the last."""

    BEFORE = "before"
    AFTER = "after"


class Standing(StrEnum):
    DONE = "completed"
    OPEN = "to_come"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Due:
    """So many days before the first day or after the last; a city that does not want the paper says so."""

    counted: Counted
    days: int
    is_wanted: bool = True

    def on(self, first_day: date, last_day: date) -> date:
        if self.counted is Counted.BEFORE:
            return first_day - timedelta(days=self.days)
        return last_day + timedelta(days=self.days)


# What holds until a city says otherwise. A roster is due when its departure says so, whatever stands here.
DEFAULTS: Mapping[Paper, Due] = {
    Paper.PLAN: Due(Counted.BEFORE, 30),
    Paper.SAFETY_PLAN: Due(Counted.BEFORE, 21),
    Paper.RISK_CHECK: Due(Counted.BEFORE, 21),
    Paper.FILING: Due(Counted.BEFORE, 15),
    Paper.CONTRACT: Due(Counted.BEFORE, 14),
    Paper.ITINERARY: Due(Counted.BEFORE, 14),
    Paper.ROSTER: Due(Counted.BEFORE, 7),
    Paper.CONSENTS: Due(Counted.BEFORE, 5),
    Paper.GROUPING: Due(Counted.BEFORE, 3),
    Paper.BRIEFING: Due(Counted.BEFORE, 1),
    Paper.ROLL_CALLS: Due(Counted.AFTER, 0),
    Paper.INCIDENTS: Due(Counted.AFTER, 3),
    Paper.EVALUATION: Due(Counted.AFTER, 14),
    Paper.CERTIFICATES: Due(Counted.AFTER, 14),
}


def standing(due_on: date, today: date, *, is_done: bool) -> Standing:
    if is_done:
        return Standing.DONE
    if due_on < today:
        return Standing.OVERDUE
    return Standing.SOON if due_on - today <= SOON else Standing.OPEN
