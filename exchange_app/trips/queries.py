"""Reads of trips. Every read goes through a booking or a departure that the user may see."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Select, exists, false, func, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import MenuItem, Package, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation
from exchange_app.rosters.models import Participant
from exchange_app.trips.errors import CallNotFound, IncidentNotFound, PlaceNotFound
from exchange_app.trips.models import (
    HostNotes,
    Incident,
    Place,
    Placing,
    Reply,
    RollCall,
    RollEntry,
    Wish,
)
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


def find_notes(departure_id: int) -> HostNotes | None:
    return db.session.get(HostNotes, departure_id)


def select_incidents(user: User) -> Select[Incident]:
    """What happened to groups that concern the user, the latest first; to be paged. A leader and a head see those of
    their school, an education bureau those of its city's schools, an organiser those of its packages."""
    incidents = (
        select(Incident)
        .join(Incident.booking)
        .options(joinedload(Incident.by), contains_eager(Incident.booking).options(*bookings.WITH_DEPARTURE))
        .order_by(Incident.happened_at.desc(), Incident.id.desc())
    )
    match user.role:
        case Role.LEADER | Role.HEAD:
            return incidents.where(Booking.school_id == user.organisation_id)
        case Role.BUREAU:
            schools = select(Organisation.id).where(Organisation.city_id == user.organisation.city_id)
            return incidents.where(Booking.school_id.in_(schools))
        case Role.ORGANISER:
            kept = select(Departure.id).join(Departure.package).where(Package.organiser_id == user.organisation_id)
            return incidents.where(Booking.departure_id.in_(kept))
        case Role.ADMINISTRATOR:
            return incidents
        case _:
            return incidents.where(false())


def get_incident(incident_id: int, user: User) -> Incident:
    """Raises IncidentNotFound, for one that does not concern the user too."""
    incident: Incident | None = db.session.scalar(select_incidents(user).where(Incident.id == incident_id))
    if incident is None:
        raise IncidentNotFound()
    return incident


def list_incidents(booking_id: int) -> Sequence[Incident]:
    return db.session.scalars(
        select(Incident)
        .where(Incident.booking_id == booking_id)
        .order_by(Incident.happened_at.desc(), Incident.id.desc())
    ).all()


def find_incident_of_form(booking_id: int, form_token: str) -> Incident | None:
    """The one that this very form made when it was sent before."""
    return db.session.scalar(
        select(Incident).where(Incident.booking_id == booking_id, Incident.form_token == form_token)
    )


def list_travelling(departure_id: int) -> Sequence[Booking]:
    """The groups of a departure that travel, in the order in which they came."""
    groups = db.session.scalars(
        select(Booking)
        .options(joinedload(Booking.school), joinedload(Booking.leader))
        .where(Booking.departure_id == departure_id, Booking.state.in_(TRAVELLING))
        .order_by(Booking.id)
    )
    return groups.all()


def list_replies(booking_ids: Collection[int]) -> Sequence[Reply]:
    return db.session.scalars(select(Reply).where(Reply.booking_id.in_(booking_ids))).all()


def count_replies(booking_id: int) -> int:
    return db.session.scalar(select(func.count()).where(Reply.booking_id == booking_id)) or 0


def map_participants(booking_ids: Collection[int]) -> dict[int, list[Participant]]:
    """Who is in each of these groups, in the order of its roster."""
    people: dict[int, list[Participant]] = {booking_id: [] for booking_id in booking_ids}
    for participant in db.session.scalars(
        select(Participant)
        .where(Participant.booking_id.in_(people))
        .order_by(Participant.booking_id, Participant.position, Participant.id)
    ):
        people[participant.booking_id].append(participant)
    return people


def map_place_counts(booking_ids: Collection[int]) -> dict[int, dict[PlaceKind, tuple[int, int]]]:
    """How many places of each kind each group has, and how many persons are in them."""
    rows = db.session.execute(
        select(Place.booking_id, Place.kind, func.count(Place.id.distinct()), func.count(Placing.participant_id))
        .outerjoin(Placing, Placing.place_id == Place.id)
        .where(Place.booking_id.in_(booking_ids))
        .group_by(Place.booking_id, Place.kind)
    )
    counts: dict[int, dict[PlaceKind, tuple[int, int]]] = {booking_id: {} for booking_id in booking_ids}
    for booking_id, kind, places, placed in rows:
        counts[booking_id][kind] = places, placed
    return counts
