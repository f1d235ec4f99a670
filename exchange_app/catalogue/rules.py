"""What an itinerary must hold, when an activity begins, what a package may ask of a roster, and how addresses are made
of titles."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any, NamedTuple, Protocol, TypeVar

from exchange_app.core.text import Translated

FIRST_GRADE = 1  # first year of primary school
LAST_GRADE = 12  # third year of senior middle school
MOST_DAYS = 30
MINUTES_A_DAY = 24 * 60
WEEKDAYS = range(1, 8)  # as ISO counts them, from Monday

# The roster fields that a package may ask for besides those every roster holds (domain: children's data). Whoever asks
# for a document's number asks for its type.
ASKABLE_FIELDS = ("birth_date", "sex", "document_number", "health_note", "meal_need")

# The languages in which an activity can be held: Chinese, Zhuang, English.
SPOKEN_LANGUAGES = ("zh", "za", "en")


class OnADay(Protocol):
    day: Any


DayStop = TypeVar("DayStop", bound=OnADay)

_SLUG_LENGTH = 60
_BETWEEN_WORDS = re.compile(r"[^a-z0-9]+")
_BETWEEN_TIMES = re.compile(r"[,;、،؛\s]+")
_TIME = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def days_outside(days: int, used: Iterable[int]) -> list[int]:
    """The days of the itinerary that a package of so many days does not have."""
    return sorted({day for day in used if not 1 <= day <= days})


def days_without(days: int, used: Iterable[int]) -> list[int]:
    """The days of a package on which nothing happens."""
    return sorted(set(range(1, days + 1)) - set(used))


def by_day(stops: Iterable[DayStop], days: int) -> list[tuple[int, list[DayStop]]]:
    """Each day of a package with its stops in their order; a day may have none."""
    found: dict[int, list[DayStop]] = {day: [] for day in range(1, days + 1)}
    for stop in stops:
        found.setdefault(stop.day, []).append(stop)
    return sorted(found.items())


class Stage(NamedTuple):
    """A stop with the time at which it ends; before it ``minutes_between`` pass, from ``place`` to place where the
    base changes (None where it does not)."""

    stop: Any
    ends: time
    minutes_between: int
    place: Any | None


def on_the_way(stops: Iterable[Any]) -> list[Stage]:
    """One day's stops in their order, each with what lies between it and the one before."""
    stages: list[Stage] = []
    place = None
    for stop in stops:
        begins = _minutes_of(stop.starts)
        since = _minutes_of(stages[-1].ends) if stages else begins
        moved = place if place is not None and stop.base_name is not None and stop.base_name != place else None
        stages.append(Stage(stop, _time_of(begins + stop.minutes), max(0, begins - since), moved))
        place = stop.base_name if stop.base_name is not None else place
    return stages


def _minutes_of(moment: time) -> int:
    return moment.hour * 60 + moment.minute


def _time_of(minutes: int) -> time:
    return time(*divmod(minutes % MINUTES_A_DAY, 60))


def parse_times(text: str) -> list[str]:
    """The times in a line such as ``9:00, 14:00``, each once and in their order, as a timetable holds them.

    Between them may stand any comma, a semicolon or a space. Raises ValueError for what is no time.
    """
    typed = unicodedata.normalize("NFKC", text)
    return sorted({_read_time(word) for word in _BETWEEN_TIMES.split(typed) if word})


def _read_time(word: str) -> str:
    if (found := _TIME.fullmatch(word)) is None:
        raise ValueError(f"no time: {word}")
    return f"{found[1]:0>2}:{found[2]}"


def has_times(timetable: Mapping[str, Sequence[str]]) -> bool:
    """Whether slots begin at fixed times; otherwise groups come at any time."""
    return any(timetable.values())


def times_on(timetable: Mapping[str, Sequence[str]], day: date) -> list[time]:
    """When slots begin on that day, in their order."""
    return [time.fromisoformat(begins) for begins in timetable.get(str(day.isoweekday()), ())]


def weekdays_alike(timetable: Mapping[str, Sequence[str]]) -> list[tuple[list[int], list[str]]]:
    """The weekdays on which slots begin, those with the same times together, each with its times."""
    found: dict[tuple[str, ...], list[int]] = {}
    for weekday in WEEKDAYS:
        if times := tuple(timetable.get(str(weekday), ())):
            found.setdefault(times, []).append(weekday)
    return [(weekdays, list(times)) for times, weekdays in found.items()]


def runs(weekdays: Iterable[int]) -> list[tuple[int, int]]:
    """Weekdays in their order as first and last of those that follow each other: 1, 2, 3, 6 → (1, 3), (6, 6)."""
    found: list[tuple[int, int]] = []
    for weekday in weekdays:
        if found and found[-1][1] == weekday - 1:
            found[-1] = (found[-1][0], weekday)
        else:
            found.append((weekday, weekday))
    return found


def make_asks(reasons: Mapping[str, Translated]) -> list[dict[str, Any]]:
    """A package's ``asks``: the fields for which there is a reason, a document's type beside its number."""
    asks = []
    for field in ASKABLE_FIELDS:
        if reason := reasons.get(field):
            names = ("document_type", field) if field == "document_number" else (field,)
            asks += [{"field": name, "reason": dict(reason)} for name in names]
    return asks


def make_recipients(named: Iterable[tuple[Translated, Translated]]) -> list[dict[str, Any]]:
    """A package's ``recipients``, from pairs of a name and what the data are for."""
    return [{"name": dict(name), "purpose": dict(purpose)} for name, purpose in named if name]


def make_slug(title: str, kind: str) -> str:
    """A part of an address: the title's Latin letters and digits (or the kind of thing if there are none), and an end
    by chance that keeps two of one title apart."""
    latin = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower().replace("'", "")
    words = _BETWEEN_WORDS.sub("-", latin).strip("-")[:_SLUG_LENGTH].strip("-")
    return f"{words or kind}-{secrets.token_hex(3)}"
