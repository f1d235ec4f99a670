"""What is written down, and what an entry's link to the one before it is made of."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum

Facts = Mapping[str, int | str | bool]


class What(StrEnum):
    """What somebody did. A value is stored and never renamed."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SIGN_INS_ENDED = "sign_ins_ended"
    ACCOUNT_OPENED = "account_opened"
    ACCOUNT_CHANGED = "account_changed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REOPENED = "account_reopened"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    TRIP_AGREED = "trip_agreed"
    LOG_CUT = "log_cut"


def content_of(
    number: int, at: datetime, what: What, *, by_id: int | None, user_id: int | None, subject: str | None, facts: Facts
) -> str:
    """Everything that an entry says, as one text that is the same wherever it is read from."""
    said = {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "what": what.value,
        "by": by_id,
        "user": user_id,
        "subject": subject,
        "facts": facts,
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
