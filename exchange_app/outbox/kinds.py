"""The kinds of letters. A feature describes its own, and `features.py` names them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask import Flask, current_app

from exchange_app.outbox.models import Letter, Urgency

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Calendar:
    """A calendar file that goes with a letter; ``method`` is that of RFC 5546 (PUBLISH, REQUEST, CANCEL)."""

    filename: str
    method: str
    content: bytes


def no_calendar(subject: Any, letter: Letter, now: datetime) -> Calendar | None:
    return None


def no_unsubscribing(subject: Any, letter: Letter) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Kind(Generic[Subject]):
    """What the outbox has to know about a kind of letter.

    ``words`` say to operators what it is. ``load`` fetches the subjects of many letters at once, freshly and with all
    that is said about them; one that is gone is left out. ``is_still_true`` is asked right before sending. ``context``
    gives the names that the templates in `templates/letters/<name>/` use, in the language of the letter; ``host`` is
    who writes it, None for this site itself, and the name that ``leads_to`` says is the address of the page that a text
    message or a robot shows. Of letters that are due the most urgent go first. ``unsubscribe`` gives the address where
    a reader who wants no more such letters says so with one click; digests have one, and no letter that somebody has to
    get.
    """

    name: str
    words: Any
    load: Callable[[Collection[int]], Mapping[int, Subject]]
    is_still_true: Callable[[Subject, Letter, datetime], bool]
    context: Callable[[Subject, Letter, datetime], Mapping[str, Any]]
    calendar: Callable[[Subject, Letter, datetime], Calendar | None] = no_calendar
    urgency: Urgency = Urgency.AT_ONCE
    leads_to: str = "booking_url"
    unsubscribe: Callable[[Subject, Letter], str | None] = no_unsubscribing


KINDS = "letter_kinds"


def know_letters(app: Flask, kinds: Iterable[Kind[Any]]) -> None:
    """Tell the outbox which kinds of letters the features write."""
    app.extensions[KINDS] = {kind.name: kind for kind in kinds}


def kind_of(letter: Letter) -> Kind[Any]:
    """Raises KeyError for a kind that no feature named."""
    kind: Kind[Any] = current_app.extensions[KINDS][letter.kind]
    return kind


def urgency_of(kind_name: str) -> Urgency:
    kind: Kind[Any] | None = current_app.extensions[KINDS].get(kind_name)
    return Urgency.AT_ONCE if kind is None else kind.urgency


def load_subjects(letters: Sequence[Letter]) -> dict[int, Any]:
    """The subject of every letter by the letter's id; letters about the same sort of thing are answered together."""
    sharing: dict[Callable[[Collection[int]], Mapping[int, Any]], list[Letter]] = {}
    for letter in letters:
        if letter.kind in current_app.extensions[KINDS]:
            sharing.setdefault(kind_of(letter).load, []).append(letter)
    found: dict[int, Any] = {}
    for load, alike in sharing.items():
        subjects = load({letter.subject_id for letter in alike})
        found.update({letter.id: subjects[letter.subject_id] for letter in alike if letter.subject_id in subjects})
    return found
