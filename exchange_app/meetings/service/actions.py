"""Actions are done or dropped by who has them, who is reminded before."""

from __future__ import annotations

from datetime import date, datetime, time

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.meetings import letters
from exchange_app.meetings.errors import ActionNotOpen, NoteMissing, NotYourAction
from exchange_app.meetings.models import Action
from exchange_app.meetings.queries import actions as queries
from exchange_app.meetings.rules import REMINDED_BEFORE, ActionState

DAYTIME = time(8), time(20)


def finish_action(action: Action, note: str, *, by: User, now: datetime) -> None:
    """It is done. Raises NotYourAction, ActionNotOpen or NoteMissing."""
    _close(action, ActionState.DONE, note, by, now)


def drop_action(action: Action, reason: str, *, by: User, now: datetime) -> None:
    """Nobody does it, and everybody reads why. Raises NotYourAction, ActionNotOpen or NoteMissing."""
    _close(action, ActionState.DROPPED, reason, by, now)


def _close(action: Action, state: ActionState, note: str, by: User, now: datetime) -> None:
    if not queries.owns(action, by):
        raise NotYourAction()
    if action.state is not ActionState.OPEN:
        raise ActionNotOpen()
    if not note.strip():
        raise NoteMissing()
    action.state, action.note = state, note.strip()
    action.closed_by, action.closed_at = by, now
    db.session.flush()


def remind_owners(now: datetime) -> int:
    """By day: three days before an action is due, and once when it is overdue. Returns how many there were."""
    today = now.date()
    late = [one for one in queries.lock_due_actions(today, times=2) if one.due_on < today_of(one, now)]
    soon = queries.lock_due_actions(today + REMINDED_BEFORE, times=1)
    actions = [one for one in {one.id: one for one in [*late, *soon]}.values() if _is_daytime(one, now)]
    for action in actions:
        is_late = action.due_on < today_of(action, now)
        action.times_reminded = 2 if is_late else 1
        letters.write_due(action, now, is_late=is_late)
    db.session.flush()
    return len(actions)


def today_of(action: Action, now: datetime) -> date:
    """The day it is where the office is."""
    return now.astimezone(action.office.city.zone).date()


def _is_daytime(action: Action, now: datetime) -> bool:
    begins, ends = DAYTIME
    return begins <= now.astimezone(action.office.city.zone).time() < ends
