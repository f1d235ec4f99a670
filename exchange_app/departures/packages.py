"""Packages as visitors look for them: by what a group needs, in an order, on a calendar and on a map; with how many
packages each further choice would leave.

Every list costs a fixed number of statements, and all counting is the database's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.catalogue.models import Base, MenuItem, Package, SearchEntry, Stop
from exchange_app.catalogue.queries import IS_PUBLIC
from exchange_app.catalogue.rules import FIRST_GRADE, LAST_GRADE
from exchange_app.catalogue.search import matches, score
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import FREE, DateLine, each_date, lines_of
from exchange_app.departures.rules import PUBLIC_STATES, DepartureState, Sort
from exchange_app.partners.models import City, County, Plan


@dataclass(frozen=True, slots=True)
class PackageFilter:
    """What a visitor looks for; None means any. Dates are of the departure's first day, both included; ``county`` is
    the code of one where the package stops, ``words`` are those of a search."""

    city: str | None = None
    county: str | None = None
    plan: Plan | None = None
    grade: int | None = None
    days: int | None = None
    since: date | None = None
    until: date | None = None
    seats: int | None = None
    words: tuple[str, ...] = ()
    sort: Sort | None = None

    @property
    def asks_for_a_date(self) -> bool:
        return self.since is not None or self.until is not None or self.seats is not None

    @property
    def order(self) -> Sort:
        """The one that was asked for; a search's best matches need a search."""
        if self.sort is None or (self.sort is Sort.BEST and not self.words):
            return Sort.BEST if self.words else Sort.NEWEST
        return self.sort


def select_packages(wanted: PackageFilter, *, now: datetime, today: date) -> Select[*tuple[Any, ...]]:
    """Published packages, each with the next departure that fits the wish and can still be had, and what is ``left`` of
    it (both None where there is none); to be paged."""
    packages = (
        select(Package, Departure, FREE)
        .join(Package.host_city)
        .outerjoin(Departure, Departure.id == _next_departure(wanted, now=now, today=today))
        .outerjoin(Departure.pool)
        .options(contains_eager(Package.host_city), joinedload(Package.from_city), joinedload(Package.photo))
        .where(*_fits(wanted))
    )
    if wanted.words:
        packages = packages.join(SearchEntry, SearchEntry.package_id == Package.id)
    ordered = packages.order_by(*_order(wanted))
    return ordered.where(Departure.id.is_not(None)) if wanted.asks_for_a_date else ordered


def _order(wanted: PackageFilter) -> tuple[Any, ...]:
    first: dict[Sort, tuple[Any, ...]] = {
        Sort.SOONEST: (Departure.starts_on.is_(None), Departure.starts_on),
        Sort.SHORTEST: (Package.days,),
        Sort.CHEAPEST: (Package.price_minor,),
    }
    if wanted.order is Sort.BEST:
        first[Sort.BEST] = (score(wanted.words).desc(),)
    return *first.get(wanted.order, ()), Package.id.desc()


def _fits(wanted: PackageFilter) -> list[ColumnElement[bool]]:
    """What a published package has to be; the query joins its host city."""
    conditions: list[ColumnElement[bool]] = [IS_PUBLIC]
    if wanted.city is not None:
        conditions.append(City.slug == wanted.city)
    if wanted.county is not None:
        stops = select(Stop.package_id).join(Stop.menu_item).join(MenuItem.base).join(Base.county)
        conditions.append(Package.id.in_(stops.where(County.code == wanted.county)))
    if wanted.plan is not None:
        conditions.append(Package.plan == wanted.plan)
    if wanted.grade is not None:
        conditions.append(and_(Package.grade_from <= wanted.grade, wanted.grade <= Package.grade_until))
    if wanted.days is not None:
        conditions.append(Package.days == wanted.days)
    if wanted.words:
        found = select(SearchEntry.package_id).where(SearchEntry.package_id.is_not(None), matches(wanted.words))
        conditions.append(Package.id.in_(found))
    return conditions


def _next_departure(wanted: PackageFilter, *, now: datetime, today: date) -> Any:
    candidates = select(Departure.id).join(Departure.pool).where(*_can_be_had(wanted, now=now, today=today))
    return candidates.order_by(Departure.starts_on, Departure.id).limit(1).correlate(Package).scalar_subquery()


def _can_be_had(wanted: PackageFilter, *, now: datetime, today: date) -> list[ColumnElement[bool]]:
    conditions = [
        Departure.package_id == Package.id,
        Departure.starts_on >= max(wanted.since or today, today),
        Departure.state == DepartureState.OPEN,
        Departure.closes_at > now,
        (wanted.seats or 1) <= FREE,
    ]
    if wanted.until is not None:
        conditions.append(Departure.starts_on <= wanted.until)
    return conditions


# ------------------------------------------------------------------------------------------------------------- counting


class Choices(NamedTuple):
    """How many packages each choice would leave, all other wishes kept; choices that would leave none are absent."""

    city: Counter[str]
    plan: Counter[Plan]
    grade: Counter[int]
    days: Counter[int]


def count_choices(wanted: PackageFilter, *, now: datetime, today: date) -> Choices:
    """In one statement: packages are counted by what they have in common, and there are few such kinds."""
    columns = (City.slug, Package.plan, Package.days, Package.grade_from, Package.grade_until)
    open_wish = replace(wanted, city=None, plan=None, grade=None, days=None)
    counted = (
        select(*columns, func.count())
        .select_from(Package)
        .join(Package.host_city)
        .where(*_fits(open_wish), *_has_a_date(wanted, now=now, today=today))
        .group_by(*columns)
    )
    return _add_up([_Kind(*row) for row in db.session.execute(counted)], wanted)


