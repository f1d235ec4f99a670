"""Reads of departures: what every visitor may see, then what its organiser sees.

Lists cost one or two statements, whatever the filters and however many there are; the calendar shows two hundred dates
at once and so reads columns, not objects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package, Photo
from exchange_app.catalogue.queries import is_shown, keeps_package
from exchange_app.core.database import db
from exchange_app.departures.errors import DepartureNotFound
from exchange_app.departures.models import Departure, DepartureSlot, Pool, Shortage, Slot
from exchange_app.departures.rules import PUBLIC_STATES, DepartureState, Standing, registration_window, standing
from exchange_app.partners.models import City

SlotPool = aliased(Pool)

WITH_PACKAGE = (
    joinedload(Departure.pool),
    joinedload(Departure.package).joinedload(Package.host_city),
    joinedload(Departure.package).joinedload(Package.from_city),
    joinedload(Departure.package).joinedload(Package.organiser),
    joinedload(Departure.package).joinedload(Package.photo),
)

_DEPARTURE = select(Departure).options(*WITH_PACKAGE).where(Departure.id == bindparam("departure_id"))


def get_departure(departure_id: int, reader: User | None = None) -> Departure:
    """A departure as every visitor may see it; one that was tailored for a school only for those whom it concerns.
    Raises DepartureNotFound for drafts too."""
    departure: Departure | None = db.session.scalar(_DEPARTURE, {"departure_id": departure_id})
    if departure is None or departure.state not in PUBLIC_STATES or not is_shown(departure.package, reader):
        raise DepartureNotFound()
    return departure


def _of_slots(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Of each slot where the departure stops, and its pool (`SlotPool`)."""
    return (
        select(*columns)
        .select_from(DepartureSlot)
        .join(Slot, Slot.id == DepartureSlot.slot_id)
        .join(SlotPool, SlotPool.id == Slot.pool_id)
        .where(DepartureSlot.departure_id == Departure.id)
        .correlate(Departure)
    )


def _least(of_pool: Any, of_slot: Any) -> Any:
    """The least of what the departure's pool and the pool of each of its slots have."""
    of_slots = _of_slots(func.min(of_slot)).scalar_subquery()
    return case((of_pool > of_slots, of_slots), else_=of_pool).label("left")


def _unless_short(pool: Any) -> Any:
    return case((pool.short > 0, 0), else_=pool.capacity - pool.taken)


# How many seats nobody has: as many as the departure and each of its stops have room for.
LEFT = _least(Pool.capacity - Pool.taken, SlotPool.capacity - SlotPool.taken)
# How many of them whoever comes now can have: none while groups wait for them.
FREE = _least(_unless_short(Pool), _unless_short(SlotPool))
# How many groups lack seats of the departure or of one of its stops.
WAITING = (
    select(func.count(Shortage.booking_id.distinct()))
    .where(or_(Shortage.pool_id == Departure.pool_id, Shortage.pool_id.in_(_of_slots(Slot.pool_id))))
    .correlate(Departure)
    .scalar_subquery()
)

_SEATS: Select[*tuple[Any, ...]] = select(
    Departure.id,
    Departure.state,
    Departure.opens_at,
    Departure.closes_at,
    Departure.called_off_reason,
    Departure.for_school_id,
    Pool.capacity,
    WAITING.label("short"),
    LEFT,
).join(Departure.pool)


def get_seats(departure_id: int, reader: User | None = None) -> Row[*tuple[Any, ...]]:
    """What changes about a departure from minute to minute, for visitors: how many seats are ``left`` and how many
    groups wait for them (``short``). Raises DepartureNotFound as get_departure() does."""
    seats = db.session.execute(_SEATS.where(Departure.id == departure_id)).one_or_none()
    if seats is None or seats.state not in PUBLIC_STATES:
        raise DepartureNotFound()
    if seats.for_school_id is not None:
        get_departure(departure_id, reader)
    return seats


class DateLine(NamedTuple):
    """A departure as a list of dates shows it; ``left`` is what whoever comes now can have, ``package`` has the columns
    of `_PACKAGE_COLUMNS`."""

    id: int
    starts_on: date
    ends_on: date
    left: int
    capacity: int
    standing: Standing
    closes_at: datetime
    package: Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class DateFilter:
    """Which dates a visitor looks at; ``until`` is included, None means any."""

    since: date
    until: date | None = None
    city: str | None = None


_IS_FOR_ALL = Departure.for_school_id.is_(None)
_DATE_COLUMNS = (
    Departure.id,
    Departure.package_id,
    Departure.starts_on,
    Departure.ends_on,
    Departure.opens_at,
    Departure.closes_at,
    Departure.state,
    Pool.capacity,
    FREE,
)
_PACKAGE_COLUMNS = (
    Package.id,
    Package.slug,
    Package.title,
    Package.plan,
    Package.days,
    Package.grade_from,
    Package.grade_until,
    City.name.label("city"),
    City.slug.label("city_slug"),
    Photo.content.label("photo"),
    Photo.alternative.label("photo_alternative"),
)


def select_dates(wanted: DateFilter) -> Select[*tuple[Any, ...]]:
    """Public departures that begin within a time, soonest first; to be paged and given to lines_of()."""
    dates = each_date().where(_IS_FOR_ALL, Departure.starts_on >= wanted.since, Departure.state.in_(PUBLIC_STATES))
    if wanted.until is not None:
        dates = dates.where(Departure.starts_on <= wanted.until)
    if wanted.city is not None:
        hosted = select(Package.id).join(Package.host_city).where(City.slug == wanted.city)
        dates = dates.where(Departure.package_id.in_(hosted))
    return dates


