"""Reads of papers: the lists of many groups cost as many statements as that of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.consents.queries import lacks_answers
from exchange_app.core.codes import parse_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.papers.models import PaperRule, PaperTick
from exchange_app.papers.rules import DEFAULTS, TICKED, Due, Paper, Standing, standing
from exchange_app.partners.errors import CityNotFound
from exchange_app.partners.models import City
from exchange_app.partners.queries import get_city
from exchange_app.trips.models import Incident, Reply, RollCall, RollEntry
from exchange_app.trips.queries import map_place_counts

WITH_PAPERS = (BookingState.SUBMITTED, BookingState.CONFIRMED, BookingState.DONE)


@dataclass(frozen=True, slots=True)
class Line:
    """How one paper of a group stands; ``tick`` is what its leader said of it, ``count`` how many incidents or answers
    there are."""

    paper: Paper
    due_on: date
    standing: Standing
    tick: PaperTick | None = None
    count: int = 0

    @property
    def is_ticked(self) -> bool:
        return self.paper in TICKED


def select_groups(user: User) -> Select[Booking]:
    """The groups of the user's school that have papers, the next first; to be paged."""
    own = select(Booking).options(*bookings.WITH_DEPARTURE).join(Booking.departure)
    order = Booking.departure.property.mapper.class_.starts_on.desc()
    return own.where(Booking.school_id == user.organisation_id, Booking.state.in_(WITH_PAPERS)).order_by(order)


def get_group(code: str, user: User) -> Booking:
    """A group that has papers; a school's head sees those of the school, whether or not they approve. Raises
    BookingNotFound."""
    booking: Booking | None
    if user.role is Role.HEAD:
        booking = db.session.scalar(select_groups(user).where(Booking.code == parse_code(code)))
    else:
        booking = bookings.get_booking(code, user)
    if booking is None or booking.state not in WITH_PAPERS:
        raise BookingNotFound()
    return booking


def lock_group(code: str, user: User) -> Booking:
    """For commands. Raises BookingNotFound."""
    booking = bookings.lock_booking(code, user)
    if booking.state not in WITH_PAPERS:
        raise BookingNotFound()
    return booking


def get_city_of(city_id: int, user: User) -> City:
    """A city whose papers the user arranges: an organiser the own one, an administrator any. Raises CityNotFound."""
    if user.role is not Role.ADMINISTRATOR and city_id != user.organisation.city_id:
        raise CityNotFound()
    return get_city(city_id)


def map_dues(city_id: int) -> Mapping[Paper, Due]:
    """What a city wants of its schools."""
    rules = db.session.scalars(select(PaperRule).where(PaperRule.city_id == city_id))
    return {**DEFAULTS, **{rule.paper: rule.due for rule in rules}}


def map_lines(groups: Sequence[Booking], now: datetime) -> Mapping[int, Sequence[Line]]:
    """The papers of each of these groups, in the order in which they are due."""
    if not groups:
        return {}
    ids = [booking.id for booking in groups]
    dues = {city_id: map_dues(city_id) for city_id in {booking.school.city_id for booking in groups}}
    facts = _facts_of(groups, ids)
    ticks = {(tick.booking_id, tick.paper): tick for tick in _ticks(ids)}
    lines = {}
    for booking in groups:
        wanted = {paper: due for paper, due in dues[booking.school.city_id].items() if due.is_wanted}
        found = [_line(booking, paper, due, ticks, facts, now) for paper, due in wanted.items()]
        lines[booking.id] = sorted(found, key=lambda line: line.due_on)
    return lines


def _ticks(ids: Collection[int]) -> Sequence[PaperTick]:
    ticks = select(PaperTick).options(joinedload(PaperTick.by)).where(PaperTick.booking_id.in_(ids))
    return db.session.scalars(ticks).all()


def _line(
    booking: Booking,
    paper: Paper,
    due: Due,
    ticks: Mapping[tuple[int, Paper], PaperTick],
    facts: _Facts,
    now: datetime,
) -> Line:
    departure = booking.departure
    due_on = due.on(departure.starts_on, departure.ends_on)
    if paper is Paper.ROSTER:
        due_on = departure.today(booking.roster_due_at)
    tick = ticks.get((booking.id, paper))
    is_done = tick is not None if paper in TICKED else facts.is_done(booking, paper, departure.today(now))
    return Line(
        paper, due_on, standing(due_on, departure.today(now), is_done=is_done), tick, facts.count(booking, paper)
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the site knows of many groups by itself."""

    lacking_consents: frozenset[int]
    grouped: frozenset[int]
    called: frozenset[int]
    incidents: Mapping[int, int]
    replies: Mapping[int, int]

    def is_done(self, booking: Booking, paper: Paper, today: date) -> bool:
        match paper:
            case Paper.ROSTER:
                return booking.is_roster_complete
            case Paper.CONSENTS:
                return booking.is_roster_complete and booking.id not in self.lacking_consents
            case Paper.GROUPING:
                return booking.id in self.grouped
            case Paper.ROLL_CALLS:
                return booking.id in self.called
            case Paper.EVALUATION:
                return booking.id in self.replies
            case Paper.CERTIFICATES:
                return today >= booking.departure.ends_on
        return True  # an itinerary is there from the start, and of incidents there may be none

    def count(self, booking: Booking, paper: Paper) -> int:
        known = {Paper.INCIDENTS: self.incidents, Paper.EVALUATION: self.replies}
        return known[paper].get(booking.id, 0) if paper in known else 0


def _facts_of(groups: Sequence[Booking], ids: Sequence[int]) -> _Facts:
    departures = list({booking.departure_id: booking.departure for booking in groups}.values())
    lacking = select(Booking.id).where(Booking.id.in_(ids), lacks_answers(departures))
    called = select(RollCall.booking_id).join(RollEntry, RollEntry.call_id == RollCall.id)
    places = map_place_counts(ids)
    return _Facts(
        lacking_consents=frozenset(db.session.scalars(lacking)),
        grouped=frozenset(
            booking.id
            for booking in groups
            if booking.named and any(placed >= booking.named for _, placed in places[booking.id].values())
        ),
        called=frozenset(db.session.scalars(called.where(RollCall.booking_id.in_(ids)).distinct())),
        incidents=_counts(Incident, ids),
        replies=_counts(Reply, ids),
    )


def _counts(of: Any, ids: Sequence[int]) -> Mapping[int, int]:
    counted = select(of.booking_id, func.count()).where(of.booking_id.in_(ids)).group_by(of.booking_id)
    return {row[0]: row[1] for row in db.session.execute(counted)}
