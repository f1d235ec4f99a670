"""Reminders of what is coming, and thanks for what is over, found by looking what is due; nothing waits in the broker.

A package's rules say how many days before or after which date a letter goes out, to whom, and at which hour of the host
city. Each has its turn: from that hour on until the next one's of its series, or until the moment itself. Whoever looks
during the turn writes the letter, so that a clock that stood still catches up; the letter's key keeps it from being
written twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from exchange_app.bookings.models import Booking, Follower
from exchange_app.bookings.readers import family_of, leader_of
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package, ReminderAbout, ReminderReader, ReminderRule
from exchange_app.catalogue.rules import MOST_DAYS
from exchange_app.catalogue.terms import Reminder, reminders_of
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.models import Letter
from exchange_app.outbox.service import NewLetter, letter_to, write_letters
from exchange_app.outbox.ways import Recipient
from exchange_app.partners.models import City

MORNING = time(9)
DAYTIME = (time(8), time(21))  # nobody's telephone rings at night because a clock catches up
LOOK_AHEAD = timedelta(hours=1)  # wider than the step of the schedule
LONGEST_TURN = timedelta(days=7)  # later it is no news, and looking for it would never end
A_DAY = timedelta(days=1)
BEFORE_ALL, NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
DEPARTURES_AT_ONCE = 500
HASH_IN_KEY = 32


class Series(NamedTuple):
    """What is said about the same to the same reader; when a later letter of it has its turn, an earlier one's is
    over."""

    about: ReminderAbout
    reader: ReminderReader


ROSTER = Series(ReminderAbout.ROSTER, ReminderReader.LEADER)
TRIP = Series(ReminderAbout.TRIP, ReminderReader.LEADER)
FAMILIES_TRIP = Series(ReminderAbout.TRIP, ReminderReader.FAMILIES)
AFTERWARDS = Series(ReminderAbout.AFTERWARDS, ReminderReader.LEADER)

# The series of each kind of letter, and its part of the letter's key: `booking:42:reminder:one_day:2026-05-03`. Two are
# named after the days that were fixed once: letters are kept under these names.
THREE_DAYS, ONE_DAY = "reminder_three_days", "reminder_one_day"
KINDS = {
    "reminder_roster_due": (ROSTER, "roster"),
    THREE_DAYS: (TRIP, "three_days"),
    ONE_DAY: (TRIP, "one_day"),
    "family_reminder": (FAMILIES_TRIP, "family"),
    "reminder_afterwards": (AFTERWARDS, "afterwards"),
}

KIND_OF = {series: kind for kind, (series, _) in KINDS.items()}

# Which bookings are reminded, and of which departures.
COMING = (DepartureState.OPEN, DepartureState.CLOSED)
BOOKING_STATES = {
    ReminderAbout.ROSTER: (BookingState.SUBMITTED, BookingState.CONFIRMED),
    ReminderAbout.TRIP: (BookingState.CONFIRMED,),
    ReminderAbout.AFTERWARDS: (BookingState.CONFIRMED, BookingState.DONE),
}
DEPARTURE_STATES = {
    ReminderAbout.ROSTER: COMING,
    ReminderAbout.TRIP: COMING,
    ReminderAbout.AFTERWARDS: (*COMING, DepartureState.DONE),
}


@dataclass(frozen=True, slots=True)
class Occasion:
    """What letters are about: the day from which theirs are counted, before it or after it, and when they are too
    late."""

    day: date
    is_over: bool
    until: datetime
    zone: ZoneInfo

    def day_of(self, rule: Reminder) -> date:
        return self.day + timedelta(days=rule.days if self.is_over else -rule.days)


@dataclass(frozen=True, slots=True)
class Turn:
    """When a letter may go out: from ``opens`` on ``day`` until ``closes``."""

    kind: str
    day: date
    opens: datetime
    closes: datetime


class Mailing(NamedTuple):
    """Letters that go out together: of one day, at one time, to groups that registered before ``opens``."""

    kind: str
    day: date
    opens: datetime
    due_at: datetime

    @property
    def key_end(self) -> str:
        return f":reminder:{KINDS[self.kind][1]}:{self.day.isoformat()}"


# Departures by what goes out to their groups.
Mailings = Mapping[Mailing, Sequence[int]]


def occasion_of(about: ReminderAbout, departure: Any, zone: ZoneInfo) -> Occasion:
    """``departure`` is one, or a row with its dates."""
    if about is ReminderAbout.AFTERWARDS:
        return Occasion(departure.ends_on, True, NEVER, zone)
    moment = departure.roster_due_at if about is ReminderAbout.ROSTER else departure.meets_at
    return Occasion(moment.astimezone(zone).date(), False, moment, zone)


def turns(rules: Iterable[Reminder], occasion: Occasion) -> list[Turn]:
    """The turns of a series' rules, in their order."""
    days = [(rule, occasion.day_of(rule)) for rule in rules]
    begun = sorted((datetime.combine(day, time(rule.hour), occasion.zone), day, _kind_of(rule)) for rule, day in days)
    following = [*(opens for opens, _, _ in begun), NEVER][1:]
    found = [
        Turn(kind, day, opens, min(closes, occasion.until, opens + LONGEST_TURN))
        for (opens, day, kind), closes in zip(begun, following, strict=True)
    ]
    return [turn for turn in found if turn.opens < turn.closes]


