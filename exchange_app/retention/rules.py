"""What goes together, when it is due, and in which order the steps against a breach are taken."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from exchange_app.bookings.rules import BookingState, Step


class Kept(StrEnum):
    """What is kept, and goes, together. A value is stored and never renamed.

    DOCUMENTS are numbers of documents, health notes, meal needs and rows that nobody mended; ROSTERS the persons and
    all that hangs on them; MESSAGES what a host wrote to the leaders of a departure, with its notes for the day;
    ANSWERS the guardians' answers with the texts they read; HELP_REQUESTS what was asked at the help desk and answered.
    """

    DOCUMENTS = "documents"
    ROSTERS = "rosters"
    MESSAGES = "messages"
    ANSWERS = "answers"
    INCIDENTS = "incidents"
    DISCLOSURES = "disclosures"
    EXPORTS = "exports"
    BREACHES = "breaches"
    HELP_REQUESTS = "help_requests"


# A group that ended like this does not travel; the steps say when that was settled.
NOT_TRAVELLING = frozenset(
    {
        BookingState.CANCELLED,
        BookingState.DECLINED,
        BookingState.EXPIRED,
        BookingState.LAPSED,
        BookingState.CALLED_OFF,
    }
)
SETTLING = (
    Step.CANCEL,
    Step.TURN_DOWN,
    Step.DECLINE,
    Step.RUN_OUT,
    Step.EXPIRE,
    Step.LAPSE,
    Step.CLOSE_LIST,
    Step.CALL_OFF,
)

MISSED_AFTER = timedelta(days=2)  # a job of every hour that did not run for so long does not run
LOOK_AHEAD = timedelta(days=30)


def midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), zone)


class Scope(StrEnum):
    """What a breach is about: what one account could see, one departure, one group, or everything."""

    ACCOUNT = "account"
    DEPARTURE = "departure"
    GROUP = "group"
    EVERYTHING = "everything"


class Measure(StrEnum):
    """What is done about a breach, in the order in which it is usually done."""

    NOTICED = "noticed"
    CONTAINED = "contained"
    REGULATOR_TOLD = "regulator_told"
    SCHOOLS_TOLD = "schools_told"
    GUARDIANS_TOLD = "guardians_told"
    CLOSED = "closed"


class Data(StrEnum):
    """What kinds of data about children were kept."""

    NAMES = "names"
    DOCUMENTS = "documents"
    HEALTH = "health"


class Audience(StrEnum):
    """Whom a drafted letter is for."""

    GUARDIANS = "guardians"
    SCHOOLS = "schools"
    REGULATOR = "regulator"
