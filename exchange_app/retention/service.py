"""The job that lets go what is over."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import update

from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.retention.erasing import erase_portion
from exchange_app.retention.models import RetentionReport
from exchange_app.retention.rules import Kept
from exchange_app.web.formats import HOME_ZONE


def carry_out(now: datetime) -> int:
    """Let the next portion go; returns of how many groups, departures or rows. Call again while it returns any."""
    for kept in Kept:
        erased = erase_portion(kept, now)
        if erased.subjects:
            _report(kept, erased.count, now)
            facts = {"kept": kept.value, "subjects": erased.subjects, "count": erased.count}
            audit.record(What.RETENTION_CARRIED_OUT, by_id=None, now=now, facts=facts)
            return erased.subjects
    for kept in Kept:
        _report(kept, 0, now)
    return 0


def _report(kept: Kept, count: int, now: datetime) -> None:
    day = _home_day(now)
    key = {"day": day, "kept": kept}
    db.session.execute(insert_unless_there(RetentionReport).values(**key, count=0, ran_at=now))
    change_rows(
        update(RetentionReport)
        .where(RetentionReport.day == day, RetentionReport.kept == kept)
        .values(count=RetentionReport.count + count, ran_at=now)
    )


def _home_day(now: datetime) -> date:
    return now.astimezone(ZoneInfo(HOME_ZONE)).date()