def _kind_of(rule: Reminder) -> str:
    """Right before the trip it is the essentials, earlier there is time to go through everything."""
    series = Series(rule.about, rule.reader)
    if series == TRIP:
        return ONE_DAY if rule.days <= 1 else THREE_DAYS
    return KIND_OF[series]


def turn_at(now: datetime, turns: Sequence[Turn]) -> Turn | None:
    """The one that has begun or begins soon, if it is not over. One that is about to end is not worth a letter."""
    begun = [turn for turn in turns if turn.opens <= now + LOOK_AHEAD]
    return begun[-1] if begun and now < begun[-1].closes else None


def is_daytime(now: datetime, zone: tzinfo | None) -> bool:
    """Whether a letter may go out in this zone."""
    return DAYTIME[0] <= now.astimezone(zone).time() < DAYTIME[1]


def goes_out_at(turn: Turn, now: datetime) -> datetime:
    """At its hour, or at once if that is over; at night only where the next morning would be too late."""
    if now <= turn.opens:
        return turn.opens
    if is_daytime(now, turn.opens.tzinfo):
        return now
    local = now.astimezone(turn.opens.tzinfo)
    morning = datetime.combine(local.date(), MORNING, turn.opens.tzinfo)
    if morning < local:
        morning += timedelta(days=1)
    return morning if morning < turn.closes else now


def is_still_true(booking: Booking, letter: Letter, now: datetime) -> bool:
    """Whether a letter that was written earlier still fits: neither its rule is gone nor the date moved, no later one
    has its turn, and there is still somebody to tell it."""
    series, departure = KINDS[letter.kind][0], booking.departure
    occasion = occasion_of(series.about, departure, ZoneInfo(departure.package.host_city.time_zone))
    rules = [rule for rule in reminders_of(departure.package) if (rule.about, rule.reader) == series]
    return (
        booking.state in BOOKING_STATES[series.about]
        and departure.state in DEPARTURE_STATES[series.about]
        and not (series is ROSTER and booking.is_roster_complete)
        and any(
            turn.kind == letter.kind and turn.day.isoformat() == letter.facts["day"] and now < turn.closes
            for turn in turns(rules, occasion)
        )
        and (series.reader is ReminderReader.LEADER or _is_followed(booking, letter))
    )


def _is_followed(booking: Booking, letter: Letter) -> bool:
    """The family has not said since that it wants no more letters."""
    _, _, hashed = letter.key.rpartition(":")
    followers = select(Follower.id).where(Follower.booking_id == booking.id, _hash_in_key() == hashed)
    return db.session.scalar(followers) is not None


