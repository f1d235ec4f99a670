"""Reads of actions, which hold once the minutes that name them are confirmed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.coordination.queries.people import city_of, is_shown_to
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.meetings.errors import ActionNotFound
from exchange_app.meetings.models import Action, Meeting
from exchange_app.meetings.rules import ActionState, MeetingState
from exchange_app.partners.models import Organisation

WITH_OWNER = (
    joinedload(Action.office).joinedload(Organisation.city),
    joinedload(Action.person),
    joinedload(Action.closed_by),
    joinedload(Action.agreement),
)
HOLDS = Meeting.state == MeetingState.CONFIRMED


def _actions() -> Select[Action]:
    return (
        select(Action)
        .join(Action.meeting)
        .options(*WITH_OWNER, contains_eager(Action.meeting).joinedload(Meeting.chair_city))
        .where(HOLDS)
    )


def is_owned_by(user: User) -> ColumnElement[bool]:
    """A condition on actions: those that the user may close."""
    if user.role is Role.ADMINISTRATOR:
        return true()
    own = [Action.person_id == user.id, Action.office_id == user.organisation_id]
    if user.role is Role.COORDINATOR:
        offices = select(Organisation.id).where(Organisation.city_id == city_of(user))
        own.append(Action.office_id.in_(offices))
    return or_(*own)


def owns(action: Action, user: User) -> bool:
    """The same of an action that is there."""
    if user.role is Role.ADMINISTRATOR or action.person_id == user.id or action.office_id == user.organisation_id:
        return True
    return user.role is Role.COORDINATOR and action.office.city_id == city_of(user)


def select_actions(user: User, *, is_own: bool, is_open: bool) -> Select[Action]:
    """Of the user's agreements, or those alone that the user may close; what is due first, or what was closed last. To
    be paged."""
    found = _actions().where(is_shown_to(user, Action.agreement_id))
    if is_own:
        found = found.where(is_owned_by(user))
    if is_open:
        return found.where(Action.state == ActionState.OPEN).order_by(Action.due_on, Action.id)
    return found.where(Action.state != ActionState.OPEN).order_by(Action.closed_at.desc(), Action.id.desc())


def list_own_open_actions(user: User, *, limit: int) -> Sequence[Action]:
    return db.session.scalars(select_actions(user, is_own=True, is_open=True).limit(limit)).all()


def list_own_due_actions(user: User, due_until: date) -> Sequence[Action]:
    return db.session.scalars(select_actions(user, is_own=True, is_open=True).where(Action.due_on <= due_until)).all()


def get_action(action_id: int, user: User) -> Action:
    """Raises ActionNotFound, for one of others' agreements and of minutes that are not confirmed too."""
    return _one(_own(action_id, user))


def lock_action(action_id: int, user: User) -> Action:
    """As get_action, fresh and locked until the transaction ends. For commands."""
    own = _own(action_id, user).with_for_update(of=Action, key_share=True)
    return _one(own.execution_options(populate_existing=True))


def _own(action_id: int, user: User) -> Select[Action]:
    return _actions().where(Action.id == action_id, is_shown_to(user, Action.agreement_id))


def _one(actions: Select[Action]) -> Action:
    action: Action | None = db.session.scalar(actions)
    if action is None:
        raise ActionNotFound()
    return action


def lock_due_actions(due_until: date, times: int, *, limit: int = 1000) -> Sequence[Action]:
    """Open ones due until then, of which the owner heard fewer than so many ``times``, locked. Those in other hands are
    passed over."""
    return db.session.scalars(
        _actions()
        .where(Action.state == ActionState.OPEN, Action.due_on <= due_until, Action.times_reminded < times)
        .order_by(Action.due_on, Action.id)
        .limit(limit)
        .with_for_update(of=Action, skip_locked=True, key_share=True)
    ).all()


def list_people_of(office_ids: Collection[int]) -> Sequence[User]:
    """The open accounts of these offices."""
    own = User.organisation_id.in_(office_ids), User.closed_at.is_(None)
    return db.session.scalars(select(User).where(*own).order_by(User.organisation_id, User.id)).all()
