"""The weekly digest: on Monday mornings whoever wants it is told what is new (`accounts.regular`)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import exists

from exchange_app.accounts.models import User
from exchange_app.accounts.regular import Regular, plan_letters
from exchange_app.noticeboard.models import DigestReader
from exchange_app.noticeboard.rules import LONGEST_SINCE, digest_week

KIND = "notice_digest"
DIGEST = Regular(KIND, "digest", "week", digest_week, length=timedelta(days=7), longest=LONGEST_SINCE)


def plan_digests(now: datetime, at_most: int = 500) -> int:
    """Write at most so many of this week's letters; returns how many. Call again while it returns any."""
    return plan_letters(DIGEST, exists().where(DigestReader.user_id == User.id), now, at_most)
