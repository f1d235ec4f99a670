"""Where letters about meetings lead. A signature proves by itself that its holder was sent the invitation."""

from __future__ import annotations

from exchange_app.core.sealing import is_signature, signature_of
from exchange_app.meetings.models import Invitation, Meeting

MEETINGS_PATH = "/coordinator/meetings"
ACTIONS_PATH = "/coordinator/actions"
ANSWER = "meeting_answer"


def meeting_path(meeting: Meeting) -> str:
    return f"{MEETINGS_PATH}/{meeting.id}"


def answer_path(invitation: Invitation) -> str:
    return f"/meetings/answer/{invitation.id}/{signature_of(invitation.uid, ANSWER)}"


def is_answering(invitation: Invitation, signature: str) -> bool:
    return is_signature(signature, invitation.uid, ANSWER)