class _Kind(NamedTuple):
    city: str
    plan: Plan
    days: int
    grade_from: int
    grade_until: int
    packages: int


def _add_up(kinds: Sequence[_Kind], wanted: PackageFilter) -> Choices:
    fits: dict[str, Callable[[_Kind], bool]] = {
        "city": lambda kind: wanted.city in (None, kind.city),
        "plan": lambda kind: wanted.plan in (None, kind.plan),
        "days": lambda kind: wanted.days in (None, kind.days),
        "grade": lambda kind: wanted.grade is None or kind.grade_from <= wanted.grade <= kind.grade_until,
    }
    choices = Choices(Counter(), Counter(), Counter(), Counter())
    for kind in kinds:
        missed = [name for name, fit in fits.items() if not fit(kind)]
        if missed in ([], ["city"]):
            choices.city[kind.city] += kind.packages
        if missed in ([], ["plan"]):
            choices.plan[kind.plan] += kind.packages
        if missed in ([], ["days"]):
            choices.days[kind.days] += kind.packages
        if missed in ([], ["grade"]):
            for grade in range(max(kind.grade_from, FIRST_GRADE), min(kind.grade_until, LAST_GRADE) + 1):
                choices.grade[grade] += kind.packages
    return choices


def _has_a_date(wanted: PackageFilter, *, now: datetime, today: date) -> list[ColumnElement[bool]]:
    if not wanted.asks_for_a_date:
        return []
    some = select(Departure.id).join(Departure.pool).where(*_can_be_had(wanted, now=now, today=today))
    return [exists(some.correlate(Package))]


# ----------------------------------------------------------------------------------------------------------- on the map


def count_in_counties(wanted: PackageFilter, *, now: datetime, today: date) -> dict[str, int]:
    """How many packages stop in each county, by its code, all other wishes kept."""
    counted = (
        select(County.code, func.count(Package.id.distinct()))
        .select_from(Package)
        .join(Package.host_city)
        .join(Stop, Stop.package_id == Package.id)
        .join(Stop.menu_item)
        .join(MenuItem.base)
        .join(Base.county)
        .where(*_fits(replace(wanted, county=None)), *_has_a_date(wanted, now=now, today=today))
        .group_by(County.code)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def list_places() -> Sequence[Row[*tuple[Any, ...]]]:
    """The cities with their counties, in the order of their codes. A city without counties is one row, in which
    everything about a county is None."""
    places = (
        select(
            City.slug.label("city_slug"),
            City.name.label("city"),
            County.code,
            County.name,
            County.map_x,
            County.map_y,
        )
        .select_from(City)
        .outerjoin(County, County.city_id == City.id)
        .order_by(City.code, County.code)
    )
    return db.session.execute(places).all()


def list_bases() -> Sequence[Row[*tuple[Any, ...]]]:
    """The bases of all counties, with the county's code."""
    bases = select(Base.slug, Base.name, County.code.label("county")).join(Base.county).order_by(Base.id)
    return db.session.execute(bases).all()


# ------------------------------------------------------------------------------------------------------ on the calendar


def list_month(
    wanted: PackageFilter, *, first: date, last: date, a_day: int, now: datetime
) -> list[tuple[DateLine, int]]:
    """The dates of the packages that fit, in a month: at most so many a day, each with how many the day has."""
    fitting = select(Package.id).join(Package.host_city).where(*_fits(wanted))
    conditions = [Departure.state.in_(PUBLIC_STATES), Departure.package_id.in_(fitting)]
    conditions.append(Departure.starts_on.between(max(first, wanted.since or first), min(last, wanted.until or last)))
    if wanted.seats is not None:
        conditions.append(wanted.seats <= FREE)
    place = func.row_number().over(partition_by=Departure.starts_on, order_by=Departure.id)
    total = func.count().over(partition_by=Departure.starts_on)
    ranked = (
        select(Departure.id, place.label("place"), total.label("total"))
        .join(Departure.pool)
        .where(*conditions)
        .subquery()
    )
    dates = each_date().add_columns(ranked.c.total).join(ranked, ranked.c.id == Departure.id)
    rows = db.session.execute(dates.where(ranked.c.place <= a_day)).all()
    return list(zip(lines_of(rows, now), [row.total for row in rows], strict=True))


# --------------------------------------------------------------------------------------------------------- side by side


def list_compared(slugs: Sequence[str]) -> list[Package]:
    """The published ones among these packages, in the order of their names, with their stops and bases."""
    activity = selectinload(Package.stops).joinedload(Stop.menu_item).joinedload(MenuItem.base)
    packages = db.session.scalars(
        select(Package)
        .options(
            joinedload(Package.host_city),
            joinedload(Package.from_city),
            joinedload(Package.organiser),
            joinedload(Package.photo),
            activity,
        )
        .where(Package.slug.in_(slugs), IS_PUBLIC)
    ).all()
    return sorted(packages, key=lambda package: slugs.index(package.slug))


def list_titles(slugs: Sequence[str]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Slug and title of the published ones among these packages."""
    titles = select(Package.slug, Package.title).where(Package.slug.in_(slugs), IS_PUBLIC)
    return sorted(db.session.execute(titles).all(), key=lambda row: slugs.index(row.slug))
