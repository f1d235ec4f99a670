"""Where the pages of joint meetings are gathered, and which meeting each person prepares there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint

from exchange_app.accounts.models import User
from exchange_app.accounts.sessions import me
from exchange_app.core.clock import now
from exchange_app.meetings.errors import NotTheChair
from exchange_app.meetings.models import Action, Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.queries.actions import list_own_open_actions

meetings = Blueprint("meetings", __name__)

PAGE = "meetings.show"
SHOWN = 10


def own_meeting(meeting_id: int) -> Meeting:
    """Raises MeetingNotFound, for one of agreements that the user's city is no party of too."""
    return queries.get_meeting(meeting_id, me())


def lock_own_meeting(meeting_id: int) -> Meeting:
    """The same for commands."""
    return queries.lock_meeting(meeting_id, me())


def prepared_meeting(meeting_id: int) -> Meeting:
    """Raises NotTheChair too: another city chairs it."""
    meeting = own_meeting(meeting_id)
    if not queries.speaks_for_chair(meeting, me()):
        raise NotTheChair()
    return meeting


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of joint meetings waits for a co-ordinator."""

    to_answer: list[Meeting]
    to_confirm: list[Meeting]
    to_prepare: list[Meeting]
    actions: list[Action]

    def __bool__(self) -> bool:
        return bool(self.to_answer or self.to_confirm or self.to_prepare or self.actions)


@meetings.app_template_global()
def meetings_waiting(user: User) -> Waiting:
    """For the co-ordinators' first page, whose feature lies below this one."""
    return Waiting(
        to_answer=list(queries.list_to_answer(user, now())),
        to_confirm=list(queries.list_to_confirm(user)),
        to_prepare=list(queries.list_to_prepare(user)),
        actions=list(list_own_open_actions(user, limit=SHOWN)),
    )