# ------------------------------------------------------------------------------------------------------------- planning


def plan_reminders(now: datetime, at_most: int = 500) -> int:
    """Write at most so many letters whose turn it is; returns how many. Call again while it returns any."""
    written = 0
    for series, rules in _list_rules().items():
        for mailings in _portions(_list_due(series, rules, now)):
            letters = _list_unwritten(series, mailings, at_most - written)
            write_letters(letters, now)
            written += len(letters)
            if written >= at_most:
                return written
    return written


def _list_rules() -> Mapping[Series, Mapping[int, Sequence[Reminder]]]:
    """Of each series the rules of every package that has any."""
    found: dict[Series, dict[int, list[Reminder]]] = {series: defaultdict(list) for series, _ in KINDS.values()}
    rows = db.session.execute(
        select(ReminderRule.package_id, ReminderRule.about, ReminderRule.days, ReminderRule.reader, ReminderRule.hour)
    )
    for package_id, about, days, reader, hour in rows:
        if (series := Series(about, reader)) in found:
            found[series][package_id].append(Reminder(about, days, reader, hour))
    return {series: rules for series, rules in found.items() if rules}


def _list_due(series: Series, rules: Mapping[int, Sequence[Reminder]], now: datetime) -> list[tuple[Mailing, int]]:
    """The departures whose groups are to be written to now or soon, by what they get."""
    found = []
    for departure in _list_near(series.about, {rule.days for own in rules.values() for rule in own}, now):
        own = rules.get(departure.package_id, ())
        occasion = occasion_of(series.about, departure, ZoneInfo(departure.time_zone))
        if turn := turn_at(now, turns(own, occasion)):
            found.append((Mailing(turn.kind, turn.day, turn.opens, goes_out_at(turn, now)), departure.id))
    return sorted(found)


def _list_near(about: ReminderAbout, days: Iterable[int], now: datetime) -> Iterable[Any]:
    """The departures that any rule with so many days can be about now."""
    return db.session.execute(
        select(
            Departure.id,
            Departure.package_id,
            Departure.meets_at,
            Departure.roster_due_at,
            Departure.ends_on,
            City.time_zone,
        )
        .join(Package, Package.id == Departure.package_id)
        .join(City, City.id == Package.host_city_id)
        .where(Departure.state.in_(DEPARTURE_STATES[about]), _is_near(about, days, now))
    )


def _is_near(about: ReminderAbout, days: Iterable[int], now: datetime) -> ColumnElement[bool]:
    """In words that an index answers: a trip that is over is looked for by its first day too."""
    if about is ReminderAbout.ROSTER:
        return or_(*(Departure.roster_due_at.between(*each) for each in _windows(days, now, since=now)))
    if about is ReminderAbout.TRIP:
        return or_(*(_between(Departure.starts_on, *each) for each in _windows(days, now, since=now - A_DAY)))
    windows = _windows([-count for count in days], now)
    return or_(
        *(
            _between(Departure.ends_on, first, last) & _between(Departure.starts_on, first - MOST_DAYS * A_DAY, last)
            for first, last in windows
        )
    )


def _between(day: Any, first: datetime, last: datetime) -> ColumnElement[bool]:
    return day.between(first.date(), last.date())


def _windows(days: Iterable[int], now: datetime, since: datetime = BEFORE_ALL) -> list[tuple[datetime, datetime]]:
    """From when until when lies what has a turn so many days before it, and a day more for dates of other zones.
    Windows that touch are one."""
    found: list[tuple[datetime, datetime]] = []
    for count in sorted(days):
        day = now + count * A_DAY
        first, last = max(day - LONGEST_TURN - A_DAY, since), day + 2 * A_DAY
        if found and first <= found[-1][1]:
            first, _ = found.pop()
        found.append((first, last))
    return found


