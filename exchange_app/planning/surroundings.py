"""What stands around a day: other departures, slots and who counts on them, coaches; and what of it speaks against a
departure of a package on that day. Read once for a whole page, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import visible_to
from exchange_app.bookings.rules import CHANGEABLE
from exchange_app.catalogue.models import Base, MenuItem, Package, Stop
from exchange_app.catalogue.queries import keeps_city, keeps_package
from exchange_app.catalogue.rules import MOST_DAYS, has_times, times_on
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.departures.models import Departure, DepartureSlot, Pool, Slot
from exchange_app.departures.rules import DepartureState
from exchange_app.planning import holidays
from exchange_app.planning.rules import A_DAY, Against, DayKind, Objection, Span, days_of, plate_in
from exchange_app.trips.models import Place
from exchange_app.trips.rules import PlaceKind

TAKES_PLACE = frozenset(DepartureState) - {DepartureState.CALLED_OFF}
PROMISES = (DepartureState.OPEN, DepartureState.CLOSED)  # whose seats count on the places of their slots


@dataclass(frozen=True, slots=True)
class SlotLine:
    """A slot; ``promised`` are the seats of each departure that stops there, by the departure's id."""

    id: int
    item_id: int
    menu_id: int
    base_id: int
    title: Translated
    starts_at: datetime
    capacity: int
    taken: int
    is_open: bool
    promised: dict[int, int] = field(default_factory=dict)

    @property
    def seats(self) -> int:
        return sum(self.promised.values())

    @property
    def is_narrow(self) -> bool:
        """More seats are offered than the slot has places."""
        return self.seats > self.capacity


@dataclass(frozen=True, slots=True)
class CoachLine:
    """A coach of a group while its departure takes place."""

    departure_id: int
    starts_on: date
    ends_on: date
    package: Translated


@dataclass(frozen=True, slots=True)
class Surroundings:
    spans: Mapping[int, Sequence[Span]]
    slots: Mapping[tuple[int, datetime], SlotLine]
    coaches: Mapping[str, Sequence[CoachLine]] = field(default_factory=dict)

    def against(
        self, package: Package, first: date, *, seats: int, departure_id: int | None = None
    ) -> Iterator[Against]:
        """What speaks against a departure of the package with so many seats that begins on this day."""
        last = first + (package.days - 1) * A_DAY
        for day in days_of(first, package.days):
            if holidays.day_kind(day) is DayKind.HOLIDAY:
                yield Against(Objection.HOLIDAY, {"day": day})
                break
        for span in self.spans.get(package.id, ()):
            if span.departure_id != departure_id and span.overlaps(first, last):
                yield Against(Objection.SAME_PACKAGE, {"first": span.starts_on, "last": span.ends_on})
        yield from self._at_stops(package, first, seats, departure_id)
        yield from self._coaches_of(departure_id, first, last)

    def _at_stops(self, package: Package, first: date, seats: int, departure_id: int | None) -> Iterator[Against]:
        zone = ZoneInfo(package.host_city.time_zone)
        for stop in package.stops:
            if stop.menu_item is not None:
                at = datetime.combine(first + (stop.day - 1) * A_DAY, stop.starts, zone).astimezone(UTC)
                yield from self._at_slot(stop.menu_item, at, zone, seats, departure_id)

    def _at_slot(
        self, item: MenuItem, at: datetime, zone: ZoneInfo, seats: int, departure_id: int | None
    ) -> Iterator[Against]:
        local = at.astimezone(zone)
        facts: dict[str, Any] = {"stop": item.title, "at": f"{local:%H:%M}"}
        slot = self.slots.get((item.id, at))
        if slot is None:
            if has_times(item.timetable) and local.time() not in times_on(item.timetable, local.date()):
                yield Against(Objection.NO_SLOT, facts)
            elif seats > item.slot_capacity:
                yield Against(Objection.SLOT_SHARED, facts | {"capacity": item.slot_capacity, "promised": seats})
            return
        promised = seats + sum(count for other, count in slot.promised.items() if other != departure_id)
        has_places = departure_id in slot.promised
        if not slot.is_open:
            yield Against(Objection.SLOT_CLOSED, facts)
        elif slot.taken >= slot.capacity and not has_places:
            yield Against(Objection.SLOT_FULL, facts)
        elif promised > slot.capacity:
            yield Against(Objection.SLOT_SHARED, facts | {"capacity": slot.capacity, "promised": promised})

    def _coaches_of(self, departure_id: int | None, first: date, last: date) -> Iterator[Against]:
        for label, lines in self.coaches.items():
            if not any(line.departure_id == departure_id for line in lines):
                continue
            for line in lines:
                if line.departure_id != departure_id and line.starts_on <= last and first <= line.ends_on:
                    facts = {"coach": label, "package": line.package, "first": line.starts_on, "last": line.ends_on}
                    yield Against(Objection.SAME_COACH, facts)


