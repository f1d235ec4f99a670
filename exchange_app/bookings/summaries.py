"""The organisers' summary of each morning: who gets one, and what it says.

It is planned from half past seven until noon of the organiser's city (`accounts.regular`). See docs/letters.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, exists, func, select, true
from sqlalchemy.orm import contains_eager

from exchange_app.accounts.models import User
from exchange_app.accounts.regular import Regular, plan_letters
from exchange_app.bookings.models import Booking, BookingEvent, ChangeRequest
from exchange_app.bookings.queries import WITH_DEPARTURE, list_open_requests, visible_to
from exchange_app.bookings.rules import CHANGEABLE, BookingState, Step
from exchange_app.catalogue.models import Approver, Package
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure, Pool
from exchange_app.departures.rules import DepartureState

KIND = "organiser_summary"
MORNING = (time(7, 30), time(12))
A_DAY = timedelta(days=1)
LONGEST_SINCE = 7 * A_DAY  # what is older is no news
ROSTERS_AHEAD = timedelta(days=3)
DAYS_AHEAD = 7
COMING = (DepartureState.OPEN, DepartureState.CLOSED)


# ------------------------------------------------------------------------------------------------------------- planning


def plan_summaries(now: datetime, at_most: int = 500) -> int:
    """Write at most so many of this morning's letters, to organisers who keep a package; returns how many. Call again
    while it returns any."""
    keeps_any = exists().where(Package.organiser_id == User.organisation_id)
    is_wanted = and_(User.role == Role.ORGANISER, User.wants_summary.is_(true()), keeps_any)
    return plan_letters(SUMMARY, is_wanted, now, at_most)


def _morning(local: datetime) -> str | None:
    return local.date().isoformat() if MORNING[0] <= local.time() < MORNING[1] else None


SUMMARY = Regular(KIND, "summary", "day", _morning, length=A_DAY, longest=LONGEST_SINCE)


# ------------------------------------------------------------------------------------------------------- what it says


class Coming(NamedTuple):
    """A departure that is near, and what the groups that are handed in come to."""

    departure: Departure
    groups: int
    persons: int


class SeatsToGive(NamedTuple):
    """A departure with seats left and groups that wait."""

    departure: Departure
    left: int
    groups: int
    persons: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What waits for an organiser, oldest first, and what is new since the last one, in the packages they keep."""

    decisions: Sequence[Booking]
    requests: Sequence[ChangeRequest]
    waiting: Sequence[SeatsToGive]
    rosters: Sequence[Booking]
    new: Sequence[Booking]
    cancelled: Sequence[Booking]
    coming: Sequence[Coming]

    @property
    def to_do(self) -> int:
        """How many things wait for the organiser."""
        return len(self.decisions) + len(self.requests) + len(self.waiting)

    @property
    def is_empty(self) -> bool:
        return not (self.to_do or self.rosters or self.new or self.cancelled or self.coming)


def summary_for(user: User, *, since: datetime, until: datetime, now: datetime) -> Summary:
    """What is new is what happened from ``since`` on and before ``until``."""
    decisions = _list_decisions(user)
    asked_already = {booking.id for booking in decisions}
    return Summary(
        decisions=decisions,
        requests=list_open_requests(user),
        waiting=_list_seats_to_give(user, now),
        rosters=_list_rosters_due(user, now),
        new=[booking for booking in _list_new(user, since, until) if booking.id not in asked_already],
        cancelled=_list_cancelled(user, since, until),
        coming=_list_coming(user, now),
    )


def _list_decisions(user: User) -> Sequence[Booking]:
    """Whose turn it is to be decided by the host, longest waiting first."""
    return db.session.scalars(
        visible_to(user)
        .options(*WITH_DEPARTURE)
        .where(Booking.awaiting == Approver.HOST, Booking.state == BookingState.SUBMITTED)
        .order_by(Booking.awaiting_since, Booking.id)
    ).all()


def _of_coming(user: User) -> Select[Booking]:
    """The groups of departures that are still to come."""
    return visible_to(user).join(Booking.departure).where(Departure.state.in_(COMING)).options(*WITH_DEPARTURE)


def _list_new(user: User, since: datetime, until: datetime) -> Sequence[Booking]:
    return db.session.scalars(
        _of_coming(user)
        .where(Booking.state.in_(CHANGEABLE), Booking.submitted_at >= since, Booking.submitted_at < until)
        .order_by(Booking.submitted_at, Booking.id)
    ).all()


def _list_cancelled(user: User, since: datetime, until: datetime) -> Sequence[Booking]:
    """Groups that were handed in and will not come; of a hold that was given up nobody else had heard."""
    lately = exists().where(
        BookingEvent.booking_id == Booking.id,
        BookingEvent.what == Step.CANCEL,
        BookingEvent.at >= since,
        BookingEvent.at < until,
    )
    return db.session.scalars(
        _of_coming(user)
        .where(Booking.state == BookingState.CANCELLED, Booking.submitted_at.is_not(None), lately)
        .order_by(Booking.id)
    ).all()


def _list_rosters_due(user: User, now: datetime) -> Sequence[Booking]:
    """Groups whose roster is due soon and lacks names; who registered late has some hours more than the departure."""
    groups = db.session.scalars(
        _of_coming(user).where(
            Booking.state.in_(CHANGEABLE),
            Booking.pupils + Booking.staff > Booking.named,
            Departure.meets_at > now,
            Departure.roster_due_at <= now + ROSTERS_AHEAD,
        )
    )
    due = [booking for booking in groups if now < booking.roster_due_at <= now + ROSTERS_AHEAD]
    return sorted(due, key=lambda booking: (booking.roster_due_at, booking.id))


def _list_coming(user: User, now: datetime) -> Sequence[Coming]:
    """The departures of the next days, with or without groups."""
    today = user.organisation.city.today(now)
    rows = db.session.execute(
        _departures_of(user, *_groups_in(*CHANGEABLE))
        .where(Departure.starts_on.between(today, today + (DAYS_AHEAD - 1) * A_DAY))
        .order_by(Departure.starts_on, Departure.id)
    )
    return [Coming(*row) for row in rows]


def _list_seats_to_give(user: User, now: datetime) -> Sequence[SeatsToGive]:
    """Groups wait and seats are left, because no group fits as a whole; by date."""
    left = Pool.capacity - Pool.taken
    waits = Booking.departure_id == Departure.id, Booking.state == BookingState.WAITING
    rows = db.session.execute(
        _departures_of(user, left, *_groups_in(BookingState.WAITING))
        .join(Pool, Pool.id == Departure.pool_id)
        .where(Departure.closes_at > now, left > 0, exists().where(*waits))
        .order_by(Departure.starts_on, Departure.id)
    )
    return [SeatsToGive(*row) for row in rows]


def _departures_of(user: User, *more: Any) -> Select[*tuple[Any, ...]]:
    """The departures of the user's packages that are still to come, and ``more`` about each."""
    return (
        select(Departure, *more)
        .join(Departure.package)
        .options(contains_eager(Departure.package).joinedload(Package.host_city))
        .where(Package.organiser_id == user.organisation_id, Departure.state.in_(COMING))
    )


def _groups_in(*states: BookingState) -> Iterator[Any]:
    """How many groups of a departure are in one of these states, and how many persons they are."""
    own = Booking.departure_id == Departure.id, Booking.state.in_(states)
    for total in (func.count(), func.coalesce(func.sum(Booking.pupils + Booking.staff), 0)):
        yield select(total).select_from(Booking).where(*own).correlate(Departure).scalar_subquery()