def list_dates_to_come(wanted: DateFilter, *, now: datetime, count: int) -> list[DateLine]:
    """The next of these dates that groups can register for, now or once the registration opens."""
    takes_groups = Departure.state == DepartureState.OPEN, Departure.closes_at > now
    dates = select_dates(wanted).where(*takes_groups, or_(FREE > 0, Departure.opens_at > now))
    return lines_of(db.session.execute(dates.limit(count)).all(), now)


def list_next_dates(*, since: date, now: datetime, count: int) -> list[DateLine]:
    """The next departures from a day on that take registrations and have seats."""
    dates = each_date().where(
        _IS_FOR_ALL,
        Departure.starts_on >= since,
        Departure.state == DepartureState.OPEN,
        Departure.opens_at <= now,
        Departure.closes_at > now,
        FREE > 0,
    )
    return lines_of(db.session.execute(dates.limit(count)).all(), now)


def list_dates_of_package(package_id: int, *, since: date, now: datetime, count: int) -> list[DateLine]:
    """The package's public departures from a day on."""
    dates = each_date().where(
        Departure.package_id == package_id, Departure.starts_on >= since, Departure.state.in_(PUBLIC_STATES)
    )
    return lines_of(db.session.execute(dates.limit(count)).all(), now)


def each_date() -> Select[*tuple[Any, ...]]:
    """Only what differs from date to date: many dates have few packages."""
    return select(*_DATE_COLUMNS).join(Departure.pool).order_by(Departure.starts_on, Departure.id)


def lines_of(rows: Sequence[Row[*tuple[Any, ...]]], now: datetime) -> list[DateLine]:
    """What a list shows of each of these dates, as things stand at ``now``; the rows may have further columns."""
    packages = _map_packages({row.package_id for row in rows})
    return [
        DateLine(
            departure_id,
            starts_on,
            ends_on,
            left,
            capacity,
            standing(state, registration_window(opens_at, closes_at, now), left),
            closes_at,
            packages[package_id],
        )
        for departure_id, package_id, starts_on, ends_on, opens_at, closes_at, state, capacity, left, *_ in rows
    ]


def _map_packages(ids: set[int]) -> dict[int, Row[*tuple[Any, ...]]]:
    packages = select(*_PACKAGE_COLUMNS).join(Package.host_city).outerjoin(Package.photo)
    rows = db.session.execute(packages.where(Package.id.in_(ids)))
    return {row.id: row for row in rows}


@dataclass(frozen=True, slots=True)
class KeptFilter:
    """Which of the own departures an organiser looks at; None means any."""

    package: int | None = None
    state: DepartureState | None = None


def select_departures_of(user: User, wanted: KeptFilter | None = None) -> Select[Departure]:
    """The departures that this user keeps, soonest first: organisers those of their organisation's packages,
    administrators all; to be paged. In a list that is asked for, those that are over come last."""
    departures = (
        select(Departure)
        .join(Departure.package)
        .options(
            contains_eager(Departure.package).options(
                joinedload(Package.host_city), joinedload(Package.from_city), joinedload(Package.organiser)
            ),
            joinedload(Departure.pool),
        )
        .where(keeps_package(user))
        .order_by(Departure.starts_on, Departure.id)
    )
    if wanted is not None:
        is_over = Departure.state == DepartureState.DONE
        departures = departures.order_by(None).order_by(is_over, Departure.starts_on, Departure.id)
    if wanted is not None and wanted.package is not None:
        departures = departures.where(Departure.package_id == wanted.package)
    if wanted is not None and wanted.state is not None:
        departures = departures.where(Departure.state == wanted.state)
    return departures


def get_departure_of(departure_id: int, user: User) -> Departure:
    """Raises DepartureNotFound for anybody else's."""
    departure: Departure | None = db.session.scalar(select_departures_of(user).where(Departure.id == departure_id))
    if departure is None:
        raise DepartureNotFound()
    return departure


def list_upcoming_of(user: User, *, since: date, count: int) -> Sequence[Departure]:
    """The user's next departures, drafts too, but not those that were called off."""
    upcoming = select_departures_of(user).where(
        Departure.starts_on >= since, Departure.state != DepartureState.CALLED_OFF
    )
    return db.session.scalars(upcoming.limit(count)).all()


def count_states_of(user: User) -> dict[DepartureState, int]:
    """How many of the user's departures are in each state."""
    counted = (
        select(Departure.state, func.count())
        .join(Departure.package)
        .where(keeps_package(user))
        .group_by(Departure.state)
    )
    return dict.fromkeys(DepartureState, 0) | {row[0]: row[1] for row in db.session.execute(counted)}


def count_open_departures(package_id: int) -> int:
    counted = select(func.count()).where(Departure.package_id == package_id, Departure.state == DepartureState.OPEN)
    return db.session.scalar(counted) or 0


def find_last_of_package(package_id: int) -> Departure | None:
    """The departure of the package that was planned last, by which the next are planned."""
    last = select(Departure).options(*WITH_PACKAGE).where(Departure.package_id == package_id)
    return db.session.scalar(last.order_by(Departure.id.desc()).limit(1))


def list_alternatives(departure: Departure, *, persons: int, now: datetime, count: int = 3) -> Sequence[Departure]:
    """Other departures of the package that take registrations and have room for so many."""
    return db.session.scalars(
        select(Departure)
        .join(Departure.pool)
        .options(contains_eager(Departure.pool), joinedload(Departure.package).joinedload(Package.host_city))
        .where(
            Departure.package_id == departure.package_id,
            Departure.id != departure.id,
            Departure.state == DepartureState.OPEN,
            Departure.opens_at <= now,
            Departure.closes_at > now,
            persons <= FREE,
        )
        .order_by(Departure.starts_on, Departure.id)
        .limit(count)
    ).all()
