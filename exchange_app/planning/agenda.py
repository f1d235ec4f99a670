"""Today's board: who comes, what waits for a decision, what is missing, what is in trouble; in a fixed number of
statements, however many groups there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking, ChangeRequest
from exchange_app.bookings.queries import WITH_DEPARTURE, list_open_requests, visible_to
from exchange_app.bookings.rules import CHANGEABLE, BookingState
from exchange_app.bookings.sending import load_bookings
from exchange_app.catalogue.models import Approver, Package
from exchange_app.catalogue.queries import keeps_package
from exchange_app.consents.queries import lacks_answers
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import LEFT
from exchange_app.departures.rules import NOTICE_FOR_MINIMUM, DepartureState
from exchange_app.meetings.models import Action
from exchange_app.meetings.queries.actions import list_own_open_actions
from exchange_app.outbox.finding import known_kinds
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.rosters.queries import WARNING_DAYS
from exchange_app.trips.models import Place
from exchange_app.trips.rules import PlaceKind

COMING = (DepartureState.OPEN, DepartureState.CLOSED)
TRAVELS = (BookingState.CONFIRMED, BookingState.DONE)
SHOWN = 8  # of each kind; the rest is a number with a link
CONSENTS_AHEAD = timedelta(days=14)
MINIMUM_AHEAD = timedelta(days=60)
LETTERS_BACK = timedelta(days=30)


class Arrival(NamedTuple):
    booking: Booking
    coaches: Sequence[Place]


class Short(NamedTuple):
    """A departure that lacks persons; it may be called off for that ``until``, or at any time."""

    departure: Departure
    persons: int
    until: datetime | None


class Full(NamedTuple):
    """A departure for which groups wait, ``left`` seats of which are free all the same."""

    departure: Departure
    left: int
    groups: int
    persons: int


class Trouble(NamedTuple):
    """A group about which letters were not delivered."""

    booking: Booking
    letters: int


@dataclass(frozen=True, slots=True)
class Some:
    """The first of a list, and how many it has in all."""

    rows: Sequence[Any]
    count: int

    def __iter__(self) -> Iterator[Any]:
        return iter(self.rows)

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Agenda:
    today: Sequence[Arrival]
    tomorrow: Sequence[Arrival]
    decisions: Some
    requests: Sequence[ChangeRequest]
    rosters: Some
    consents: Some
    letters: Sequence[Trouble]
    short: Sequence[Short]
    full: Sequence[Full]
    actions: Sequence[Action]

    @property
    def waiting(self) -> int:
        """How many things wait for the organiser."""
        return self.decisions.count + len(self.requests)


def agenda_of(user: User, *, today: date, now: datetime) -> Agenda:
    arrivals = _list_arrivals(user, today)
    return Agenda(
        today=[one for one in arrivals if one.booking.departure.starts_on == today],
        tomorrow=[one for one in arrivals if one.booking.departure.starts_on != today],
        decisions=_some(_decisions(user), Booking.awaiting_since, Booking.id),
        requests=list_open_requests(user),
        rosters=_some(_rosters_missing(user, now), Departure.roster_due_at, Booking.id),
        consents=_consents_missing(user, now),
        letters=_list_troubles(user, now),
        short=_list_short(user, now),
        full=_list_full(user, now),
        actions=list_own_open_actions(user, limit=SHOWN),
    )


def _some(rows: Select[Booking], *order: Any) -> Some:
    """Found and counted in one statement."""
    found = db.session.execute(rows.add_columns(func.count().over()).order_by(*order).limit(SHOWN)).all()
    return Some([row[0] for row in found], found[0][1] if found else 0)


def _of_coming(user: User) -> Select[Booking]:
    """The user's groups whose departures are still to come."""
    return visible_to(user).join(Booking.departure).options(*WITH_DEPARTURE).where(Departure.state.in_(COMING))


def _list_arrivals(user: User, today: date) -> Sequence[Arrival]:
    groups = db.session.scalars(
        visible_to(user)
        .join(Booking.departure)
        .options(*WITH_DEPARTURE, joinedload(Booking.leader))
        .where(Booking.state.in_(TRAVELS), Departure.starts_on.in_([today, today + timedelta(days=1)]))
        .order_by(Departure.meets_at, Booking.id)
    ).all()
    coaches = _map_coaches([group.id for group in groups])
    return [Arrival(group, coaches.get(group.id, ())) for group in groups]


def _map_coaches(booking_ids: Collection[int]) -> Mapping[int, Sequence[Place]]:
    found: dict[int, list[Place]] = defaultdict(list)
    if booking_ids:
        own = Place.booking_id.in_(booking_ids), Place.kind == PlaceKind.COACH
        for place in db.session.scalars(select(Place).where(*own).order_by(Place.booking_id, Place.number)):
            found[place.booking_id].append(place)
    return found


