"""Whether a letter about an account is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.labels import WHAT_ROLES_DO
from exchange_app.accounts.links import ACCOUNT_PATH, CHANNELS_PATH, SECOND_FACTORS_PATH, SIGN_IN_PATH, url_of
from exchange_app.accounts.models import AccountLink, User
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


def load_links(ids: Collection[int]) -> Mapping[int, AccountLink]:
    """Links that were not used or replaced, with the account they are for."""
    found = db.session.scalars(
        select(AccountLink)
        .where(AccountLink.id.in_(ids))
        .options(joinedload(AccountLink.user).joinedload(User.organisation).joinedload(Organisation.city))
        .execution_options(populate_existing=True)
    )
    return {link.id: link for link in found}


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
        "second_factors_url": public_url + SECOND_FACTORS_PATH,
    }


def words_for_link(link: AccountLink, letter: Letter, now: datetime) -> dict[str, Any]:
    """The same, and the secret address with its end."""
    words = words_for(link.user, letter, now)
    return {**words, "link_url": url_of(link), "until": link.ends_at, "new_email": link.email}


def _is_open(user: User, letter: Letter, now: datetime) -> bool:
    return user.is_active


def _leads_somewhere(link: AccountLink, letter: Letter, now: datetime) -> bool:
    return link.user.is_active and link.ends_at > now


def _is_still_closed(user: User, letter: Letter, now: datetime) -> bool:
    """Since the moment that the letter tells of; it goes out although the account is closed, for that is its point."""
    return user.closed_at == letter.written_at


def _kind(name: str, words: Any, is_still_true: Callable[[User, Letter, datetime], bool] = _is_open) -> Kind[User]:
    return Kind(name, words, load=load_users, is_still_true=is_still_true, context=words_for, leads_to="account_url")


def _link_kind(name: str, words: Any) -> Kind[AccountLink]:
    """Whatever is shown beside the letter leads to the page of the account: the secret address stands in it alone."""
    return Kind(
        name,
        words,
        load=load_links,
        is_still_true=_leads_somewhere,
        context=words_for_link,
        leads_to="account_url",
    )


ACCOUNT_LETTERS = (
    _link_kind("account_opened", sentence("Account opened")),
    _kind("account_closed", sentence("Account closed, to its owner"), _is_still_closed),
    _kind("account_reopened", sentence("Account opened again")),
    _kind("password_changed", sentence("Password changed")),
    _link_kind("password_reset", sentence("Password reset by an administrator")),
    _link_kind("password_forgotten", sentence("Link for a forgotten password")),
    _link_kind("new_address", sentence("Link that proves a new e-mail address")),
    _kind("address_changed", sentence("E-mail address changed, to the former one")),
    _kind("second_factors_changed", sentence("Second factor added or removed")),
    _kind("second_factors_removed", sentence("Second factors removed by an administrator")),
    _kind("channel_test", sentence("Test of the ways that letters take to somebody")),
    _kind("new_browser", sentence("Sign-in from another browser")),
)
