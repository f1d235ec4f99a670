"""Whether a letter about an account is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.labels import WHAT_ROLES_DO
from exchange_app.accounts.links import ACCOUNT_PATH, CHANNELS_PATH, SIGN_IN_PATH
from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import Organisation


def load_users(ids: Collection[int]) -> Mapping[int, User]:
    """Users with organisation and city, as they are in the database now."""
    found = db.session.scalars(
        select(User)
        .where(User.id.in_(ids))
        .options(joinedload(User.organisation).joinedload(Organisation.city))
        .execution_options(populate_existing=True)
    )
    return {user.id: user for user in found}


def words_for(user: User, letter: Letter, now: datetime) -> dict[str, Any]:
    """The names that every letter about an account may use; ``at`` is when it happened."""
    public_url = setting("PUBLIC_URL")
    return {
        "user": user,
        "host": None,
        "organisation": user.organisation,
        "what_role_does": WHAT_ROLES_DO[user.role],
        "at": letter.written_at,
        "zone": ZoneInfo(user.organisation.city.time_zone),
        "sign_in_url": public_url + SIGN_IN_PATH,
        "account_url": public_url + ACCOUNT_PATH,
        "channels_url": public_url + CHANNELS_PATH,
    }


def _is_open(user: User, letter: Letter, now: datetime) -> bool:
    return user.is_active


def _is_still_closed(user: User, letter: Letter, now: datetime) -> bool:
    """Since the moment that the letter tells of; it goes out although the account is closed, for that is its point."""
    return user.closed_at == letter.written_at


def _kind(name: str, words: Any, is_still_true: Callable[[User, Letter, datetime], bool] = _is_open) -> Kind[User]:
    return Kind(name, words, load=load_users, is_still_true=is_still_true, context=words_for, leads_to="account_url")


ACCOUNT_LETTERS = (
    _kind("account_opened", sentence("Account opened")),
    _kind("account_closed", sentence("Account closed, to its owner"), _is_still_closed),
    _kind("account_reopened", sentence("Account opened again")),
    _kind("password_changed", sentence("Password changed")),
    _kind("password_reset", sentence("Password reset by an administrator")),
    _kind("channel_test", sentence("Test of the ways that letters take to somebody")),
    _kind("new_browser", sentence("Sign-in from another browser")),
)
