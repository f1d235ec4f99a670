"""What of joint meetings waits for a co-ordinator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from flask_babel import gettext

from exchange_app.accounts.models import User
from exchange_app.coordination.waiting import Item, Section
from exchange_app.core.clock import now
from exchange_app.meetings.models import Action, Meeting
from exchange_app.meetings.queries.actions import list_own_open_actions
from exchange_app.meetings.queries.meetings import list_to_answer, list_to_confirm, list_to_prepare
from exchange_app.web.formats import moment

SHOWN = 10


def tell_meetings(user: User, _today: date) -> Iterator[Section]:
    to_answer, to_confirm = list_to_answer(user, now()), list_to_confirm(user)
    yield Section("meetings-to-answer", gettext("Invitations to joint meetings"), _items(to_answer), is_answer=True)
    heading = gettext("Minutes to confirm for our city")
    yield Section("minutes-to-confirm", heading, _items(to_confirm), is_answer=True)
    yield Section("meetings-to-prepare", gettext("Meetings that our city prepares"), _items(list_to_prepare(user)))
    actions = [_action(action) for action in list_own_open_actions(user, limit=SHOWN)]
    yield Section("actions", gettext("Actions of joint meetings"), actions)


def _items(meetings: Sequence[Meeting]) -> list[Item]:
    return [_meeting(meeting) for meeting in meetings]


def _meeting(meeting: Meeting) -> Item:
    words = gettext("Joint meeting no. %(number)s", number=meeting.number)
    note = f"{moment(meeting.starts_at, meeting.zone)} · {meeting.agreement.name}"
    return Item(words, note, "meetings.show", {"meeting_id": meeting.id})


def _action(action: Action) -> Item:
    owners = [action.office.city.name, action.office.name, *([action.person.name] if action.person else [])]
    note = " · ".join(map(str, owners))
    return Item(str(action.title), note, "meetings.action", {"action_id": action.id}, action.due_on)
