"""Meetings of the cities of an agreement, made by the shortest way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.meetings.models import Action, AgendaItem, Meeting
from exchange_app.meetings.queries.meetings import Topic, lock_meeting
from exchange_app.meetings.service import inviting, minutes, planning
from exchange_app.meetings.service.minutes import ActionTerms, ItemMinutes, MinutesTerms
from exchange_app.meetings.service.planning import ItemTerms, MeetingTerms
from exchange_app.partners.models import Agreement, Organisation
from tests.builders import both

NOTHING = Translated()
HALL = Translated(zh_Hans="市民中心会议室", en="Civic centre")


def make_meeting(
    agreement: Agreement, by: User, starts_at: datetime, now: datetime, *, topics: Sequence[Topic] = (), **more: Any
) -> Meeting:
    """Chaired by the user's city, with one item of its own."""
    values = {"minutes": 90, "place": HALL, "link": ""} | more
    token = f"meeting {starts_at.isoformat()}"
    chair_id = by.organisation.city_id
    meeting = planning.call_meeting(
        agreement, chair_id, MeetingTerms(starts_at=starts_at, **values), form_token=token, by=by, now=now
    )
    planning.set_agenda(meeting, [ItemTerms(None, both("Safety on the river"), "Lan")], topics, by=by, now=now)
    return meeting


def invite(meeting: Meeting, by: User, now: datetime) -> None:
    inviting.invite(lock_meeting(meeting.id, by), by=by, now=now)


def write_down(meeting: Meeting, by: User, now: datetime, **more: Any) -> None:
    """A decision on each item."""
    items = {item.id: minutes_of(item, **more) for item in meeting.items}
    terms = MinutesTerms(items, [one.id for one in meeting.invited], "")
    minutes.write_minutes(meeting, terms, seen=minutes.seen_of(meeting), by=by, now=now)


def minutes_of(item: AgendaItem, **more: Any) -> ItemMinutes:
    values = {"discussion": both("Long"), "decision": both("Life jackets"), "lesson": NOTHING} | more
    return ItemMinutes(**{"settles_problem": item.problem_id is not None, **values})


def add_action(meeting: Meeting, office: Organisation, due_on: date, by: User, now: datetime, **more: Any) -> Action:
    terms = ActionTerms(**{"title": both("Buy jackets"), "office": office, "person_id": None, "due_on": due_on} | more)
    return minutes.add_action(meeting, terms, by=by, now=now)


def confirm_all(meeting: Meeting, chair: User, others: Sequence[User], now: datetime) -> None:
    minutes.send_minutes(meeting, by=chair, now=now)
    for other in others:
        confirm(meeting, other, now)
    db.session.flush()


def confirm(meeting: Meeting, by: User, now: datetime) -> None:
    """As they were sent last."""
    locked = lock_meeting(meeting.id, by)
    minutes.confirm_minutes(locked, seen=locked.minutes_round, by=by, now=now)


def hold(agreement: Agreement, chair: User, others: Sequence[User], starts_at: datetime) -> Meeting:
    """A meeting from its call to its confirmed minutes."""
    meeting = make_meeting(agreement, chair, starts_at, starts_at - timedelta(days=20))
    after = starts_at + timedelta(hours=3)
    write_down(meeting, chair, after)
    confirm_all(meeting, chair, others, after)
    return meeting
