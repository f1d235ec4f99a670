"""Links by which the owner of an account chooses a password: after it was opened, when an administrator sends one, and
after forgetting it. No administrator ever knows a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete

from exchange_app.accounts import letters, queries
from exchange_app.accounts.errors import LinkNotFound, OwnAccount
from exchange_app.accounts.models import NO_PASSWORD, AccountLink, User, token_of
from exchange_app.accounts.rules import LINK_LENGTHS, PASSWORD_PURPOSES, Purpose
from exchange_app.accounts.service import end_all_sign_ins
from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import change_rows, db
from exchange_app.core.sealing import new_uid
from exchange_app.core.text import DEFAULT_LANGUAGE
from exchange_app.outbox.models import Channel, Letter
from exchange_app.outbox.service import letter_to, write_letters
from exchange_app.outbox.ways import Recipient, Way


def invite(user: User, *, by: User | None, now: datetime) -> AccountLink:
    """The owner of a new account gets a link; an earlier one leads nowhere from now on."""
    link = make_link(user, Purpose.INVITATION, now)
    letters.write_opened(link, now)
    record(What.INVITED, by_id=by.id if by else None, user_id=user.id, now=now)
    return link


def send_link(user: User, *, by: User, now: datetime) -> AccountLink:
    """To the owner of an account who cannot sign in: a new invitation where none was accepted yet, else a link for
    another password. Raises OwnAccount: one's own is changed on one's own page."""
    if user.id == by.id:
        raise OwnAccount()
    return invite(user, by=by, now=now) if user.is_invited else _reset_password(user, by, now)


def _reset_password(user: User, by: User, now: datetime) -> AccountLink:
    """The old password is no longer one, and every sign-in ends."""
    user.password_hash = NO_PASSWORD
    end_all_sign_ins(user)
    link = make_link(user, Purpose.RESET, now)
    letters.write_password_reset(link, now)
    record(What.PASSWORD_RESET, by_id=by.id, user_id=user.id, now=now)
    return link


def ask_for_link(email: str, now: datetime) -> None:
    """For whoever forgot the password. Only the owner of an open account gets a letter, and neither the answer nor the
    work tells whether there is one."""
    user = queries.find_user_by_email(email)
    if user is not None and user.is_active:
        letters.write_forgotten(make_link(user, Purpose.FORGOTTEN, now), now)
    else:
        _work_as_long(email, now)
    record(What.RESET_ASKED, by_id=None, user_id=user.id if user else None, now=now)


def _work_as_long(email: str, now: datetime) -> None:
    """What a link and its letter take, and nothing stays: a letter that is taken back before anybody sees it."""
    key = f"nobody:{new_uid()}"
    nobody = Recipient([Way(Channel.MAIL, email)], DEFAULT_LANGUAGE)
    write_letters([letter_to(nobody, key=key, kind="password_forgotten", subject_id=0, due_at=now)], now)
    db.session.execute(delete(Letter).where(Letter.key == key))
    db.session.execute(delete(AccountLink).where(AccountLink.ends_at <= now))


def choose_password(token: str, *, password_hash: str, now: datetime) -> None:
    """The link and every other one for a password are used up, and every sign-in ends; nobody is signed in by it.
    Raises LinkNotFound."""
    link = queries.get_link(token, PASSWORD_PURPOSES, now)
    user, purpose = link.user, link.purpose
    user.password_hash = password_hash
    is_for_password = AccountLink.purpose.in_(PASSWORD_PURPOSES)
    used = delete(AccountLink).where(AccountLink.user_id == user.id, is_for_password)
    if not change_rows(used):
        raise LinkNotFound()
    end_all_sign_ins(user)
    if purpose is not Purpose.INVITATION:
        letters.write_password_changed(user, now)
    record(What.PASSWORD_CHANGED, by_id=user.id, user_id=user.id, now=now, facts={"by_link": purpose.value})


def make_link(user: User, purpose: Purpose, now: datetime, *, email: str | None = None) -> AccountLink:
    """In place of the one that the user has for this purpose; those that ran out, whosever they were, go with it."""
    is_replaced = (AccountLink.user_id == user.id) & (AccountLink.purpose == purpose)
    db.session.execute(delete(AccountLink).where(is_replaced | (AccountLink.ends_at <= now)))
    uid = new_uid()
    link = AccountLink(
        uid=uid,
        token_hash=queries.token_hash(token_of(uid)),
        user=user,
        purpose=purpose,
        made_at=now,
        ends_at=now + LINK_LENGTHS[purpose],
        email=email,
    )
    db.session.add(link)
    db.session.flush()
    return link