def _portions(due: Sequence[tuple[Mailing, int]]) -> Iterator[Mailings]:
    for start in range(0, len(due), DEPARTURES_AT_ONCE):
        portion: dict[Mailing, list[int]] = {}
        for mailing, departure_id in due[start : start + DEPARTURES_AT_ONCE]:
            portion.setdefault(mailing, []).append(departure_id)
        yield portion


def _list_unwritten(series: Series, mailings: Mailings, at_most: int) -> list[NewLetter]:
    """What nobody wrote yet, in one order, so that two planners never wait for each other."""
    to_readers = _to_leaders if series.reader is ReminderReader.LEADER else _to_families
    return sorted(to_readers(series.about, mailings, at_most), key=lambda letter: letter.key)


def _to_leaders(about: ReminderAbout, mailings: Mailings, at_most: int) -> Iterator[NewLetter]:
    def groups(number: int, mailing: Mailing, departure_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
        key = _key_of(mailing)
        return select(literal(number), key, Booking.id).where(
            *_are_reminded(about, mailing, departure_ids), ~exists().where(Letter.key == key)
        )

    rows = list(_rows_of(groups, mailings, at_most))
    found = db.session.scalars(
        select(Booking).options(joinedload(Booking.leader)).where(Booking.id.in_([row[-1] for row in rows]))
    )
    bookings = {booking.id: booking for booking in found}
    for mailing, key, booking_id in rows:
        yield _letter(mailing, key, booking_id, leader_of(bookings[booking_id]))


def _to_families(about: ReminderAbout, mailings: Mailings, at_most: int) -> Iterator[NewLetter]:
    def families(number: int, mailing: Mailing, departure_ids: Sequence[int]) -> Select[*tuple[Any, ...]]:
        key = _key_of(mailing) + literal(":") + _hash_in_key()
        return (
            select(literal(number), key, Follower.id)
            .join(Booking, Booking.id == Follower.booking_id)
            .where(*_are_reminded(about, mailing, departure_ids), ~exists().where(Letter.key == key))
            .where(Follower.since < mailing.opens)
        )

    rows = list(_rows_of(families, mailings, at_most))
    found = db.session.scalars(select(Follower).where(Follower.id.in_([row[-1] for row in rows])))
    followers = {follower.id: follower for follower in found}
    for mailing, key, follower_id in rows:
        follower = followers[follower_id]
        yield _letter(mailing, key, follower.booking_id, family_of(follower))


def _rows_of(
    select_of: Callable[[int, Mailing, Sequence[int]], Select[*tuple[Any, ...]]], mailings: Mailings, at_most: int
) -> Iterator[tuple[Any, ...]]:
    """What the selects of all mailings find, each row with its mailing; in one statement, however many rules there
    are."""
    known = list(mailings)
    selects = [select_of(number, mailing, mailings[mailing]) for number, mailing in enumerate(known)]
    for number, *row in db.session.execute(union_all(*selects).limit(at_most)):
        yield known[number], *row


def _key_of(mailing: Mailing) -> ColumnElement[str]:
    return literal("booking:") + cast(Booking.id, String) + literal(mailing.key_end)


def _hash_in_key() -> ColumnElement[str]:
    return func.substr(Follower.address_hash, 1, HASH_IN_KEY)


def _are_reminded(
    about: ReminderAbout, mailing: Mailing, departure_ids: Sequence[int]
) -> Iterator[ColumnElement[bool]]:
    """Who registered during the turn is not: they have just been told everything."""
    yield Booking.departure_id.in_(departure_ids)
    yield Booking.state.in_(BOOKING_STATES[about])
    yield Booking.submitted_at < mailing.opens
    if about is ReminderAbout.ROSTER:
        yield Booking.pupils + Booking.staff > Booking.named


def _letter(mailing: Mailing, key: str, booking_id: int, recipient: Recipient) -> NewLetter:
    return letter_to(
        recipient,
        key=key,
        kind=mailing.kind,
        subject_id=booking_id,
        due_at=mailing.due_at,
        facts={"day": mailing.day.isoformat()},
    )
