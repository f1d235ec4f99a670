"""How people name what letters are about. A feature describes its own way, and `features.py` names them all."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Flask, current_app

from exchange_app.outbox.kinds import KINDS, Kind

Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True)
class Finder(Generic[Subject]):
    """``find`` gives the subject that somebody named as people do (a code, in any spelling), or None. It is one of
    those that ``load`` fetches, and so tells of which kinds the letters about it are."""

    load: Callable[[Collection[int]], Mapping[int, Subject]]
    find: Callable[[str], Subject | None]


@dataclass(frozen=True, slots=True)
class Found:
    """A subject: letters of these ``kinds`` that have this ``subject_id`` are about it."""

    kinds: Sequence[str]
    subject_id: int


FINDERS = "letter_finders"


def know_finders(app: Flask, finders: Iterable[Finder[Any]]) -> None:
    """Tell the outbox how the features' people name what letters are about."""
    app.extensions[FINDERS] = tuple(finders)


def find_subjects(named: str) -> Sequence[Found]:
    """Everything that goes by this name; usually one thing or nothing."""
    finders: Sequence[Finder[Any]] = current_app.extensions[FINDERS]
    subjects = [(finder, finder.find(named)) for finder in finders]
    return [Found(_kinds_about(finder), subject.id) for finder, subject in subjects if subject is not None]


def _kinds_about(finder: Finder[Any]) -> Sequence[str]:
    return [name for name, kind in known_kinds().items() if kind.load is finder.load]


def known_kinds() -> Mapping[str, Kind[Any]]:
    """Every kind of letter by its name."""
    kinds: Mapping[str, Kind[Any]] = current_app.extensions[KINDS]
    return kinds
