"""Seats of departures and of bases, groups that waited, and what did not come about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, or_, select

from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import MenuItem, Package
from exchange_app.coordination.models import Exchange
from exchange_app.core.database import db
from exchange_app.departures.models import Departure, Pool, Slot
from exchange_app.departures.rules import Cause, DepartureState
from exchange_app.insights.queries.groups import (
    ALL_PERSONS,
    HOSTING,
    PERSONS,
    SENDING,
    ends_in,
    of_offer,
    select_bookings,
    select_groups,
    with_stops,
)
from exchange_app.insights.rules import Scope
from exchange_app.partners.models import Organisation
from exchange_app.visits.rules import Direction

GIVEN_UP = (BookingState.CANCELLED, BookingState.DECLINED, BookingState.EXPIRED)


@dataclass(frozen=True, slots=True)
class Seats:
    """What departures that took place had to offer."""

    departures: int = 0
    offered: int = 0


@dataclass(frozen=True, slots=True)
class Waited:
    """Groups that ever stood on a waiting list, and those of them that accepted seats."""

    groups: int = 0
    placed: int = 0


@dataclass(frozen=True, slots=True)
class Use:
    """What a base was used for: ``persons`` counts each person once, ``taken`` once at each activity, as the seats
    ``offered`` are counted."""

    base_id: int
    activities: int
    groups: int
    persons: int
    offered: int
    taken: int


@dataclass(frozen=True, slots=True)
class Route:
    """At which bases persons of one direction stopped, none of them left out."""

    way: Direction
    base_ids: frozenset[int]
    persons: int


def count_seats(scope: Scope) -> Seats:
    """Of the departures at which any of the groups was."""
    there = select_groups(scope, Departure.id, Departure.pool_id).distinct().subquery()
    numbers = select(func.count(), func.sum(Pool.capacity)).select_from(there).join(Pool, Pool.id == there.c.pool_id)
    departures, offered = db.session.execute(numbers).one()
    return Seats(departures, int(offered or 0))


def count_waited(scope: Scope) -> Waited:
    waited = select_bookings(scope, func.count(), func.sum(case((_has_taken(Step.ACCEPT), 1), else_=0)))
    groups, placed = db.session.execute(waited.where(_has_taken(Step.QUEUE))).one()
    return Waited(groups, int(placed or 0))


def _has_taken(step: Step) -> ColumnElement[bool]:
    return exists().where(BookingEvent.booking_id == Booking.id, BookingEvent.what == step)


def map_given_up(scope: Scope) -> Mapping[BookingState, int]:
    """Groups that were handed in and did not come, by how it ended."""
    ended = select_bookings(scope, Booking.state, func.count()).group_by(Booking.state)
    rows = db.session.execute(ended.where(Booking.submitted_at.is_not(None), Booking.state.in_(GIVEN_UP)))
    return {row[0]: row[1] for row in rows}


def map_called_off(scope: Scope) -> Mapping[Cause | None, int]:
    """Departures by cause."""
    off = (
        select(Departure.called_off_cause, func.count())
        .join(Package, Package.id == Departure.package_id)
        .where(Departure.state == DepartureState.CALLED_OFF, ends_in(scope.period), *_concerns(scope))
        .group_by(Departure.called_off_cause)
    )
    return {row[0]: row[1] for row in db.session.execute(off)}


def _concerns(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """Departures that somebody of the scope hosted or had registered for."""
    yield from of_offer(scope)
    if scope.agreement_id is not None:
        yield exists().where(Exchange.departure_id == Departure.id, Exchange.agreement_id == scope.agreement_id)
    if scope.city_id is not None:
        yield or_(Package.host_city_id == scope.city_id, _registered(Organisation.city_id == scope.city_id))
    if scope.sending_city_id is not None:
        yield _registered(Organisation.city_id == scope.sending_city_id)
    if scope.school_id is not None:
        yield _registered(Organisation.id == scope.school_id)


def _registered(whose: ColumnElement[bool]) -> ColumnElement[bool]:
    is_theirs = Booking.departure_id == Departure.id, Organisation.id == Booking.school_id, whose
    return exists().where(*is_theirs).correlate(Departure)


def list_uses(scope: Scope) -> Sequence[Use]:
    """By base."""
    columns: tuple[Any, ...] = MenuItem.base_id, Booking.id, PERSONS.label("persons")
    stops = func.count(Slot.id).label("stops")
    groups = with_stops(scope, select_groups(scope, *columns, stops)).group_by(*columns).subquery()
    persons = func.sum(groups.c.persons)
    taken = func.sum(groups.c.persons * groups.c.stops)
    used = db.session.execute(select(groups.c.base_id, func.count(), persons, taken).group_by(groups.c.base_id))
    offers = _map_offers(scope)
    found = [
        Use(base_id, offers[base_id][0], number, int(persons), offers[base_id][1], int(taken))
        for base_id, number, persons, taken in used
    ]
    return sorted(found, key=lambda use: use.base_id)


def list_routes(scope: Scope) -> Sequence[Route]:
    """Each with all who took it, those too who stopped nowhere."""
    bases: dict[int, set[int]] = {}
    stops = with_stops(scope, select_groups(scope, Departure.id, MenuItem.base_id)).distinct()
    for departure_id, base_id in db.session.execute(stops):
        bases.setdefault(departure_id, set()).add(base_id)
    keys = Departure.id, SENDING, HOSTING
    persons: dict[tuple[Direction, frozenset[int]], int] = {}
    for departure_id, *way, number in db.session.execute(select_groups(scope, *keys, ALL_PERSONS).group_by(*keys)):
        route = Direction(*way), frozenset(bases.get(departure_id, ()))
        persons[route] = persons.get(route, 0) + int(number)
    return [Route(*route, number) for route, number in persons.items()]


def _map_offers(scope: Scope) -> Mapping[int, tuple[int, int]]:
    """The number and the seats of the activities, by base."""
    slots = with_stops(scope, select_groups(scope, MenuItem.base_id, Slot.id, Slot.pool_id)).distinct().subquery()
    offers = (
        select(slots.c.base_id, func.count(), func.sum(Pool.capacity))
        .join(Pool, Pool.id == slots.c.pool_id)
        .group_by(slots.c.base_id)
    )
    return {base_id: (number, int(seats)) for base_id, number, seats in db.session.execute(offers)}
