"""Coaches, rooms and teams of a group: making them, putting people in, wishes, and a first proposal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from sqlalchemy import delete, insert, select

from exchange_app.bookings.models import Booking
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.rosters.models import Participant
from exchange_app.rosters.queries import get_participant, list_participants
from exchange_app.rosters.rules import Sex
from exchange_app.trips import queries
from exchange_app.trips.errors import PlaceNotFound, TooManyPlaces, WishNotFound, WishWithOneself
from exchange_app.trips.models import Place, Placing, Wish
from exchange_app.trips.proposal import propose
from exchange_app.trips.rules import Layout, Person, PlaceKind, Spot, title_of

MOST_PLACES = 100  # of a kind; a group has up to 500 persons

Moves = Mapping[int, int | None]  # where a person goes, by the person's id; None takes them out


def person_of(participant: Participant) -> Person:
    return Person(
        id=participant.id,
        role=participant.role,
        name=participant.name,
        class_name=participant.class_name or "",
        sex=Sex(participant.sex) if participant.sex else None,
    )


def list_people(booking: Booking) -> list[Person]:
    return [person_of(participant) for participant in list_participants(booking.id)]


def layouts_of(booking: Booking) -> dict[PlaceKind, Layout]:
    """Everything about who is where, in four statements."""
    people = list_people(booking)
    places = queries.list_places(booking.id)
    placings = queries.list_placings(booking.id)
    wishes = frozenset((wish.first_id, wish.second_id) for wish in queries.list_wishes(booking.id))
    return {
        kind: Layout(
            people=people,
            spots=[_spot_of(place) for place in places if place.kind is kind],
            placed={placing.participant_id: placing.place_id for placing in placings if placing.kind is kind},
            wishes=wishes,
        )
        for kind in PlaceKind
    }


def _spot_of(place: Place) -> Spot:
    return Spot(place.id, place.kind, title_of(place.kind, place.number, place.label), place.capacity, place.sex)


def add_places(booking: Booking, kind: PlaceKind, *, count: int, capacity: int, sex: Sex | None) -> None:
    """So many alike. Raises TooManyPlaces."""
    if queries.count_places(booking.id, kind) + count > MOST_PLACES:
        raise TooManyPlaces(limit=MOST_PLACES)
    first = queries.last_number(booking.id, kind) + 1
    for number in range(first, first + count):
        db.session.add(Place(booking_id=booking.id, kind=kind, number=number, capacity=capacity, sex=sex))


def change_place(booking: Booking, place_id: int, *, label: str, capacity: int, sex: Sex | None) -> None:
    """Raises PlaceNotFound."""
    place = queries.get_place(booking, place_id)
    place.label, place.capacity, place.sex = label, capacity, sex


def remove_place(booking: Booking, place_id: int) -> None:
    """Whoever was in it has no place of its kind then. Raises PlaceNotFound."""
    place = queries.get_place(booking, place_id)
    change_rows(delete(Placing).where(Placing.place_id == place.id))
    db.session.delete(place)


def move_people(booking: Booking, kind: PlaceKind, moves: Moves) -> None:
    """Whoever is not of this group is passed over. Raises PlaceNotFound, for a place of another kind or group too."""
    people = set(db.session.scalars(select(Participant.id).where(Participant.booking_id == booking.id)))
    places = {place.id for place in queries.list_places(booking.id) if place.kind is kind}
    if not {place for place in moves.values() if place is not None} <= places:
        raise PlaceNotFound()
    moved = {person: place for person, place in moves.items() if person in people}
    _take_out(moved, kind)
    _put_in({person: place for person, place in moved.items() if place is not None}, kind)


def propose_arrangement(booking: Booking, kind: PlaceKind, *, said: Mapping[int, Sex]) -> int:
    """Give a place to whoever has none; how many still have none. ``said`` is what the leader knows of persons whose
    sex the roster does not hold: it is used for this once and not kept."""
    layout = layouts_of(booking)[kind]
    people = [replace(person, sex=person.sex or said.get(person.id)) for person in layout.people]
    found = propose(replace(layout, people=people))
    _put_in(found, kind)
    return len(layout.unplaced) - len(found)


def empty_places(booking: Booking, kind: PlaceKind) -> None:
    """Nobody has a place of this kind then; the places stay."""
    _take_out([placing.participant_id for placing in queries.list_placings(booking.id)], kind)


def add_wish(booking: Booking, first_id: int, second_id: int) -> None:
    """The same wish said twice is one wish. Raises WishWithOneself, and PersonNotFound for one of another group."""
    if first_id == second_id:
        raise WishWithOneself()
    for person_id in (first_id, second_id):
        get_participant(booking, person_id)
    pair = {"first_id": min(first_id, second_id), "second_id": max(first_id, second_id)}
    db.session.execute(insert_unless_there(Wish), [{"booking_id": booking.id, **pair}])


def remove_wish(booking: Booking, wish_id: int) -> None:
    """Raises WishNotFound, for a wish of another booking too."""
    if not change_rows(delete(Wish).where(Wish.id == wish_id, Wish.booking_id == booking.id)):
        raise WishNotFound()


def _take_out(people: Iterable[int], kind: PlaceKind) -> None:
    change_rows(delete(Placing).where(Placing.participant_id.in_(list(people)), Placing.kind == kind))


def _put_in(found: Mapping[int, int], kind: PlaceKind) -> None:
    if found:
        rows = [{"participant_id": person, "place_id": place, "kind": kind} for person, place in found.items()]
        db.session.execute(insert(Placing.__table__), rows)
