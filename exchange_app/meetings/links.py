"""Where letters about meetings lead. A signature proves by itself that its holder was sent the invitation."""

from __future__ import annotations

import hmac

from exchange_app.core.sealing import keys
from exchange_app.meetings.models import Invitation, Meeting

MEETINGS_PATH = "/coordinator/meetings"
ACTIONS_PATH = "/coordinator/actions"
SIGNATURE_LENGTH = 32  # hexadecimal digits: 128 bits


def meeting_path(meeting: Meeting) -> str:
    return f"{MEETINGS_PATH}/{meeting.id}"


def answer_path(invitation: Invitation) -> str:
    return f"/meetings/answer/{invitation.id}/{_signature(invitation)}"


def is_answering(invitation: Invitation, signature: str) -> bool:
    return hmac.compare_digest(_signature(invitation).encode(), signature.encode())


def _signature(invitation: Invitation) -> str:
    return keys().fingerprint(invitation.uid, "meeting_answer")[:SIGNATURE_LENGTH]
