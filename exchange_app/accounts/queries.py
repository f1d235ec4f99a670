"""Reads of users and their sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.errors import SignInNotFound, UserNotFound
from exchange_app.accounts.models import SignIn, User
from exchange_app.core.database import db
from exchange_app.outbox.inbox import has_unread
from exchange_app.partners.models import City, Organisation


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


def find_signed_in(token_hash: str, now: datetime) -> User | None:
    """Who is signed in with this token, with organisation and city, in the one statement that every request pays."""
    found = db.session.execute(
        select(User, has_unread(User.id))
        .join(SignIn, SignIn.user_id == User.id)
        .options(joinedload(User.organisation).joinedload(Organisation.city))
        .where(SignIn.token_hash == token_hash, SignIn.ends_at > now, User.closed_at.is_(None))
    ).one_or_none()
    if found is None:
        return None
    user: User = found[0]
    user.has_unread_letters = found[1]
    return user


def list_sign_ins(user_id: int, now: datetime) -> Sequence[SignIn]:
    """The user's sign-ins that have not ended, newest first."""
    return db.session.scalars(
        select(SignIn).where(SignIn.user_id == user_id, SignIn.ends_at > now).order_by(SignIn.started_at.desc())
    ).all()


def get_sign_in(sign_in_id: int, user: User) -> SignIn:
    """One of the user's own. Raises SignInNotFound, for anybody else's too."""
    sign_in: SignIn | None = db.session.scalar(select(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user.id))
    if sign_in is None:
        raise SignInNotFound()
    return sign_in


def select_users(words: str = "") -> Select[tuple[User]]:
    """All accounts by e-mail address, or those whose name or address contains the words; to be paged."""
    users = select(User).options(joinedload(User.organisation)).order_by(User.email)
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
