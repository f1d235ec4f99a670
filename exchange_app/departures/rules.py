"""When a departure takes registrations, what it may become, who comes along, and how visitors look for packages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo


class DepartureState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    CALLED_OFF = "called_off"
    DONE = "done"


class Cause(StrEnum):
    """Why a departure is called off."""

    MINIMUM = "minimum"
    WEATHER = "weather"
    SAFETY = "safety"
    OTHER = "other"


class Window(StrEnum):
    """Where a moment stands in a departure's registration window."""

    NOT_YET = "not_yet"
    OPEN = "open"
    OVER = "over"


class Standing(StrEnum):
    """Whether a group can register for a departure right now, or why not."""

    OPEN = "open"
    NOT_YET = "not_yet"
    FULL = "full"
    OVER = "over"
    CALLED_OFF = "called_off"
    DONE = "done"
    DRAFT = "draft"


# What an organiser, or the passing of time, may make of a departure. What is not here is refused.
NEXT_STATES: dict[DepartureState, frozenset[DepartureState]] = {
    DepartureState.DRAFT: frozenset({DepartureState.OPEN}),
    DepartureState.OPEN: frozenset({DepartureState.DRAFT, DepartureState.CLOSED, DepartureState.CALLED_OFF}),
    DepartureState.CLOSED: frozenset({DepartureState.OPEN, DepartureState.CALLED_OFF, DepartureState.DONE}),
    DepartureState.CALLED_OFF: frozenset(),
    DepartureState.DONE: frozenset(),
}

# Tourism Law, article 63: at least so long before a sold departure begins it may be called off for too few persons.
NOTICE_FOR_MINIMUM = timedelta(days=7)

# Visitors see these; a draft is its organiser's alone.
PUBLIC_STATES = frozenset(DepartureState) - {DepartureState.DRAFT}


def day_in(zone: str, moment: datetime) -> date:
    """The day it is there at this moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def registration_window(opens_at: datetime, closes_at: datetime, now: datetime) -> Window:
    if now < opens_at:
        return Window.NOT_YET
    return Window.OPEN if now < closes_at else Window.OVER


def standing(state: DepartureState, window: Window, left: int) -> Standing:
    """Where a departure with so many seats ``left`` stands for somebody who wants to register."""
    if state is not DepartureState.OPEN:
        return _STANDING_OF_STATE[state]
    if window is Window.OPEN:
        return Standing.OPEN if left > 0 else Standing.FULL
    return Standing.NOT_YET if window is Window.NOT_YET else Standing.OVER


_STANDING_OF_STATE = {
    DepartureState.DRAFT: Standing.DRAFT,
    DepartureState.CLOSED: Standing.OVER,
    DepartureState.CALLED_OFF: Standing.CALLED_OFF,
    DepartureState.DONE: Standing.DONE,
}


def adults_needed(pupils: int, persons_per_adult: int) -> int:
    """Accompanying adults for so many pupils; a group of pupils never travels without one."""
    return -(-pupils // persons_per_adult)


class Sort(StrEnum):
    """In which order packages are listed; BEST is that of a search's best matches."""

    NEWEST = "newest"
    SOONEST = "soonest"
    SHORTEST = "shortest"
    CHEAPEST = "cheapest"
    BEST = "best"


class View(StrEnum):
    """How the packages that were found are shown."""

    LIST = "list"
    CALENDAR = "calendar"
    MAP = "map"
