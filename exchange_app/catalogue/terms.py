"""What an organiser says about each thing of the catalogue: its editable fields, named as in the tables and the forms.
Other features say so of theirs.

Comparing terms tells whether somebody else changed a thing while it was being edited.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, time
from typing import TYPE_CHECKING, Any, TypeVar

from exchange_app.catalogue.errors import (
    ReminderForFamilies,
    ReminderTooEarly,
    ReminderTwice,
    TooManyReminders,
)
from exchange_app.catalogue.models import BaseKind, Manner, Package, ReminderAbout, ReminderReader, ReminderRule
from exchange_app.core.errors import Refusal
from exchange_app.core.text import Translated
from exchange_app.partners.models import Plan

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

MOST_REMINDERS = 8


@dataclass(frozen=True, slots=True)
class BaseTerms:
    kind: BaseKind
    county_id: int | None
    operator_id: int | None
    name: Translated
    description: Translated
    address: Translated
    phone: str | None


@dataclass(frozen=True, slots=True)
class MenuTerms:
    title: Translated
    introduction: Translated
    season_from: date
    season_until: date


@dataclass(frozen=True, slots=True)
class ItemTerms:
    base_id: int
    plan: Plan
    manner: Manner
    title: Translated
    description: Translated
    safety_notes: Translated
    minutes: int
    group_min: int
    group_max: int
    slot_capacity: int
    grade_from: int
    grade_until: int
    languages: list[str]
    timetable: dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a `ReminderRule` says."""

    about: ReminderAbout
    days: int
    reader: ReminderReader
    hour: int


@dataclass(frozen=True, slots=True)
class PackageTerms:
    host_city_id: int
    from_city_id: int | None
    plan: Plan
    title: Translated
    summary: Translated
    description: Translated
    included: Translated
    bring: Translated
    rules: Translated
    days: int
    grade_from: int
    grade_until: int
    price_minor: int
    price_note: Translated
    approvals: list[str]
    changes_until_days: int
    persons_per_adult: int
    supervision_basis: Translated
    asks: list[dict[str, Any]]
    recipients: list[dict[str, Any]]
    reminders: Sequence[Reminder]


@dataclass(frozen=True, slots=True)
class StopTerms:
    menu_item_id: int | None
    day: int
    starts: time
    minutes: int
    title: Translated
    note: Translated


AnyTerms = TypeVar("AnyTerms", bound="DataclassInstance")


def terms_of(row: Any, kind: type[AnyTerms]) -> AnyTerms:
    """A row's editable fields as they are now."""
    values = {field.name: getattr(row, field.name) for field in fields(kind)}
    if isinstance(row, Package):
        values["reminders"] = reminders_of(row)
    return kind(**values)


def apply_terms(row: Any, terms: AnyTerms) -> None:
    for field in fields(terms):
        if field.name != "reminders":
            setattr(row, field.name, getattr(terms, field.name))
    if isinstance(terms, PackageTerms):
        _apply_reminders(row, terms.reminders)


def fingerprint(terms: object) -> str:
    """A short name for exactly these terms; a form carries it to say what its reader saw."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


# ------------------------------------------------------------------------------------------------------------ reminders

DEFAULT_REMINDERS = (
    Reminder(ReminderAbout.ROSTER, 3, ReminderReader.LEADER, 9),
    Reminder(ReminderAbout.ROSTER, 1, ReminderReader.LEADER, 9),
    Reminder(ReminderAbout.TRIP, 3, ReminderReader.LEADER, 9),
    Reminder(ReminderAbout.TRIP, 1, ReminderReader.LEADER, 9),
    Reminder(ReminderAbout.TRIP, 1, ReminderReader.FAMILIES, 18),
)


def reminders_of(package: Package) -> list[Reminder]:
    """In the order in which they go out, however the rows stand."""
    return in_order(Reminder(rule.about, rule.days, rule.reader, rule.hour) for rule in package.reminders)


def in_order(reminders: Iterable[Reminder]) -> list[Reminder]:
    subjects = list(ReminderAbout)

    def goes_out(reminder: Reminder) -> tuple[int, int, int, ReminderReader]:
        after = reminder.days if reminder.about is ReminderAbout.AFTERWARDS else -reminder.days
        return subjects.index(reminder.about), after, reminder.hour, reminder.reader

    return sorted(reminders, key=goes_out)


def make_rules(reminders: Iterable[Reminder]) -> list[ReminderRule]:
    """As rows of a new package."""
    return [_change_rule(ReminderRule(), reminder) for reminder in reminders]


def list_mistakes(reminders: Sequence[Reminder]) -> Iterator[tuple[int, Refusal]]:
    """What a package cannot have, each with the place of the reminder that should be mended."""
    seen = set()
    for place, reminder in enumerate(reminders):
        if reminder.reader is ReminderReader.FAMILIES and reminder.about is not ReminderAbout.TRIP:
            yield place, ReminderForFamilies()
        if reminder.about is ReminderAbout.AFTERWARDS and reminder.days == 0:
            yield place, ReminderTooEarly()
        if _name_of(reminder) in seen:
            yield place, ReminderTwice()
        if place >= MOST_REMINDERS:
            yield place, TooManyReminders(most=MOST_REMINDERS)
        seen.add(_name_of(reminder))


def _apply_reminders(package: Package, reminders: Iterable[Reminder]) -> None:
    """A rule that stays keeps its row: the database takes no second one of the same name before the first is gone."""
    rules = {_name_of(rule): rule for rule in package.reminders}
    package.reminders = [
        _change_rule(rules.get(_name_of(reminder)) or ReminderRule(), reminder) for reminder in reminders
    ]


def _change_rule(rule: ReminderRule, reminder: Reminder) -> ReminderRule:
    rule.about, rule.days, rule.reader = _name_of(reminder)
    rule.hour = reminder.hour
    return rule


def _name_of(reminder: Reminder | ReminderRule) -> tuple[ReminderAbout, int, ReminderReader]:
    """What no two reminders of a package may have in common."""
    return reminder.about, reminder.days, reminder.reader
