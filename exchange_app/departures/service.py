"""What organisers do with departures, and what the passing of time does."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Package, Publication
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.departures import seats
from exchange_app.departures.allotments import release_all
from exchange_app.departures.errors import (
    DatesOutOfOrder,
    MinimumAboveCapacity,
    NotOpenYet,
    NotTakingRegistrations,
    PackageHasOpenDepartures,
    PackageNotPublished,
    ReasonMissing,
    RegistrationOver,
    RosterDueTooEarly,
    RosterDueTooLate,
    SeatsTaken,
    StateNotReachable,
)
from exchange_app.departures.locking import lock_all
from exchange_app.departures.models import Allotment, Departure, Pool
from exchange_app.departures.queries import count_open_departures
from exchange_app.departures.rules import NEXT_STATES, Cause, DepartureState, Window
from exchange_app.departures.slots import arrange_slots

WITH_SLOTS = frozenset({DepartureState.OPEN, DepartureState.CLOSED})  # their slots are those of the package's stops
AFTER_MIDNIGHT = timedelta(hours=12)  # by then the last day is over in every zone, whatever the date is in UTC


@dataclass(frozen=True, slots=True)
class Terms:
    """What an organiser says about a departure; ``capacity`` counts persons, pupils and staff together."""

    starts_on: date
    meets_at: datetime
    meeting_point: Translated
    opens_at: datetime
    closes_at: datetime
    roster_due_at: datetime
    capacity: int
    minimum: int
    persons_per_adult: int
    supervision_basis: Translated


def plan_departure(package: Package, terms: Terms) -> Departure:
    """A draft departure of the package. Raises DatesOutOfOrder, RosterDueTooEarly, RosterDueTooLate or
    MinimumAboveCapacity."""
    check_terms(terms)
    departure = new_departure(package, terms, DepartureState.DRAFT)
    db.session.add(departure)
    db.session.flush()
    return departure


def new_departure(package: Package, terms: Terms, state: DepartureState) -> Departure:
    """Not stored yet."""
    pool = Pool(capacity=terms.capacity, is_open=state is DepartureState.OPEN)
    departure = Departure(package=package, pool=pool, state=state, for_school_id=package.for_school_id)
    _apply(departure, terms)
    return departure


def terms_of(departure: Departure) -> Terms:
    """A departure's terms as they are now."""
    return Terms(
        capacity=departure.pool.capacity,
        **{field.name: getattr(departure, field.name) for field in fields(Terms) if field.name != "capacity"},
    )


def terms_on_day(departure: Departure, day: date, *, now: datetime) -> Terms:
    """The departure's terms as they are when it begins on another day: everything as many days earlier or later, but
    registration that has opened stays open."""
    shift, terms = day - departure.starts_on, terms_of(departure)
    moved = shifted(terms, shift, departure.zone)
    return moved if terms.opens_at > now else replace(moved, opens_at=min(terms.opens_at, moved.opens_at))


def shifted(terms: Terms, shift: timedelta, zone: ZoneInfo) -> Terms:
    """Everything so many days later, at the same times of the clock."""

    def later(moment: datetime) -> datetime:
        return (moment.astimezone(zone).replace(tzinfo=None) + shift).replace(tzinfo=zone)

    return replace(
        terms,
        starts_on=terms.starts_on + shift,
        meets_at=later(terms.meets_at),
        opens_at=later(terms.opens_at),
        closes_at=later(terms.closes_at),
        roster_due_at=later(terms.roster_due_at),
    )


def change_departure(departure: Departure, terms: Terms, *, seen: str) -> None:
    """``seen`` is the fingerprint of the terms that the editor saw. Raises ChangedMeanwhile if they are others by now;
    DatesOutOfOrder, RosterDueTooEarly, RosterDueTooLate, MinimumAboveCapacity, CapacityBelowTaken or StateNotReachable,
    and what arrange_slots() raises where an open departure moves to another day."""
    if not NEXT_STATES[departure.state]:
        raise StateNotReachable()
    check_terms(terms)
    _lock(departure)
    db.session.refresh(departure.pool)
    if (current := fingerprint(terms_of(departure))) != seen:
        raise ChangedMeanwhile(current=current)
    _apply(departure, terms)
    db.session.flush()
    if departure.state in WITH_SLOTS:
        arrange_slots(departure)
    if terms.capacity != departure.pool.capacity:
        seats.set_capacity(departure.pool_id, terms.capacity)
        db.session.refresh(departure.pool)


def _lock(row: Departure | Package) -> None:
    """Nobody else changes the row from here to the commit; it is read again."""
    db.session.refresh(row, with_for_update={"key_share": True, "of": type(row)})


def hold_package(package: Package) -> None:
    """Until the transaction ends nobody withdraws or changes it."""
    _lock(package)


def check_terms(terms: Terms) -> None:
    """Raises DatesOutOfOrder, RosterDueTooEarly, RosterDueTooLate or MinimumAboveCapacity."""
    if not terms.opens_at < terms.closes_at <= terms.meets_at:
        raise DatesOutOfOrder(field="closes_at")
    if terms.roster_due_at < terms.closes_at:
        raise RosterDueTooEarly()
    if terms.roster_due_at > terms.meets_at:
        raise RosterDueTooLate()
    if terms.minimum > terms.capacity:
        raise MinimumAboveCapacity()


