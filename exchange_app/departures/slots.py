"""Slots: a menu item at a time, shared by every departure that stops there.

Opening a departure looks for the slot of each of its stops, makes those that are missing from the item's timetable, and
lets whoever already has seats of the departure claim them there too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, delete, func, insert, literal, select, update
from sqlalchemy.orm import joinedload

from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.models import Base, MenuItem
from exchange_app.catalogue.rules import has_times, times_on
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.departures import seats
from exchange_app.departures.errors import (
    ItemVisited,
    NoSlotThen,
    SlotInUse,
    SlotNotFound,
    SlotThereAlready,
    SlotTooSmallForGroups,
)
from exchange_app.departures.locking import lock_pools
from exchange_app.departures.models import Claim, Departure, DepartureSlot, Pool, Shortage, Slot
from exchange_app.departures.queries import WITH_PACKAGE
from exchange_app.outbox.times import LocalTimes


def stops_of(departure: Departure) -> Iterator[tuple[MenuItem, datetime]]:
    """Every activity of the departure's package with the moment at which the group arrives."""
    zone = ZoneInfo(departure.package.host_city.time_zone)
    for stop in departure.package.stops:
        if stop.menu_item is not None:
            day = departure.starts_on + timedelta(days=stop.day - 1)
            yield stop.menu_item, datetime.combine(day, stop.starts, zone).astimezone(UTC)


def arrange_slots(departure: Departure) -> None:
    """Bind the departure to the slots of its stops, making those that are missing from the items' timetables.

    Raises NoSlotThen where an item has no slot at that time, or SlotTooSmallForGroups where those who have seats of the
    departure do not fit into a slot.
    """
    # Registrations that have looked at the former slots are let finish, and new ones wait.
    db.session.execute(select(Departure.id).where(Departure.id == departure.id).with_for_update()).all()
    wanted = {_find_or_make(item, starts_at).id for item, starts_at in stops_of(departure)}
    present = set(db.session.scalars(select(DepartureSlot.slot_id).where(DepartureSlot.departure_id == departure.id)))
    lock_pools(slot.pool_id for slot in _slots(present ^ wanted))
    for slot in _slots(present - wanted):
        _unbind(departure, slot)
    for slot in _slots(wanted - present):
        _bind(departure, slot)
    if wanted != present:
        seats.wake_offers()  # whoever waits may lack seats of other slots now


def is_arranged(departure: Departure, slots: Sequence[Slot]) -> bool:
    """Whether these slots of the departure are those of its package's stops as they are now."""
    return {(item.id, starts_at) for item, starts_at in stops_of(departure)} == {
        (slot.menu_item_id, slot.starts_at) for slot in slots
    }


def room(departure: Departure, slots: Iterable[Slot]) -> int:
    """How many persons still fit into the departure and into each of these slots of it."""
    return min([departure.pool.left, *(slot.pool.left for slot in slots)])


def _slots(ids: set[int]) -> Sequence[Slot]:
    found = select(Slot).options(joinedload(Slot.menu_item), joinedload(Slot.pool)).where(Slot.id.in_(ids))
    return db.session.scalars(found.order_by(Slot.pool_id)).all()


def _find_or_make(item: MenuItem, starts_at: datetime) -> Slot:
    found = select(Slot).where(Slot.menu_item_id == item.id, Slot.starts_at == starts_at)
    slot: Slot | None = db.session.scalar(found)
    if slot is not None:
        return slot
    local = starts_at.astimezone(ZoneInfo(item.base.city.time_zone))
    if has_times(item.timetable) and local.time() not in times_on(item.timetable, local.date()):
        raise no_slot_then(item, starts_at)
    _insert(item, starts_at, item.slot_capacity)
    return db.session.scalars(found).one()


def no_slot_then(item: MenuItem, starts_at: datetime) -> NoSlotThen:
    """The refusal that names the activity, the moment, and the times at which it does take place that day."""
    local = LocalTimes(item.base.city.time_zone)
    day = starts_at.astimezone(ZoneInfo(item.base.city.time_zone)).date()
    times = [f"{at:%H:%M}" for at in times_on(item.timetable, day)]
    return NoSlotThen(stop=item.title, when=local.moment_later(starts_at), times=times)


def _insert(item: MenuItem, starts_at: datetime, capacity: int) -> bool:
    """Whether the slot is new; somebody else may be making the same at this moment."""
    pool = Pool(capacity=capacity, is_open=True)
    db.session.add(pool)
    db.session.flush()
    made = db.session.scalar(
        insert_unless_there(Slot).values(menu_item_id=item.id, starts_at=starts_at, pool_id=pool.id).returning(Slot.id)
    )
    if made is None:
        db.session.delete(pool)
        db.session.flush()
    return made is not None


