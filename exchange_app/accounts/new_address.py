"""Changing the e-mail address of one's own account: the new one has to be proven, and the old one hears of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from exchange_app.accounts import letters, queries
from exchange_app.accounts.errors import EmailTaken, LinkNotFound
from exchange_app.accounts.invitations import make_link
from exchange_app.accounts.models import AccountLink, User
from exchange_app.accounts.rules import Purpose
from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import db


def ask_for_address(user: User, email: str, now: datetime) -> None:
    """A link goes to the new address. None goes to one that has an account: its owner asked for nothing, and whoever
    asked must not learn that there is one."""
    if queries.find_user_by_email(email) is None:
        letters.write_new_address(make_link(user, Purpose.NEW_ADDRESS, now, email=email), now)
    record(What.ADDRESS_ASKED, by_id=user.id, user_id=user.id, now=now)


def get_link(token: str, user: User, now: datetime) -> AccountLink:
    """The user's own. Raises LinkNotFound, for anybody else's too: a letter that went astray gives no account away."""
    link = queries.get_link(token, {Purpose.NEW_ADDRESS}, now)
    if link.user_id != user.id:
        raise LinkNotFound()
    return link


def change_address(token: str, *, by: User, now: datetime) -> None:
    """Raises LinkNotFound, or EmailTaken if the address got an account meanwhile; the transaction is then to be given
    up."""
    link = get_link(token, by, now)
    user, former = link.user, link.user.email
    assert link.email is not None
    user.email = link.email
    db.session.delete(link)
    try:
        db.session.flush()
    except IntegrityError:
        raise EmailTaken() from None
    letters.write_address_changed(user, former, now)
    record(What.ADDRESS_CHANGED, by_id=user.id, user_id=user.id, now=now)