def _decisions(user: User) -> Select[Booking]:
    return (
        visible_to(user)
        .options(*WITH_DEPARTURE)
        .where(Booking.awaiting == Approver.HOST, Booking.state == BookingState.SUBMITTED)
    )


def _rosters_missing(user: User, now: datetime) -> Select[Booking]:
    """Names are lacking and the roster is due soon, or was."""
    return _of_coming(user).where(
        Booking.state.in_(CHANGEABLE),
        Booking.named < Booking.pupils + Booking.staff,
        Departure.meets_at > now,
        Departure.roster_due_at <= now + timedelta(days=WARNING_DAYS),
    )


def _consents_missing(user: User, now: datetime) -> Some:
    near = Departure.meets_at > now, Departure.meets_at <= now + CONSENTS_AHEAD
    activities = (
        select(Departure)
        .join(Departure.package)
        .options(
            joinedload(Departure.pool),
            contains_eager(Departure.package).options(
                joinedload(Package.host_city), joinedload(Package.organiser), selectinload(Package.stops)
            ),
        )
    )
    departures = db.session.scalars(activities.where(keeps_package(user), Departure.state.in_(COMING), *near)).all()
    if not departures:
        return Some((), 0)
    lacking = _of_coming(user).where(Booking.state == BookingState.CONFIRMED, *near, lacks_answers(departures))
    return _some(lacking, Departure.meets_at, Booking.id)


def _list_troubles(user: User, now: datetime) -> Sequence[Trouble]:
    """Groups of which a letter failed, or may not have arrived, and that are still to travel."""
    kinds = [name for name, kind in known_kinds().items() if kind.load is load_bookings]
    failed = (
        select(Letter.subject_id, func.count().label("letters"))
        .where(
            Letter.state.in_([LetterState.FAILED, LetterState.DOUBTFUL]),
            Letter.kind.in_(kinds),
            Letter.written_at > now - LETTERS_BACK,
        )
        .group_by(Letter.subject_id)
        .subquery()
    )
    rows = db.session.execute(
        _of_coming(user)
        .join(failed, failed.c.subject_id == Booking.id)
        .add_columns(failed.c.letters)
        .where(Booking.state.in_([*CHANGEABLE, BookingState.WAITING, BookingState.OFFERED, BookingState.HELD]))
        .order_by(Departure.meets_at, Booking.id)
        .limit(SHOWN)
    )
    return [Trouble(*row) for row in rows]


def _departures_of(user: User, *more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(Departure, *more)
        .join(Departure.package)
        .join(Departure.pool)
        .options(contains_eager(Departure.package).joinedload(Package.host_city), contains_eager(Departure.pool))
        .where(keeps_package(user), Departure.state.in_(COMING))
    )


def _persons_in(*states: BookingState) -> ColumnElement[int]:
    own = Booking.departure_id == Departure.id, Booking.state.in_(states)
    persons = func.coalesce(func.sum(Booking.pupils + Booking.staff), 0)
    return select(persons).where(*own).correlate(Departure).scalar_subquery()


def _list_short(user: User, now: datetime) -> Sequence[Short]:
    """Those whose last day to be called off for it is near comes first."""
    persons = _persons_in(*CHANGEABLE)
    rows = db.session.execute(
        _departures_of(user, persons)
        .where(
            Departure.meets_at > now,
            Departure.meets_at <= now + MINIMUM_AHEAD,
            Departure.minimum > 1,
            persons < Departure.minimum,
        )
        .order_by(Departure.meets_at, Departure.id)
        .limit(SHOWN)
    )
    return [Short(departure, count, _notice_of(departure)) for departure, count in rows]


def _notice_of(departure: Departure) -> datetime | None:
    """Only what is sold has to be called off so early."""
    return departure.meets_at - NOTICE_FOR_MINIMUM if departure.package.price_minor else None


def _list_full(user: User, now: datetime) -> Sequence[Full]:
    waits = and_(Booking.departure_id == Departure.id, Booking.state == BookingState.WAITING)
    groups = select(func.count()).select_from(Booking).where(waits).correlate(Departure).scalar_subquery()
    rows = db.session.execute(
        _departures_of(user, LEFT, groups, _persons_in(BookingState.WAITING))
        .where(Departure.meets_at > now, groups > 0)
        .order_by(Departure.starts_on, Departure.id)
        .limit(SHOWN)
    )
    return [Full(*row) for row in rows]
