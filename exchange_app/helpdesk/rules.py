"""Topics, states, PINs, the order in which offices are asked, and which counts may be shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

LOG_SUBJECT = "help:"  # how the audit log names a request, with its code


class Topic(StrEnum):
    JOB = "job"
    MEDICAL = "medical"
    SCHOOLING = "schooling"


class RequestState(StrEnum):
    """WAITING for the office, ANSWERED and so perhaps for the person, or over."""

    WAITING = "waiting"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = (RequestState.WAITING, RequestState.ANSWERED)
OVER = (RequestState.CLOSED, RequestState.WITHDRAWN)


class Outcome(StrEnum):
    """How a request ended. QUIET and UNANSWERED are what the clock says, the others an office."""

    SOLVED = "solved"
    REFERRED = "referred"
    NOT_POSSIBLE = "not_possible"
    QUIET = "quiet"
    UNANSWERED = "unanswered"


SAID_BY_OFFICES = (Outcome.SOLVED, Outcome.REFERRED, Outcome.NOT_POSSIBLE)


class Saying(StrEnum):
    """What an entry of a request says."""

    ASKED = "asked"
    ADDED = "added"
    ANSWER = "answer"
    NOTE = "note"
    PASSED_ON = "passed_on"
    ESCALATED = "escalated"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OF_THE_PERSON = frozenset({Saying.ASKED, Saying.ADDED, Saying.WITHDRAWN})


class Show(StrEnum):
    """Which requests an office's page lists."""

    WAITING = "waiting"
    MINE = "mine"
    OVERDUE = "overdue"
    ANSWERED = "answered"
    COPIED = "copied"
    OVER = "over"


# ------------------------------------------------------------------------------------------------- topics and offices


@dataclass(frozen=True, slots=True)
class Care:
    """Which department answers a topic, by its short name, and within how many working days."""

    department: str
    answer_days: int = 3


# What holds until an administrator says otherwise.
DEFAULTS: Mapping[Topic, Care] = {
    Topic.JOB: Care("human-resources"),
    Topic.MEDICAL: Care("health"),
    Topic.SCHOOLING: Care("education"),
}
MOST_ANSWER_DAYS = 20

QUIET_AFTER = timedelta(days=30)  # the person says nothing more to an answer
UNANSWERED_AFTER = timedelta(days=180)  # nobody says anything at all

OfficeId = TypeVar("OfficeId", bound=Hashable)


def rungs_above(office: OfficeId, ladder: Sequence[OfficeId], *, stands_at: int) -> Sequence[OfficeId]:
    """Who is asked after ``office``, in this order. An office that is not of the ladder, because the request was passed
    on to it, stands beside the rung ``stands_at``."""
    at = ladder.index(office) if office in ladder else stands_at
    return [rung for rung in ladder[at + 1 :] if rung != office]


# ----------------------------------------------------------------------------------------- what must not be in a text

_BETWEEN = r"[\s\-‐‑‒–—−·.]*"
_EIGHTEEN = re.compile(rf"(?<!\d)(?:\d{_BETWEEN}){{17}}[\dXx](?!\d)")
_NO_SIGN = re.compile(r"[^\dX]")


def holds_identity_number(text: str) -> bool:
    """Whether 18 signs, however they are spaced, have a day of birth where an identity number has it. The check
    character does not matter: with one digit mistyped it would still tell who somebody is."""
    return any(_has_birth_date(found[0]) for found in _EIGHTEEN.finditer(_as_it_looks(text)))


def _as_it_looks(text: str) -> str:
    """Without signs that nobody sees, which come along where a number is copied from a chat."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")


def _has_birth_date(signs: str) -> bool:
    try:
        ric.get_birth_date(_NO_SIGN.sub("", signs.upper()))
    except InvalidComponent:
        return False
    return True


# ---------------------------------------------------------------------------------------------------------------- PIN

PIN_LENGTH = 6


def pin_of(fingerprint: str) -> str:
    """Six digits out of a keyed hash (256 bits, so that each PIN is as likely as any other)."""
    return f"{int(fingerprint, 16) % 10**PIN_LENGTH:0{PIN_LENGTH}}"


def plain_pin(typed: str) -> str:
    """Its digits, of whatever script, as those that `pin_of` writes."""
    return "".join(str(unicodedata.decimal(sign)) for sign in unicodedata.normalize("NFKC", typed) if sign.isdecimal())


# -------------------------------------------------------------------------------------------------------------- texts

_LINK = re.compile(r"https?://[^\s/.]+(\.[^\s/.]+)+[^\s]*")


def is_link(address: str) -> bool:
    return bool(_LINK.fullmatch(address))


def has_words(wanted: str, texts: Iterable[str]) -> bool:
    """Whether each of the wanted words stands somewhere in the texts."""
    searched = _comparable("\n".join(texts))
    return all(word in searched for word in _comparable(wanted).split())


def _comparable(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


# ------------------------------------------------------------------------------------------------------------ figures

LEAST_SHOWN = 10


class Band(StrEnum):
    """Within how many working days the first answer came."""

    ONE_DAY = "one_day"
    THREE_DAYS = "three_days"
    FIVE_DAYS = "five_days"
    TEN_DAYS = "ten_days"
    LATER = "later"


_BAND_DAYS = {Band.ONE_DAY: 1, Band.THREE_DAYS: 3, Band.FIVE_DAYS: 5, Band.TEN_DAYS: 10}


def band_of(working_days: int) -> Band:
    return next((band for band, days in _BAND_DAYS.items() if working_days <= days), Band.LATER)


def median_band(answered: Mapping[Band, int]) -> Band | None:
    """The band of the answer in the middle; None where so few were given that one of them could be told."""
    total = sum(answered.values())
    if total < LEAST_SHOWN:
        return None
    seen = 0
    for band in Band:
        seen += answered.get(band, 0)
        if seen * 2 >= total:
            return band
    return None


def quarter_of(day: date) -> date:
    """The first day of its quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


@dataclass(frozen=True, slots=True)
class Figure:
    """A count as it may be shown: ``count`` None is fewer than LEAST_SHOWN; a total that has such a count in it is only
    told to be ``at_least`` the counts that are shown."""

    count: int | None
    at_least: int | None = None


def shown(count: int) -> Figure:
    return Figure(count if count >= LEAST_SHOWN else None)


def total_of(counts: Iterable[int]) -> Figure:
    """What a total says depends on nothing that is hidden: an exact one would give a single hidden count away, and
    several where they are as small or as large as they can be."""
    parts = list(counts)
    open_parts = [count for count in parts if count >= LEAST_SHOWN]
    if len(open_parts) == len(parts):
        return Figure(sum(parts)) if parts else Figure(None)
    return Figure(None, sum(open_parts) or None)
