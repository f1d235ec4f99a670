"""The kinds of letters. A feature that writes letters registers each kind when it is imported."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from exchange_app.outbox.models import Letter

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar file that goes with a letter; ``method`` is that of RFC 5546 (PUBLISH, CANCEL)."""

    filename: str
    method: str
    content: bytes


def no_calendar(subject: Any, letter: Letter, now: datetime) -> Calendar | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind(Generic[Subject]):
    """What the outbox has to know about a kind of letter.

    ``load`` fetches the subjects of many letters at once, freshly and with all that the words need; one that is gone is
    left out. ``is_still_true`` is asked right before sending; ``context`` gives the names that the templates in
    `templates/letters/<name>/` use. Both are called in the language of the letter.
    """

    name: str
    load: Callable[[Collection[int]], Mapping[int, Subject]]
    is_still_true: Callable[[Subject, Letter, datetime], bool]
    context: Callable[[Subject, Letter, datetime], Mapping[str, Any]]
    calendar: Callable[[Subject, Letter, datetime], Calendar | None] = no_calendar


_kinds: dict[str, Kind[Any]] = {}


def register(kind: Kind[Any]) -> None:
    if kind.name in _kinds:
        raise ValueError(f"two kinds of letters are called {kind.name}")
    _kinds[kind.name] = kind


def kind_of(letter: Letter) -> Kind[Any]:
    """Raises KeyError for a kind that no feature registered."""
    return _kinds[letter.kind]


def all_kinds() -> Sequence[Kind[Any]]:
    return list(_kinds.values())


def load_subjects(letters: Sequence[Letter]) -> dict[int, Any]:
    """The subject of every letter by the letter's id; letters about the same sort of thing are answered together."""
    wanted: dict[Callable[[Collection[int]], Mapping[int, Any]], list[Letter]] = {}
    for letter in letters:
        if letter.kind in _kinds:
            wanted.setdefault(_kinds[letter.kind].load, []).append(letter)
    found: dict[int, Any] = {}
    for load, sharing in wanted.items():
        subjects = load({letter.subject_id for letter in sharing})
        found.update({each.id: subjects[each.subject_id] for each in sharing if each.subject_id in subjects})
    return found
