"""Letters that go out regularly to whoever wants them, such as each morning.

They are planned by scanning: in certain hours of the reader's city whoever looks writes the letter of the period, and
its key keeps it from being written twice. Whether there is anything to say is decided when it is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.core.database import db
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, letter_to, write_letters
from exchange_app.partners.models import City, Organisation


@dataclass(frozen=True, slots=True)
class Regular:
    """``name`` stands in the keys of the letters, ``fact`` is what their facts call the period. ``period_at`` says
    which period's letter is written at a city's local time; None at any other time. A first letter tells what is new
    of one ``length``; what is older than ``longest`` is no news."""

    kind: str
    name: str
    fact: str
    period_at: Callable[[datetime], str | None]
    length: timedelta
    longest: timedelta


def plan_letters(regular: Regular, is_wanted: ColumnElement[bool], now: datetime, at_most: int) -> int:
    """Write at most so many letters of this period, to the users who want them; returns how many. Call again while it
    returns any."""
    periods = _periods(regular, now)
    if not periods:
        return 0
    readers = _list_without_letter(regular, is_wanted, periods, at_most)
    since = _map_told_until(regular, [user.id for user, _ in readers], now)
    letters = [
        _letter(regular, user, period, since.get(user.id, now - regular.length), now) for user, period in readers
    ]
    write_letters(letters, now)
    return len(readers)


def _periods(regular: Regular, now: datetime) -> Mapping[str, str]:
    """The time zones of cities where it is time for a letter, each with its period."""
    zones = db.session.scalars(select(City.time_zone).distinct())
    periods = {zone: regular.period_at(now.astimezone(ZoneInfo(zone))) for zone in zones}
    return {zone: period for zone, period in periods.items() if period}


def _list_without_letter(
    regular: Regular, is_wanted: ColumnElement[bool], periods: Mapping[str, str], at_most: int
) -> Sequence[tuple[User, str]]:
    """In one order, so that two planners never wait for each other."""
    rows = db.session.execute(
        select(User, City.time_zone)
        .join(Organisation, Organisation.id == User.organisation_id)
        .join(City, City.id == Organisation.city_id)
        .where(User.closed_at.is_(None), is_wanted)
        .where(or_(*(_has_none(regular, zone, period) for zone, period in periods.items())))
        .order_by(User.id)
        .limit(at_most)
    )
    return [(user, periods[zone]) for user, zone in rows]


def _has_none(regular: Regular, zone: str, period: str) -> ColumnElement[bool]:
    key = literal("user:") + cast(User.id, String) + literal(f":{regular.name}:{period}")
    return and_(City.time_zone == zone, ~exists().where(Letter.key == key))


def _map_told_until(regular: Regular, user_ids: Sequence[int], now: datetime) -> Mapping[int, datetime]:
    """Until when the latest letter that went out told each of them what is new."""
    rows = db.session.execute(
        select(Letter.subject_id, func.max(Letter.written_at))
        .where(Letter.kind == regular.kind, Letter.subject_id.in_(user_ids), Letter.state == LetterState.SENT)
        .where(Letter.written_at > now - regular.longest)
        .group_by(Letter.subject_id)
    )
    return dict(rows.all())


def _letter(regular: Regular, user: User, period: str, since: datetime, now: datetime) -> NewLetter:
    return letter_to(
        recipient_of(user),
        key=f"user:{user.id}:{regular.name}:{period}",
        kind=regular.kind,
        subject_id=user.id,
        due_at=now,
        facts={regular.fact: period, "since": since.isoformat()},
    )
