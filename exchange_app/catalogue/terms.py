"""What an organiser says about each thing of the catalogue: its editable fields, named as in the tables and the forms.

Comparing terms tells whether somebody else changed a thing while it was being edited.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from datetime import date, time
from typing import Any, TypeVar

from exchange_app.catalogue.models import BaseKind, Manner, Plan
from exchange_app.core.text import Translated


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


@dataclass(frozen=True, slots=True)
class StopTerms:
    menu_item_id: int | None
    day: int
    starts: time
    minutes: int
    title: Translated
    note: Translated


AnyTerms = TypeVar("AnyTerms", BaseTerms, MenuTerms, ItemTerms, PackageTerms, StopTerms)


def terms_of(row: Any, kind: type[AnyTerms]) -> AnyTerms:
    """A row's editable fields as they are now."""
    return kind(**{field.name: getattr(row, field.name) for field in fields(kind)})


def apply_terms(row: Any, terms: AnyTerms) -> None:
    for field in fields(terms):
        setattr(row, field.name, getattr(terms, field.name))


def fingerprint(terms: object) -> str:
    """A short name for exactly these terms; a form carries it to say what its reader saw."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]
