"""Reads of users, their sign-ins, and what else proves who they are."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.errors import (
    LinkNotFound,
    SecondFactorNotFound,
    SecondStepOver,
    SignInNotFound,
    UserNotFound,
)
from exchange_app.accounts.models import (
    AccountLink,
    Authenticator,
    Passkey,
    RecoveryCode,
    SecondStep,
    SignIn,
    User,
)
from exchange_app.accounts.rules import IDLE_LENGTH, SECOND_STEP_TRIES, USE_NOTED_EVERY, Purpose
from exchange_app.core.database import db
from exchange_app.outbox.inbox import has_unread
from exchange_app.partners.models import City, Organisation


def token_hash(token: str) -> str:
    """What is stored of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def find_user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.strip().lower()))


def get_user(user_id: int) -> User:
    """Raises UserNotFound."""
    user: User | None = db.session.scalar(
        select(User).options(joinedload(User.organisation).joinedload(Organisation.city)).where(User.id == user_id)
    )
    if user is None:
        raise UserNotFound()
    return user


def owner_has_second_factor() -> ColumnElement[bool]:
    """A condition on users."""
    return or_(
        exists().where(Passkey.user_id == User.id),
        exists().where(Authenticator.user_id == User.id, Authenticator.proven_at.is_not(None)),
    )


_IS_IN_USE = (SignIn.ends_at > bindparam("now")) & (SignIn.seen_at > bindparam("seen_after"))


def _in_use_at(now: datetime) -> dict[str, datetime]:
    return {"now": now, "seen_after": now - IDLE_LENGTH - USE_NOTED_EVERY}


# Every request pays for this one, so it is put together once.
_SIGNED_IN = (
    select(User, has_unread(User.id), owner_has_second_factor(), SignIn.seen_at, SignIn.proven_at)
    .join(SignIn, SignIn.user_id == User.id)
    .options(joinedload(User.organisation).joinedload(Organisation.city))
    .where(SignIn.token_hash == bindparam("token_hash"), _IS_IN_USE, User.closed_at.is_(None))
)


def find_signed_in(token_hash: str, now: datetime) -> User | None:
    """Who is signed in with this token, with organisation and city, in one statement."""
    found = db.session.execute(_SIGNED_IN, {"token_hash": token_hash, **_in_use_at(now)}).one_or_none()
    if found is None:
        return None
    user: User = found[0]
    user.has_unread_letters, user.has_second_factor, user.seen_at, user.proven_at = found[1:]
    return user


def find_sign_in(token: str) -> SignIn | None:
    return db.session.scalar(select(SignIn).where(SignIn.token_hash == token_hash(token)))


def list_sign_ins(user_id: int, now: datetime) -> Sequence[SignIn]:
    """The user's sign-ins that have not ended, newest first."""
    return db.session.scalars(
        select(SignIn).where(SignIn.user_id == user_id, _IS_IN_USE).order_by(SignIn.started_at.desc()), _in_use_at(now)
    ).all()


def get_sign_in(sign_in_id: int, user: User) -> SignIn:
    """One of the user's own. Raises SignInNotFound, for anybody else's too."""
    sign_in: SignIn | None = db.session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user.id))
    if sign_in is None:
        raise SignInNotFound()
    return sign_in


def get_second_step(token: str, now: datetime) -> SecondStep:
    """Raises SecondStepOver."""
    step: SecondStep | None = db.session.scalar(
        select(SecondStep)
        .join(SecondStep.user)
        .options(contains_eager(SecondStep.user))
        .where(
            SecondStep.token_hash == token_hash(token),
            SecondStep.ends_at > now,
            SecondStep.tries < SECOND_STEP_TRIES,
            User.closed_at.is_(None),
        )
    )
    if step is None:
        raise SecondStepOver()
    return step


def has_second_factor(user: User) -> bool:
    return bool(db.session.scalar(select(owner_has_second_factor()).where(User.id == user.id)))


def find_authenticator(user: User) -> Authenticator | None:
    """Also one whose first code is still missing."""
    return db.session.scalar(select(Authenticator).where(Authenticator.user_id == user.id))


def list_passkeys(user: User) -> Sequence[Passkey]:
    return db.session.scalars(select(Passkey).where(Passkey.user_id == user.id).order_by(Passkey.id)).all()


def get_passkey(passkey_id: int, user: User) -> Passkey:
    """One of the user's own. Raises SecondFactorNotFound, for anybody else's too."""
    passkey: Passkey | None = db.session.scalar(
        select(Passkey).where(Passkey.id == passkey_id, Passkey.user_id == user.id)
    )
    if passkey is None:
        raise SecondFactorNotFound()
    return passkey


def find_passkey(credential_id: bytes) -> Passkey | None:
    """With its owner, if the account is open; locked, so that nobody else uses it meanwhile."""
    return db.session.scalar(
        select(Passkey)
        .join(Passkey.user)
        .options(contains_eager(Passkey.user))
        .where(Passkey.credential_id == credential_id, User.closed_at.is_(None))
        .with_for_update(of=Passkey)
        .execution_options(populate_existing=True)
    )


def count_recovery_codes(user: User) -> int:
    """Those that can still be used."""
    unused = select(func.count()).where(RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(unused) or 0


def get_link(token: str, purposes: Collection[Purpose], now: datetime) -> AccountLink:
    """A link to an open account, with the account. Raises LinkNotFound."""
    link: AccountLink | None = db.session.scalar(
        select(AccountLink)
        .join(AccountLink.user)
        .options(contains_eager(AccountLink.user).joinedload(User.organisation).joinedload(Organisation.city))
        .where(
            AccountLink.token_hash == token_hash(token),
            AccountLink.purpose.in_(purposes),
            AccountLink.ends_at > now,
            User.closed_at.is_(None),
        )
    )
    if link is None:
        raise LinkNotFound()
    return link


def select_users(words: str = "") -> Select[User, bool]:
    """All accounts by e-mail address, each with whether it has a second factor, or those whose name or address contains
    the words; to be paged."""
    users = select(User, owner_has_second_factor()).options(joinedload(User.organisation)).order_by(User.email)
    if words:
        users = users.where(
            or_(User.email.icontains(words, autoescape=True), User.name.icontains(words, autoescape=True))
        )
    return users


def list_organisations() -> Sequence[Organisation]:
    """Every organisation that somebody may sign in for, by city, with it."""
    return db.session.scalars(
        select(Organisation)
        .join(Organisation.city)
        .options(contains_eager(Organisation.city))
        .order_by(City.code, Organisation.id)
    ).all()


def get_organisation(organisation_id: int) -> Organisation:
    """One of list_organisations()."""
    return db.session.get_one(Organisation, organisation_id)
