"""Groups that were there, counted by the database: how many, of how many persons, for how many days, at how many stops.

Counted are the numbers that bookings and departures keep for ever, never rosters. Under an agreement a group counts by
its exchange, as in the ledger of visits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, exists, extract, func, or_, select

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Base, MenuItem, Package
from exchange_app.coordination.models import Exchange
from exchange_app.core.database import db
from exchange_app.departures.models import Departure, DepartureSlot, Slot
from exchange_app.insights.queries.spans import days_of
from exchange_app.insights.rules import Scope
from exchange_app.partners.models import Organisation
from exchange_app.visits.rules import Direction, Period

PERSONS = Booking.pupils + Booking.staff
SENDING, HOSTING = Organisation.city_id, Package.host_city_id
GROUPS = func.count(Booking.id)
ALL_PERSONS = func.sum(PERSONS)
PERSON_DAYS = func.sum(PERSONS * days_of(Departure.starts_on, Departure.ends_on))

Joining = Callable[[Select[Any]], Select[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What one row of a table counts; ``key`` says of what."""

    key: tuple[Any, ...] = ()
    activities: int = 0
    groups: int = 0
    persons: int = 0
    person_days: int = 0

    @property
    def way(self) -> Direction:
        """Where its key ends with the sending and the hosting city."""
        return Direction(self.key[-2], self.key[-1])


def select_groups(scope: Scope, *columns: Any) -> Select[Any]:
    """Of the bookings that are done."""
    return select_bookings(scope, *columns).where(Booking.state == BookingState.DONE)


def select_bookings(scope: Scope, *columns: Any) -> Select[Any]:
    """Of all bookings, whatever became of them, of departures that ended in the period."""
    return (
        select(*columns)
        .select_from(Booking)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Package, Package.id == Departure.package_id)
        .join(Organisation, Organisation.id == Booking.school_id)
        .where(ends_in(scope.period), *_narrowed(scope))
    )


def ends_in(period: Period) -> ColumnElement[bool]:
    return Departure.ends_on.between(period.first, period.last)


