"""Reminders of what is coming, found by looking what is due; nothing waits in the broker.

A departure's moment (when the group meets, when its roster is due) has reminders some days before it. Each has its
turn: from nine in the morning of its day until the next reminder's turn, or the moment itself. Whoever looks during the
turn writes the letter, so that a clock that stood still for a day catches up; the letter's key keeps it from being
written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.models import Letter
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.partners.models import City

MORNING = time(9)
DAYTIME = (time(8), time(21))  # nobody's telephone rings at night because a clock catches up
LOOK_AHEAD = timedelta(hours=1)  # wider than the step of the schedule
FARTHEST = timedelta(days=5)  # no reminder is earlier than this
DEPARTURES_AT_ONCE = 500

# Each departure's id with a moment of it and the host city's zone.
Moments = Mapping[int, tuple[datetime, ZoneInfo]]

COMING = (DepartureState.OPEN, DepartureState.CLOSED)


@dataclass(frozen=True, slots=True)
class Reminder:
    """``slug`` is its part of the letter's key: `booking:42:reminder:one_day:2026-05-03`."""

    kind: str
    slug: str
    days_before: int


# Of each series the farthest first.
THREE_DAYS = Reminder("reminder_three_days", "three_days", 3)
ONE_DAY = Reminder("reminder_one_day", "one_day", 1)
TRIP_REMINDERS = (THREE_DAYS, ONE_DAY)
ROSTER_REMINDERS = (Reminder("reminder_roster_due", "roster", 3), Reminder("reminder_roster_due", "roster", 1))

ROSTER_EXPECTED = (BookingState.SUBMITTED, BookingState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Turn:
    """When a reminder may go out: from ``opens`` on ``day`` until ``closes``."""

    reminder: Reminder
    day: date
    opens: datetime
    closes: datetime


@dataclass(frozen=True, slots=True)
class Mailing:
    """Reminders that go out together: of one turn, at one time, to groups that registered before ``opens``."""

    reminder: Reminder
    day: date
    opens: datetime
    due_at: datetime


class Group(NamedTuple):
    """Whom a reminder goes to."""

    booking_id: int
    address: str
    language: str


def turns(reminders: Sequence[Reminder], moment: datetime, zone: ZoneInfo) -> list[Turn]:
    """The turns of reminders, named from the farthest to the nearest, of one moment."""
    days = [moment.astimezone(zone).date() - timedelta(days=reminder.days_before) for reminder in reminders]
    opens = [datetime.combine(day, MORNING, zone) for day in days]
    return [Turn(*each) for each in zip(reminders, days, opens, [*opens[1:], moment], strict=True)]


def has_its_turn(
    letter: Letter, reminders: Sequence[Reminder], moment: datetime, zone: ZoneInfo, now: datetime
) -> bool:
    """Whether a reminder that was written earlier still fits: the moment was not moved, no later one has its turn."""
    return any(
        turn.reminder.kind == letter.kind and turn.day.isoformat() == letter.facts["day"] and now < turn.closes
        for turn in turns(reminders, moment, zone)
    )


def goes_out_at(turn: Turn, now: datetime) -> datetime:
    """When a reminder whose turn it is goes out: in the morning, or at once if that is over; at night only where the
    next morning would be too late."""
    if now <= turn.opens:
        return turn.opens
    local = now.astimezone(turn.opens.tzinfo)
    if DAYTIME[0] <= local.time() < DAYTIME[1]:
        return now
    morning = datetime.combine(local.date(), MORNING, turn.opens.tzinfo)
    if morning < local:
        morning += timedelta(days=1)
    return morning if morning < turn.closes else now


def plan_reminders(now: datetime, at_most: int = 500) -> int:
    """Write the reminders of trips that are near and of rosters that are due; returns how many. Call again while it
    returns any."""
    return plan_trip_reminders(now, at_most) + plan_roster_reminders(now, at_most)


def plan_trip_reminders(now: datetime, at_most: int) -> int:
    near = Departure.starts_on.between((now - timedelta(days=1)).date(), (now + FARTHEST).date())
    moments = _coming_moments(Departure.meets_at, near)
    return _plan(TRIP_REMINDERS, moments, Booking.state == BookingState.CONFIRMED, now, at_most)


def plan_roster_reminders(now: datetime, at_most: int) -> int:
    moments = _coming_moments(Departure.roster_due_at, Departure.roster_due_at.between(now, now + FARTHEST))
    is_missing = Booking.state.in_(ROSTER_EXPECTED) & (Booking.pupils + Booking.staff > Booking.named)
    return _plan(ROSTER_REMINDERS, moments, is_missing, now, at_most)


def _coming_moments(moment: Any, near: ColumnElement[bool]) -> Moments:
    """``moment`` (a column) of the coming departures that are ``near``."""
    rows = db.session.execute(
        select(Departure.id, moment, City.time_zone)
        .join(Package, Package.id == Departure.package_id)
        .join(City, City.id == Package.host_city_id)
        .where(Departure.state.in_(COMING), near)
    )
    return {departure_id: (at, ZoneInfo(zone)) for departure_id, at, zone in rows}


def _plan(
    reminders: Sequence[Reminder], moments: Moments, of_whom: ColumnElement[bool], now: datetime, at_most: int
) -> int:
    """Write at most ``at_most`` reminders, to those bookings that ``of_whom`` says; returns how many.

    A group that registered during the turn is not reminded: it has just been told everything.
    """
    written = 0
    for mailing, departure_ids in _open_mailings(reminders, moments, now).items():
        for some in _chunks(departure_ids):
            groups = _not_reminded(mailing, some, of_whom, at_most - written)
            write_letters([_letter(mailing, group) for group in groups], now)
            written += len(groups)
            if written >= at_most:
                return written
    return written


def _open_mailings(reminders: Sequence[Reminder], moments: Moments, now: datetime) -> dict[Mailing, list[int]]:
    """What is to go out now or soon, each with its departures."""
    found: dict[Mailing, list[int]] = {}
    for departure_id, (moment, zone) in moments.items():
        for turn in turns(reminders, moment, zone):
            if turn.opens <= now + LOOK_AHEAD and now < turn.closes:
                mailing = Mailing(turn.reminder, turn.day, turn.opens, goes_out_at(turn, now))
                found.setdefault(mailing, []).append(departure_id)
    return found


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), DEPARTURES_AT_ONCE):
        yield ids[start : start + DEPARTURES_AT_ONCE]


def _not_reminded(
    mailing: Mailing, departure_ids: Sequence[int], of_whom: ColumnElement[bool], at_most: int
) -> list[Group]:
    key = literal("booking:") + cast(Booking.id, String) + literal(_key_end(mailing))
    rows = db.session.execute(
        select(Booking.id, func.coalesce(Booking.contact_email, User.email), Booking.language)
        .join(User, User.id == Booking.leader_id)
        .where(
            Booking.departure_id.in_(departure_ids),
            Booking.submitted_at < mailing.opens,
            of_whom,
            ~exists().where(Letter.key == key),
        )
        .limit(at_most)
    )
    return sorted(Group(*row) for row in rows)  # in one order, so that two planners never wait for each other


def _letter(mailing: Mailing, group: Group) -> NewLetter:
    return NewLetter(
        key=f"booking:{group.booking_id}{_key_end(mailing)}",
        kind=mailing.reminder.kind,
        subject_id=group.booking_id,
        address=group.address,
        language=group.language,
        due_at=mailing.due_at,
        facts={"day": mailing.day.isoformat()},
    )


def _key_end(mailing: Mailing) -> str:
    return f":reminder:{mailing.reminder.slug}:{mailing.day.isoformat()}"