def look_around(user: User, first: date, last: date, *, packages: Sequence[Package] = ()) -> Surroundings:
    """Whatever could clash with departures of these packages that begin from ``first`` to ``last``, and the slots of
    the bases that the user keeps."""
    until = last + MOST_DAYS * A_DAY
    return Surroundings(
        _map_spans([package.id for package in packages], first - MOST_DAYS * A_DAY, until),
        _map_slots(user, packages, first, until),
        _map_coaches(user, first, until),
    )


def list_departures(user: User, first: date, last: date) -> Sequence[Departure]:
    """The user's departures that take place between these days, with their packages' stops."""
    activity = selectinload(Package.stops).joinedload(Stop.menu_item)
    package = joinedload(Departure.package)
    own = (
        select(Departure)
        .join(Departure.package)
        .options(
            joinedload(Departure.pool),
            package.joinedload(Package.host_city),
            package.options(activity.joinedload(MenuItem.base)),
        )
        .where(
            keeps_package(user),
            Departure.starts_on <= last,
            Departure.ends_on >= first,
            Departure.state.in_(TAKES_PLACE),
        )
        .order_by(Departure.starts_on, Departure.meets_at, Departure.id)
    )
    return db.session.scalars(own).all()


def _map_spans(package_ids: Collection[int], first: date, last: date) -> Mapping[int, Sequence[Span]]:
    rows = db.session.execute(
        select(Departure.id, Departure.package_id, Departure.starts_on, Departure.ends_on)
        .where(
            Departure.package_id.in_(package_ids),
            Departure.starts_on.between(first, last),
            Departure.state.in_(TAKES_PLACE),
        )
        .order_by(Departure.starts_on, Departure.id)
    )
    found: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        found[row.package_id].append(Span(*row))
    return found


def _map_slots(
    user: User, packages: Sequence[Package], first: date, last: date
) -> Mapping[tuple[int, datetime], SlotLine]:
    items = {stop.menu_item_id for package in packages for stop in package.stops if stop.menu_item_id is not None}
    since, until = (datetime.combine(day, time(), UTC) for day in (first - A_DAY, last + 2 * A_DAY))
    rows = db.session.execute(
        select(
            Slot.id,
            Slot.menu_item_id,
            MenuItem.menu_id,
            MenuItem.base_id,
            MenuItem.title,
            Slot.starts_at,
            Pool.capacity,
            Pool.taken,
            Pool.is_open,
        )
        .join(Slot.menu_item)
        .join(MenuItem.base)
        .join(Slot.pool)
        .where(Slot.starts_at >= since, Slot.starts_at < until)
        .where(Slot.menu_item_id.in_(items) | keeps_city(user, Base.city_id))
        .order_by(Slot.starts_at, Slot.id)
    )
    lines = {row.id: SlotLine(*row) for row in rows}
    for slot_id, departure_id, seats in _list_promises(since, until):
        if slot_id in lines:
            lines[slot_id].promised[departure_id] = seats
    return {(line.item_id, line.starts_at): line for line in lines.values()}


def _list_promises(since: datetime, until: datetime) -> Sequence[Any]:
    return db.session.execute(
        select(DepartureSlot.slot_id, Departure.id, Pool.capacity)
        .join(Slot, Slot.id == DepartureSlot.slot_id)
        .join(Departure, Departure.id == DepartureSlot.departure_id)
        .join(Pool, Pool.id == Departure.pool_id)
        .where(Slot.starts_at >= since, Slot.starts_at < until, Departure.state.in_(PROMISES))
    ).all()


def _map_coaches(user: User, first: date, last: date) -> Mapping[str, Sequence[CoachLine]]:
    """The coaches whose number plate leaders wrote down, with the departures that they drive."""
    rows = db.session.execute(
        select(Place, Departure.id, Departure.starts_on, Departure.ends_on, Package.title)
        .join(Booking, Booking.id == Place.booking_id)
        .join(Departure, Departure.id == Booking.departure_id)
        .join(Departure.package)
        .where(
            Place.kind == PlaceKind.COACH,
            Place.label_sealed.is_not(None),
            Booking.id.in_(visible_to(user).with_only_columns(Booking.id)),
            Booking.state.in_(CHANGEABLE),
            Departure.starts_on <= last,
            Departure.ends_on >= first,
        )
        .order_by(Departure.starts_on, Departure.id)
    )
    found: dict[str, list[CoachLine]] = defaultdict(list)
    for place, departure_id, starts_on, ends_on, title in rows:
        plate = plate_in(place.label or "")
        line = CoachLine(departure_id, starts_on, ends_on, title)
        if plate and line not in found[plate]:
            found[plate].append(line)
    return {plate: lines for plate, lines in found.items() if len(lines) > 1}


def list_bases(ids: Collection[int]) -> Sequence[Base]:
    bases = select(Base).options(joinedload(Base.city)).where(Base.id.in_(ids)).order_by(Base.id)
    return db.session.scalars(bases).all()
