"""Writing things down, and forgetting them when their time is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from exchange_app.audit.models import AuditEnds, AuditEntry
from exchange_app.audit.rules import Facts, What
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.settings import setting
from exchange_app.core.transaction import before_commit


def record(
    what: What,
    *,
    by_id: int | None,
    now: datetime,
    user_id: int | None = None,
    subject: str | None = None,
    facts: Facts | None = None,
) -> None:
    """Write down what somebody does, as the last thing that the current transaction stores; what is not stored is not
    written down either. Raises RuntimeError outside of a transaction."""
    before_commit(lambda: _append(what, by_id, now, user_id, subject, facts or {}))


def _append(
    what: What, by_id: int | None, now: datetime, user_id: int | None, subject: str | None, facts: Facts
) -> None:
    ends = _lock_ends()
    number = ends.last + 1
    entry = AuditEntry(
        number=number, at=now, what=what, by_id=by_id, user_id=user_id, subject=subject, facts=dict(facts)
    )
    entry.link = entry.link_after(ends.link)
    db.session.add(entry)
    ends.last, ends.link = number, entry.link
    ends.seal = ends.right_seal
    db.session.flush()


def _lock_ends() -> AuditEnds:
    """One writer after the other, so that every entry follows exactly one."""
    db.session.execute(insert_unless_there(AuditEnds).values(id=1, first=1, last=0))
    ends: AuditEnds = db.session.scalars(
        select(AuditEnds).with_for_update().execution_options(populate_existing=True)
    ).one()
    return ends


def forget_entries(now: datetime) -> int:
    """Entries whose time is over go, oldest first, and the log begins later; returns how many went."""
    ends = _lock_ends()
    over = now - timedelta(days=setting("AUDIT_KEPT_DAYS"))
    last_over = db.session.scalar(
        select(AuditEntry).where(AuditEntry.at <= over).order_by(AuditEntry.number.desc()).limit(1)
    )
    if last_over is None:
        return 0
    ends.first, ends.link_before = last_over.number + 1, last_over.link
    ends.seal = ends.right_seal
    gone = change_rows(delete(AuditEntry).where(AuditEntry.number <= last_over.number))
    record(What.LOG_CUT, by_id=None, now=now, facts={"entries": gone})
    return gone
