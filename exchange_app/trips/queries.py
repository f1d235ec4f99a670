"""Reads of trips. Every read goes through a booking or a departure that the user may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import exists, func, select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import MenuItem, Stop
from exchange_app.core.database import db
from exchange_app.trips.errors import CallNotFound, PlaceNotFound
from exchange_app.trips.models import Place, Placing, RollCall, RollEntry, Wish
from exchange_app.trips.rules import TRAVELLING, PlaceKind, Tally


def get_trip(code: str, user: User) -> Booking:
    """A booking of a group that travels. Raises BookingNotFound, for another school's booking too."""
    return _travelling(bookings.get_booking(code, user))


def lock_trip(code: str, user: User) -> Booking:
    """As get_trip, fresh and locked until the transaction ends. For commands."""
    return _travelling(bookings.lock_booking(code, user))


def _travelling(booking: Booking) -> Booking:
    if booking.state not in TRAVELLING:
        raise BookingNotFound()
    return booking


def list_places(booking_id: int) -> Sequence[Place]:
    return db.session.scalars(
        select(Place).where(Place.booking_id == booking_id).order_by(Place.kind, Place.number)
    ).all()


def get_place(booking: Booking, place_id: int) -> Place:
    """Raises PlaceNotFound, for a place of another booking too."""
    place: Place | None = db.session.scalar(select(Place).where(Place.id == place_id, Place.booking_id == booking.id))
    if place is None:
        raise PlaceNotFound()
    return place


def count_places(booking_id: int, kind: PlaceKind) -> int:
    counted = select(func.count()).where(Place.booking_id == booking_id, Place.kind == kind)
    return db.session.scalar(counted) or 0


def last_number(booking_id: int, kind: PlaceKind) -> int:
    last = select(func.max(Place.number)).where(Place.booking_id == booking_id, Place.kind == kind)
    return db.session.scalar(last) or 0


def list_placings(booking_id: int) -> Sequence[Placing]:
    return db.session.scalars(
        select(Placing).join(Place, Place.id == Placing.place_id).where(Place.booking_id == booking_id)
    ).all()


def list_wishes(booking_id: int) -> Sequence[Wish]:
    return db.session.scalars(select(Wish).where(Wish.booking_id == booking_id).order_by(Wish.id)).all()


def list_stops(package_id: int) -> Sequence[Stop]:
    """The itinerary, in its order."""
    return db.session.scalars(
        select(Stop)
        .options(joinedload(Stop.menu_item).joinedload(MenuItem.base))
        .where(Stop.package_id == package_id)
        .order_by(Stop.day, Stop.starts, Stop.id)
    ).all()


def list_calls(booking_ids: Collection[int]) -> Sequence[RollCall]:
    """The roll calls of these groups, as they follow each other."""
    return db.session.scalars(
        select(RollCall).where(RollCall.booking_id.in_(booking_ids)).order_by(RollCall.at, RollCall.id)
    ).all()


def get_call(booking: Booking, call_id: int) -> RollCall:
    """Raises CallNotFound, for a call of another booking too."""
    call: RollCall | None = db.session.scalar(
        select(RollCall).where(RollCall.id == call_id, RollCall.booking_id == booking.id)
    )
    if call is None:
        raise CallNotFound()
    return call


def has_entries(call_id: int) -> bool:
    return bool(db.session.scalar(select(exists().where(RollEntry.call_id == call_id))))


def map_tallies(call_ids: Collection[int]) -> dict[int, Tally]:
    """What each of the calls comes to: entries one after the other as they were made, the later over the earlier."""
    tallies = {call_id: Tally() for call_id in call_ids}
    entries = db.session.execute(
        select(RollEntry.call_id, RollEntry.participant_id, RollEntry.state, RollEntry.head_count, RollEntry.made_at)
        .where(RollEntry.call_id.in_(tallies))
        .order_by(RollEntry.made_at, RollEntry.id)
    )
    for call_id, participant_id, state, head_count, made_at in entries:
        tally = tallies[call_id]
        tally.latest = made_at
        if participant_id is not None and state is not None:
            tally.states[participant_id] = state
        else:
            tally.head_count = head_count
    return tallies