def _bind(departure: Departure, slot: Slot) -> None:
    db.session.add(DepartureSlot(departure_id=departure.id, slot_id=slot.id))
    db.session.flush()
    holders = select(Claim.booking_id, Claim.allotment_id, literal(slot.pool_id, Claim.pool_id.type), Claim.seats)
    holders = holders.where(Claim.pool_id == departure.pool_id)
    persons = db.session.scalar(select(func.sum(Claim.seats)).where(Claim.pool_id == departure.pool_id)) or 0
    if not persons:
        return
    guard = Pool.id == slot.pool_id, Pool.taken + persons <= Pool.capacity
    if change_rows(update(Pool).where(*guard).values(taken=Pool.taken + persons)) != 1:
        when = LocalTimes(slot.menu_item.base.city.time_zone).moment_later(slot.starts_at)
        left = db.session.scalar(select(Pool.capacity - Pool.taken).where(Pool.id == slot.pool_id))
        raise SlotTooSmallForGroups(stop=slot.menu_item.title, when=when, left=left, wanted=persons)
    db.session.execute(insert(Claim).from_select(["booking_id", "allotment_id", "pool_id", "seats"], holders))


def _unbind(departure: Departure, slot: Slot) -> None:
    own = select(Claim.booking_id).where(Claim.pool_id == departure.pool_id, Claim.booking_id.is_not(None))
    aside = select(Claim.allotment_id).where(Claim.pool_id == departure.pool_id, Claim.allotment_id.is_not(None))
    given = db.session.scalars(
        delete(Claim)
        .where(Claim.pool_id == slot.pool_id, Claim.booking_id.in_(own) | Claim.allotment_id.in_(aside))
        .returning(Claim.seats),
        execution_options={"synchronize_session": False},
    ).all()
    seats.free({slot.pool_id: sum(given)})
    change_rows(
        delete(DepartureSlot).where(DepartureSlot.departure_id == departure.id, DepartureSlot.slot_id == slot.id)
    )


def add_slot(item: MenuItem, starts_at: datetime, capacity: int) -> Slot:
    """A slot beside the timetable: a special opening. Raises SlotThereAlready."""
    if not _insert(item, starts_at, capacity):
        raise SlotThereAlready()
    return db.session.scalars(select(Slot).where(Slot.menu_item_id == item.id, Slot.starts_at == starts_at)).one()


def change_slot(slot: Slot, *, capacity: int, is_open: bool) -> None:
    """Raises CapacityBelowTaken, naming how many places are taken. A slot that is closed takes no more groups."""
    seats.set_capacity(slot.pool_id, capacity)
    seats.open_pools([slot.pool_id], is_open=is_open)
    db.session.refresh(slot.pool)


def remove_slot(slot: Slot) -> None:
    """Raises SlotInUse while departures stop there."""
    # Locked first: a departure that is binding itself to the slot at this moment is then counted.
    db.session.execute(select(Slot.id).where(Slot.id == slot.id).with_for_update()).all()
    if count := db.session.scalar(select(func.count()).where(DepartureSlot.slot_id == slot.id)):
        raise SlotInUse(count=count)
    change_rows(delete(Shortage).where(Shortage.pool_id == slot.pool_id))  # of those who stopped there before
    db.session.delete(slot)
    db.session.flush()
    db.session.delete(slot.pool)
    db.session.flush()


def remove_item(item: MenuItem) -> None:
    """The activity, with its slots where nobody stops. Raises ItemInUse or ItemVisited."""
    catalogue.check_unused(item)
    own = select(Slot).options(joinedload(Slot.pool)).where(Slot.menu_item_id == item.id).order_by(Slot.id)
    slots = db.session.scalars(own.with_for_update(of=Slot)).all()
    visits = select(func.count(DepartureSlot.departure_id.distinct()))
    if count := db.session.scalar(visits.where(DepartureSlot.slot_id.in_([slot.id for slot in slots]))):
        raise ItemVisited(count=count)
    for slot in slots:
        remove_slot(slot)
    catalogue.remove_item(item)


# ---------------------------------------------------------------------------------------------------------------- reads


def list_slots_of_departure(departure_id: int) -> Sequence[Slot]:
    """Where the departure stops, with activity, base and pool, in their order."""
    return db.session.scalars(
        _SLOTS.join(DepartureSlot, DepartureSlot.slot_id == Slot.id)
        .where(DepartureSlot.departure_id == departure_id)
        .order_by(Slot.starts_at, Slot.id)
    ).all()


_SLOTS: Select[Slot] = select(Slot).options(
    joinedload(Slot.pool), joinedload(Slot.menu_item).joinedload(MenuItem.base).joinedload(Base.city)
)


def select_slots_of_item(item_id: int, *, since: datetime) -> Select[Slot, int]:
    """An activity's slots from a moment on, each with the number of departures that stop there; to be paged."""
    departures = select(func.count()).where(DepartureSlot.slot_id == Slot.id).scalar_subquery()
    return (
        _SLOTS.add_columns(departures.label("departures"))
        .where(Slot.menu_item_id == item_id, Slot.starts_at >= since)
        .order_by(Slot.starts_at)
    )


def get_slot(item_id: int, slot_id: int) -> Slot:
    """Raises SlotNotFound, for a slot of another activity too."""
    slot: Slot | None = db.session.scalar(_SLOTS.where(Slot.id == slot_id, Slot.menu_item_id == item_id))
    if slot is None:
        raise SlotNotFound()
    return slot


def list_departures_at_slot(slot_id: int) -> Sequence[Departure]:
    """Who stops there."""
    return db.session.scalars(
        select(Departure)
        .join(DepartureSlot, DepartureSlot.departure_id == Departure.id)
        .options(*WITH_PACKAGE)
        .where(DepartureSlot.slot_id == slot_id)
        .order_by(Departure.starts_on, Departure.id)
    ).all()
