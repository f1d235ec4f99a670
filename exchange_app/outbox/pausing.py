"""The pause: a person decides that no letter leaves, and a person ends it. A restored backup begins with one, because
letters that were waiting when it was made may have gone out since.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, update

from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.core.database import change_rows, db
from exchange_app.outbox.models import ON_THE_WAY, Channel, Letter, LetterState, Outlet
from exchange_app.outbox.outlets import get_outlet
from exchange_app.outbox.service import wake_carriers


def find_pause() -> datetime | None:
    """Since when letters are paused; None while they leave."""
    return db.session.scalar(select(func.max(Outlet.paused_at)))


def pause(by_id: int | None, now: datetime) -> None:
    """Nothing leaves until somebody resumes; a pause that goes on keeps its beginning."""
    if find_pause() is None:
        begin_pause(by_id, now)


def begin_pause(by_id: int | None, now: datetime) -> None:
    """As from ``now``, whatever was before."""
    for channel in Channel:
        get_outlet(channel).paused_at = now
    audit.record(What.LETTERS_PAUSED, by_id=by_id, now=now)


def resume(by_id: int | None, now: datetime) -> None:
    if find_pause() is None:
        return
    for channel in Channel:
        get_outlet(channel).paused_at = None
    wake_carriers(list(Channel))
    audit.record(What.LETTERS_RESUMED, by_id=by_id, now=now)


def count_overdue(paused_at: datetime) -> int:
    """Letters that wait and were due when the pause began."""
    return db.session.scalar(select(func.count()).select_from(Letter).where(_overdue(paused_at))) or 0


def stop_overdue(by_id: int | None, now: datetime) -> int:
    """These letters will not be sent, as stop_letter has it; returns how many. Nothing outside of a pause."""
    paused_at = find_pause()
    if paused_at is None:
        return 0
    stopped = change_rows(
        update(Letter)
        .where(_overdue(paused_at))
        .values(state=LetterState.SKIPPED, next_look_at=now, last_problem="stopped by hand")
    )
    audit.record(What.LETTERS_STOPPED, by_id=by_id, now=now, facts={"letters": stopped})
    return stopped


def _overdue(paused_at: datetime) -> ColumnElement[bool]:
    """One that is leased may be stopped: its worker asks once more before it hands over."""
    return and_(ON_THE_WAY, Letter.state != LetterState.HANDING_OVER, Letter.due_at <= paused_at)
