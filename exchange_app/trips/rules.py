"""Which groups travel; who is where with whom, and what is wrong with it; what a roll call comes to;
what is asked afterwards, and which counts stay hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from exchange_app.bookings.rules import BookingState
from exchange_app.core.text import sentence
from exchange_app.rosters.rules import Role, Sex

# The groups whose trip there is something to prepare, to do or to look back on.
TRAVELLING = frozenset({BookingState.SUBMITTED, BookingState.CONFIRMED, BookingState.DONE})


# --------------------------------------------------------------------------------------------- coaches, rooms and teams


class PlaceKind(StrEnum):
    """A team is a small group with its adult."""

    COACH = "coach"
    ROOM = "room"
    TEAM = "team"


_NUMBERED = {
    PlaceKind.COACH: sentence("Coach %(number)s"),
    PlaceKind.ROOM: sentence("Room %(number)s"),
    PlaceKind.TEAM: sentence("Small group %(number)s"),
}
_LABELLED = sentence("%(place)s (%(label)s)")


def title_of(kind: PlaceKind, number: int, label: str | None) -> str:
    """What readers call a place: its number, and what the leader calls it."""
    numbered = str(_NUMBERED[kind]) % {"number": number}
    return str(_LABELLED) % {"place": numbered, "label": label} if label else numbered


@dataclass(frozen=True, slots=True)
class Person:
    """A participant, as far as arranging needs to know; the sex only if the package asks for it."""

    id: int
    role: Role
    name: str
    class_name: str
    sex: Sex | None


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with what readers call it; ``sex`` is whom a room is for, if that is said."""

    id: int
    kind: PlaceKind
    title: str
    capacity: int
    sex: Sex | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one kind, who is in which (``placed``, by the person's id), and who wishes to be with whom."""

    people: Sequence[Person]
    spots: Sequence[Spot]
    placed: Mapping[int, int]
    wishes: frozenset[tuple[int, int]]

    def inside(self, spot: Spot) -> list[Person]:
        return [person for person in self.people if self.placed.get(person.id) == spot.id]

    def spot_of(self, person: Person) -> Spot | None:
        found = self.placed.get(person.id)
        return next((spot for spot in self.spots if spot.id == found), None)

    @property
    def unplaced(self) -> list[Person]:
        return [person for person in self.people if person.id not in self.placed]


@dataclass(frozen=True, slots=True)
class Clash:
    """Something about an arrangement that somebody should look at, in words."""

    words: Any
    facts: Mapping[str, Any]

    @property
    def sentence(self) -> str:
        return str(self.words) % self.facts


OVERFULL = sentence("%(place)s has room for %(capacity)s, and %(count)s are in it.")
BOTH_SEXES = sentence("Both boys and girls, or men and women, are in %(place)s; they are lodged apart.")
OTHER_SEX = sentence("%(name)s is in %(place)s, which is meant for the other sex.")
ADULT_AMONG_PUPILS = sentence("An adult shares %(place)s with pupils.")
NO_ADULT = sentence("Nobody of the staff is in %(place)s.")
WISH_UNHEEDED = sentence("%(first)s and %(second)s wish to be together and are apart.")


def find_clashes(layout: Layout) -> list[Clash]:
    """Everything that is wrong with an arrangement; whoever has no place yet is counted elsewhere."""
    clashes = [clash for spot in layout.spots for clash in _clashes_in(spot, layout.inside(spot))]
    names = {person.id: person.name for person in layout.people}
    for first, second in sorted(layout.wishes):
        if {first, second} <= set(layout.placed) and layout.placed[first] != layout.placed[second]:
            clashes.append(Clash(WISH_UNHEEDED, {"first": names[first], "second": names[second]}))
    return clashes


def _clashes_in(spot: Spot, inside: Sequence[Person]) -> Iterator[Clash]:
    if len(inside) > spot.capacity:
        yield Clash(OVERFULL, {"place": spot.title, "capacity": spot.capacity, "count": len(inside)})
    if not inside:
        return
    roles = {person.role for person in inside}
    if spot.kind is PlaceKind.ROOM:
        yield from _clashes_of_sexes(spot, inside)
        if len(roles) > 1:
            yield Clash(ADULT_AMONG_PUPILS, {"place": spot.title})
    elif Role.STAFF not in roles:
        yield Clash(NO_ADULT, {"place": spot.title})


def _clashes_of_sexes(spot: Spot, inside: Sequence[Person]) -> Iterator[Clash]:
    if spot.sex is None and len({person.sex for person in inside} - {None}) > 1:
        yield Clash(BOTH_SEXES, {"place": spot.title})
    for person in inside:
        if spot.sex is not None and person.sex not in (None, spot.sex):
            yield Clash(OTHER_SEX, {"place": spot.title, "name": person.name})


# ----------------------------------------------------------------------------------------------------------- roll calls


class Presence(StrEnum):
    PRESENT = "present"
    MISSING = "missing"


OLDEST_ENTRY = timedelta(days=14)


def made_at(at: datetime, sent_at: datetime, received_at: datetime) -> datetime:
    """When an entry was made, by a clock that may be wrong.

    What counts is its age: how long before sending it was made, both by the phone's own clock. So a clock that is wrong
    does no harm unless it is set in between; an entry that seems younger than its sending counts as made right then,
    and none is older than two weeks.
    """
    age = min(max(sent_at - at, timedelta()), OLDEST_ENTRY)
    return received_at - age


@dataclass(slots=True)
class Tally:
    """What the entries of one call come to: of each person the latest counts."""

    states: dict[int, Presence] = field(default_factory=dict)
    head_count: int | None = None
    latest: datetime | None = None

    @property
    def present(self) -> int:
        return sum(state is Presence.PRESENT for state in self.states.values())

    @property
    def missing(self) -> int:
        return sum(state is Presence.MISSING for state in self.states.values())


# ------------------------------------------------------------------------------------------------- emergency numbers


# Where the host of a departure has written nothing else.
EMERGENCY_NUMBERS = sentence("Police 110 · Ambulance 120 · Fire 119")


# ------------------------------------------------------------------------------------------------------ what is asked


class Question(StrEnum):
    WHOLE = "whole"
    LEARNED = "learned"
    FRIENDS = "friends"
    CARE = "care"
    AGAIN = "again"


MARKS = range(1, 6)
ASKED_FOR = timedelta(days=60)
REPLIES_PER_PERSON = 3  # the child and two who brought it up
FEWEST_SHOWN = 5


def is_asked(ends_on: date, today: date) -> bool:
    """From the last day on, for two months."""
    return ends_on <= today <= ends_on + ASKED_FOR


def hide_few(counts: Mapping[int, int]) -> dict[int, int | None]:
    """The counts with those from 1 to 4 as None. One alone could be reckoned from the total, so that the smallest other
    is hidden with it."""
    shown: dict[int, int | None] = {mark: None if 0 < count < FEWEST_SHOWN else count for mark, count in counts.items()}
    hidden = [mark for mark, count in shown.items() if count is None]
    others = [mark for mark, count in shown.items() if count]
    if len(hidden) == 1 and others:
        shown[min(others, key=lambda mark: (counts[mark], mark))] = None
    return shown
