"""Where the pages of joint meetings are gathered, and which meeting each person prepares there."""

from __future__ import annotations

from flask import Blueprint

from exchange_app.accounts.sessions import me
from exchange_app.meetings.errors import NotTheChair
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries import meetings as queries

meetings = Blueprint("meetings", __name__)

PAGE = "meetings.show"


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
