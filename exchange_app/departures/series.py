"""Many departures of one package at once: planned, and opened with their slots, without asking for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select

from exchange_app.catalogue.models import MenuItem, Package, Publication
from exchange_app.catalogue.rules import has_times, times_on
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.departures.errors import DeparturesInUse, PackageNotPublished
from exchange_app.departures.models import Allotment, Departure, DepartureSlot, Pool, Slot
from exchange_app.departures.rules import DepartureState
from exchange_app.departures.service import Terms, check_terms, hold_package, new_departure
from exchange_app.departures.slots import no_slot_then, stops_of

Visit = tuple[int, datetime]  # an activity, and when it begins


def plan_departures(package: Package, terms: Iterable[Terms], *, is_open: bool) -> Sequence[Departure]:
    """Drafts, or open departures with their slots. Raises what `service.plan_departure` raises, and for open ones
    PackageNotPublished or NoSlotThen."""
    planned = list(terms)
    for one in planned:
        check_terms(one)
    if is_open:
        hold_package(package)
        if package.publication is not Publication.PUBLISHED:
            raise PackageNotPublished()
    state = DepartureState.OPEN if is_open else DepartureState.DRAFT
    departures = [new_departure(package, one, state) for one in planned]
    db.session.add_all(departures)
    db.session.flush()
    if is_open:
        _bind(departures)
    return departures


def _bind(departures: Sequence[Departure]) -> None:
    """To the slots of their stops; nobody has seats of a new departure yet that would have to be claimed there."""
    visits = {departure.id: list(stops_of(departure)) for departure in departures}
    wanted = {(item.id, at): item for stops in visits.values() for item, at in stops}
    slots = _map_slots(wanted)
    _make({visit: item for visit, item in wanted.items() if visit not in slots})
    slots = _map_slots(wanted)
    bound = {(departure_id, slots[item.id, at]) for departure_id, stops in visits.items() for item, at in stops}
    if bound:
        rows = [{"departure_id": departure_id, "slot_id": slot_id} for departure_id, slot_id in sorted(bound)]
        db.session.execute(insert(DepartureSlot), rows)


def _map_slots(wanted: Iterable[Visit]) -> dict[Visit, int]:
    visits = set(wanted)
    if not visits:
        return {}
    rows = db.session.execute(
        select(Slot.id, Slot.menu_item_id, Slot.starts_at).where(
            Slot.menu_item_id.in_({item_id for item_id, _ in visits}),
            Slot.starts_at.between(min(at for _, at in visits), max(at for _, at in visits)),
        )
    )
    return {(item_id, at): slot_id for slot_id, item_id, at in rows if (item_id, at) in visits}


def _make(missing: dict[Visit, MenuItem]) -> None:
    """The slots that nobody made so far. Raises NoSlotThen where the activity does not begin at that time."""
    for (_, at), item in missing.items():
        local = at.astimezone(ZoneInfo(item.base.city.time_zone))
        if has_times(item.timetable) and local.time() not in times_on(item.timetable, local.date()):
            raise no_slot_then(item, at)
    if not missing:
        return
    pools = [Pool(capacity=item.slot_capacity, is_open=True) for item in missing.values()]
    db.session.add_all(pools)
    db.session.flush()
    rows = [
        {"menu_item_id": item_id, "starts_at": at, "pool_id": pool.id}
        for (item_id, at), pool in zip(missing, pools, strict=True)
    ]
    used = set(db.session.scalars(insert_unless_there(Slot).values(rows).returning(Slot.pool_id)))
    for pool in pools:  # somebody else was making the same slot at this moment
        if pool.id not in used:
            db.session.delete(pool)
    db.session.flush()


def remove_departures(ids: Sequence[int]) -> None:
    """Departures that nobody has begun to use; their slots stay, as they do when one is called off. Raises
    DeparturesInUse where one has taken place or was called off, has groups of whatever state, or seats set aside."""
    own = (
        select(Departure).where(Departure.id.in_(ids)).order_by(Departure.id).with_for_update(of=Departure)
    ).execution_options(populate_existing=True)
    departures = db.session.scalars(own).all()
    aside = db.session.scalar(select(func.count()).where(Allotment.departure_id.in_(ids)))
    pools = [departure.pool_id for departure in departures]
    taken = db.session.scalar(select(func.sum(Pool.taken + Pool.short)).where(Pool.id.in_(pools)))
    new = {DepartureState.DRAFT, DepartureState.OPEN}
    if aside or taken or any(departure.state not in new for departure in departures):
        raise DeparturesInUse()
    change_rows(delete(DepartureSlot).where(DepartureSlot.departure_id.in_(ids)))
    change_rows(delete(Departure).where(Departure.id.in_(ids)))
    change_rows(delete(Pool).where(Pool.id.in_(pools)))
    for departure in departures:
        db.session.expunge(departure)