def _narrowed(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield from of_offer(scope)
    if scope.agreement_id is not None:
        yield (
            exists()
            .where(Exchange.departure_id == Departure.id, Exchange.sending_city_id == SENDING)
            .where(Exchange.agreement_id == scope.agreement_id)
        )
    if scope.city_id is not None:
        yield or_(Organisation.city_id == scope.city_id, Package.host_city_id == scope.city_id)
    if scope.sending_city_id is not None:
        yield Organisation.city_id == scope.sending_city_id
    if scope.school_id is not None:
        yield Booking.school_id == scope.school_id


def of_offer(scope: Scope) -> Iterator[ColumnElement[bool]]:
    """What narrows departures, whoever comes to them."""
    if scope.plan is not None:
        yield Package.plan == scope.plan
    if scope.organiser_id is not None:
        yield Package.organiser_id == scope.organiser_id
    if scope.base_id is not None:
        stops = DepartureSlot.slot_id == Slot.id, Slot.menu_item_id == MenuItem.id, MenuItem.base_id == scope.base_id
        yield exists().where(DepartureSlot.departure_id == Departure.id, *stops).correlate(Departure)


def with_stops(scope: Scope, groups: Select[Any]) -> Select[Any]:
    """Each group once for each of its stops; where a base was asked about, for those at that base."""
    groups = (
        groups.join(DepartureSlot, DepartureSlot.departure_id == Departure.id)
        .join(Slot, Slot.id == DepartureSlot.slot_id)
        .join(MenuItem, MenuItem.id == Slot.menu_item_id)
    )
    return groups if scope.base_id is None else groups.where(MenuItem.base_id == scope.base_id)


def _as_it_is(groups: Select[Any]) -> Select[Any]:
    return groups


def count_groups(scope: Scope, *keys: Any, joining: Joining = _as_it_is) -> Sequence[Counted]:
    """By the keys, in their order. An activity is a slot: one that several groups shared counts once in each row."""
    groups = joining(select_groups(scope, *keys, GROUPS, ALL_PERSONS, PERSON_DAYS)).group_by(*keys)
    stops = joining(select_groups(scope, *keys, func.count(DepartureSlot.slot_id.distinct())))
    activities: Mapping[tuple[Any, ...], int] = {
        tuple(row[:-1]): row[-1] for row in db.session.execute(with_stops(scope, stops).group_by(*keys))
    }
    return [
        Counted(tuple(row[:-3]), activities.get(tuple(row[:-3]), 0), *(int(number) for number in row[-3:]))
        for row in db.session.execute(groups.order_by(*keys))
    ]


def count_all(scope: Scope) -> Counted:
    """All together; nothing at all is a row of zeros."""
    numbers = db.session.execute(select_groups(scope, GROUPS, ALL_PERSONS, PERSON_DAYS)).one()
    stops = select_groups(scope, func.count(DepartureSlot.slot_id.distinct()))
    activities = db.session.scalar(with_stops(scope, stops)) or 0
    return Counted((), activities, *(int(number or 0) for number in numbers))


def count_by_plan(scope: Scope) -> Sequence[Counted]:
    return count_groups(scope, Package.plan, SENDING, HOSTING)


def count_by_school(scope: Scope) -> Sequence[Counted]:
    return count_groups(scope, Booking.school_id, SENDING, HOSTING)


def count_by_package(scope: Scope) -> Sequence[Counted]:
    return count_groups(scope, Package.id, SENDING, HOSTING)


def count_by_month(scope: Scope) -> Sequence[Counted]:
    """Of the last day."""
    ended = Departure.ends_on
    return count_groups(scope, extract("year", ended), extract("month", ended), SENDING, HOSTING)


def count_by_county(scope: Scope) -> Sequence[Counted]:
    """By the county of the school and by the city and county, each may be None, where most of the stops were."""
    main = _main_places(scope.period)
    keys = Organisation.county_id, main.c.city_id, main.c.county_id, SENDING, HOSTING
    return count_groups(scope, *keys, joining=lambda groups: groups.join(main, main.c.departure_id == Departure.id))


def _main_places(period: Period) -> Subquery:
    """Of each departure the county with most stops; of equals that where it stopped first. One without any stop has its
    row too: SQLite would go through all of them for each group of an outer join."""
    order = func.count(Slot.id).desc(), func.min(Slot.starts_at), func.min(Slot.id)
    rank = func.row_number().over(partition_by=Departure.id, order_by=order)
    places = (
        select(Departure.id.label("departure_id"), Base.city_id, Base.county_id, rank.label("rank"))
        .outerjoin(DepartureSlot, DepartureSlot.departure_id == Departure.id)
        .outerjoin(Slot, Slot.id == DepartureSlot.slot_id)
        .outerjoin(MenuItem, MenuItem.id == Slot.menu_item_id)
        .outerjoin(Base, Base.id == MenuItem.base_id)
        .where(ends_in(period))
        .group_by(Departure.id, Base.city_id, Base.county_id)
        .subquery()
    )
    return select(places).where(places.c.rank == 1).subquery()


def list_spans(scope: Scope) -> Sequence[Counted]:
    """By first and last day and direction, which are the key; without activities."""
    keys = Departure.starts_on, Departure.ends_on, SENDING, HOSTING
    spans = select_groups(scope, *keys, GROUPS, ALL_PERSONS).group_by(*keys).order_by(*keys)
    return [Counted(tuple(key), 0, number, int(persons)) for *key, number, persons in db.session.execute(spans)]


def map_names(table: Any, ids: Iterator[int | None]) -> Mapping[int | None, str]:
    """In the reader's language."""
    name = table.title if table is Package else table.name
    wanted = {one for one in ids if one is not None}
    return {row[0]: str(row[1]) for row in db.session.execute(select(table.id, name).where(table.id.in_(wanted)))}
