"""Actions are done or dropped by who has them, who is reminded before."""

from __future__ import annotations

from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.bookings.reminders import is_daytime
from exchange_app.core.database import db
from exchange_app.meetings import letters
from exchange_app.meetings.errors import ActionNotOpen, NoteMissing, NotYourAction
from exchange_app.meetings.models import Action
from exchange_app.meetings.queries import actions as queries
from exchange_app.meetings.rules import REMINDED_BEFORE, ActionState


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
    """By day: three days before an action is due, and once when it is overdue; one letter a day to each reader. Where a
    reader has had the day's letter already, an action waits for that of the next. Returns how many there were."""
    today = now.date()
    late = [one for one in queries.lock_due_actions(today, times=2) if is_late(one, now)]
    soon = queries.lock_due_actions(today + REMINDED_BEFORE, times=1)
    actions = {one.id: one for one in [*late, *soon] if is_daytime(now, one.office.city.zone)}
    readers = {one.id: letters.readers_of_due(one, is_late=is_late(one, now)) for one in actions.values()}
    told = [one for one in actions.values() if not letters.list_told_today(readers[one.id], today_of(one, now))]
    first: dict[User, Action] = {}
    for action in sorted(told, key=lambda one: one.due_on):
        action.times_reminded = 2 if is_late(action, now) else 1
        for reader in readers[action.id]:
            first.setdefault(reader, action)
    for reader, action in first.items():
        letters.write_due(action, reader, today_of(action, now), now)
    db.session.flush()
    return len(told)


def is_late(action: Action, now: datetime) -> bool:
    return action.due_on < today_of(action, now)


def today_of(action: Action, now: datetime) -> date:
    """The day it is where the office is."""
    return action.office.city.today(now)
