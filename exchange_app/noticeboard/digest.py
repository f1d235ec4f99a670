"""The weekly digest: on Monday mornings whoever wants it is told what is new.

It is planned by scanning: whoever looks in these hours writes the letter of the week, and its key keeps it from being
written twice. Whether there is anything to say is decided when it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, or_, select

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.core.database import db
from exchange_app.noticeboard.models import DigestReader
from exchange_app.noticeboard.rules import LONGEST_SINCE, digest_week
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, letter_to, write_letters
from exchange_app.partners.models import City, Organisation

KIND = "notice_digest"
A_WEEK = timedelta(days=7)


def plan_digests(now: datetime, at_most: int = 500) -> int:
    """Write at most so many of this week's letters; returns how many. Call again while it returns any."""
    weeks = _weeks(now)
    if not weeks:
        return 0
    readers = _list_without_digest(weeks, at_most)
    since = _map_told_until([user.id for user, _ in readers], now)
    write_letters([_letter(user, week, since.get(user.id, now - A_WEEK), now) for user, week in readers], now)
    return len(readers)


def _weeks(now: datetime) -> Mapping[str, str]:
    """The time zones of cities where it is time for the digest, each with its week."""
    zones = db.session.scalars(select(City.time_zone).distinct())
    weeks = {zone: digest_week(now.astimezone(ZoneInfo(zone))) for zone in zones}
    return {zone: week for zone, week in weeks.items() if week}


def _list_without_digest(weeks: Mapping[str, str], at_most: int) -> Sequence[tuple[User, str]]:
    """In one order, so that two planners never wait for each other."""
    rows = db.session.execute(
        select(User, City.time_zone)
        .join(DigestReader, DigestReader.user_id == User.id)
        .join(Organisation, Organisation.id == User.organisation_id)
        .join(City, City.id == Organisation.city_id)
        .where(User.closed_at.is_(None), or_(*(_has_none(zone, week) for zone, week in weeks.items())))
        .order_by(User.id)
        .limit(at_most)
    )
    return [(user, weeks[zone]) for user, zone in rows]


def _has_none(zone: str, week: str) -> ColumnElement[bool]:
    key = literal("user:") + cast(User.id, String) + literal(f":digest:{week}")
    return and_(City.time_zone == zone, ~exists().where(Letter.key == key))


def _map_told_until(user_ids: Sequence[int], now: datetime) -> Mapping[int, datetime]:
    """Until when the latest digest that went out told each of them what is new."""
    rows = db.session.execute(
        select(Letter.subject_id, func.max(Letter.written_at))
        .where(Letter.kind == KIND, Letter.subject_id.in_(user_ids), Letter.state == LetterState.SENT)
        .where(Letter.written_at > now - LONGEST_SINCE)
        .group_by(Letter.subject_id)
    )
    return dict(rows.all())


def _letter(user: User, week: str, since: datetime, now: datetime) -> NewLetter:
    return letter_to(
        recipient_of(user),
        key=f"user:{user.id}:digest:{week}",
        kind=KIND,
        subject_id=user.id,
        due_at=now,
        facts={"week": week, "since": since.isoformat()},
    )