def _apply(departure: Departure, terms: Terms) -> None:
    last_day = terms.starts_on + timedelta(days=departure.package.days - 1)
    departure.starts_on, departure.ends_on = terms.starts_on, last_day
    departure.meets_at = terms.meets_at
    departure.meeting_point = terms.meeting_point
    departure.opens_at = terms.opens_at
    departure.closes_at = terms.closes_at
    departure.roster_due_at = terms.roster_due_at
    departure.minimum = terms.minimum
    departure.persons_per_adult = terms.persons_per_adult
    departure.supervision_basis = terms.supervision_basis


def _last_day(departure: Departure) -> date:
    return departure.starts_on + timedelta(days=departure.package.days - 1)


def open_departure(departure: Departure) -> None:
    """Visitors see it and schools may register; its slots are there from now on. Raises StateNotReachable,
    PackageNotPublished, NoSlotThen or SlotTooSmallForGroups."""
    _lock(departure.package)
    if departure.package.publication is not Publication.PUBLISHED:
        raise PackageNotPublished()
    _go(departure, DepartureState.OPEN)
    departure.ends_on = _last_day(departure)  # while both were drafts the package may have got longer or shorter
    arrange_slots(departure)


def rearrange(departure: Departure) -> None:
    """Bind the departure to the slots of its package's stops as they are now. Raises StateNotReachable, NoSlotThen or
    SlotTooSmallForGroups."""
    _lock(departure)
    if departure.state not in WITH_SLOTS:
        raise StateNotReachable()
    arrange_slots(departure)


def withdraw_package(package: Package) -> None:
    """Visitors no longer see the package. Raises PackageHasOpenDepartures, naming how many."""
    _lock(package)
    if count := count_open_departures(package.id):
        raise PackageHasOpenDepartures(count=count)
    catalogue.withdraw_package(package)


def withdraw_departure(departure: Departure) -> None:
    """Back to a draft, as long as nobody registered. Raises StateNotReachable, or SeatsTaken naming how many;
    `bookings.service.withdraw_departure` first looks who waits."""
    _go(departure, DepartureState.DRAFT)
    db.session.refresh(departure.pool)  # no seat can be claimed from here on
    if departure.pool.taken:
        raise SeatsTaken(taken=departure.pool.taken)


def close_departure(departure: Departure) -> None:
    """No more registrations. Raises StateNotReachable."""
    _go(departure, DepartureState.CLOSED)


def call_off(departure: Departure, *, cause: Cause, reason: Translated, now: datetime) -> None:
    """The departure does not take place; `bookings.service.call_off_departure` tells the groups. Raises ReasonMissing
    or StateNotReachable."""
    if not any(text.strip() for text in reason.values()):
        raise ReasonMissing()
    _lock(departure)
    lock_all(departure)
    _go(departure, DepartureState.CALLED_OFF)
    departure.called_off_cause, departure.called_off_reason = cause, reason
    release_all(departure, now=now)


def close_registrations(now: datetime) -> int:
    """Close an open departure whose registration is over; says whether there was one. Each in a transaction of its own,
    so that the pools of no two are locked at once."""
    over: Departure | None = db.session.scalar(
        select(Departure)
        .where(Departure.state == DepartureState.OPEN, Departure.closes_at <= now)
        .order_by(Departure.closes_at, Departure.id)
        .limit(1)
        .with_for_update(skip_locked=True, key_share=True)
    )
    if over is None:
        return 0
    _go(over, DepartureState.CLOSED)
    return 1


def finish_departure(now: datetime) -> Departure | None:
    """A closed departure that is over becomes done; `bookings.service.finish_departures` finishes its groups."""
    over: Departure | None = db.session.scalar(
        select(Departure)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(Departure.state == DepartureState.CLOSED, Departure.ends_on < (now - AFTER_MIDNIGHT).date())
        .order_by(Departure.ends_on)
        .limit(1)
        .with_for_update(of=Departure, skip_locked=True, key_share=True)
    )
    if over is not None:
        _go(over, DepartureState.DONE)
    return over


def _go(departure: Departure, state: DepartureState) -> None:
    """Two who decide at the same moment decide one after the other, and the second may be refused."""
    db.session.refresh(departure, ["state"], with_for_update={"key_share": True, "of": Departure})
    if state not in NEXT_STATES[departure.state]:
        raise StateNotReachable()
    departure.state = state
    db.session.flush()
    aside = select(Allotment.pool_id).where(Allotment.departure_id == departure.id, Allotment.released_at.is_(None))
    is_open = state is DepartureState.OPEN
    for pool_id in [*db.session.scalars(aside.order_by(Allotment.pool_id)), departure.pool_id]:
        seats.open_pools([pool_id], is_open=is_open)


def check_registration(departure: Departure, now: datetime) -> None:
    """Raises NotOpenYet, RegistrationOver or NotTakingRegistrations."""
    if departure.state is DepartureState.CLOSED:
        raise RegistrationOver()
    if departure.state is not DepartureState.OPEN:
        raise NotTakingRegistrations()
    window = departure.window(now)
    if window is Window.NOT_YET:
        raise NotOpenYet()
    if window is Window.OVER:
        raise RegistrationOver()
