"""Reads of users and sign-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.errors import UserNotFound
from exchange_app.accounts.models import SignIn, User
from exchange_app.core.database import db
from exchange_app.partners.models import Organisation


def find_user_by_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email))


def get_user(user_id: int) -> User:
    """Raises UserNotFound."""
    user = db.session.get(User, user_id)
    if user is None:
        raise UserNotFound()
    return user


def find_signed_in(token_hash: str, now: datetime) -> User | None:
    """Who a sign-in that still lasts belongs to, with the organisation; one statement."""
    return db.session.scalar(
        select(User)
        .join(SignIn, SignIn.user_id == User.id)
        .join(User.organisation)
        .options(contains_eager(User.organisation))
        .where(SignIn.token_hash == token_hash, SignIn.ends_at > now, User.closed_at.is_(None))
    )


def list_sign_ins(user_id: int, now: datetime) -> Sequence[SignIn]:
    """Those that still last, newest first."""
    return db.session.scalars(
        select(SignIn).where(SignIn.user_id == user_id, SignIn.ends_at > now).order_by(SignIn.started_at.desc())
    ).all()


def list_users() -> Select[tuple[User]]:
    """Everybody with an account, by organisation; to be paged."""
    return (
        select(User)
        .options(joinedload(User.organisation).joinedload(Organisation.city))
        .order_by(User.organisation_id, User.id)
    )


def list_organisers(organisation_id: int) -> Sequence[User]:
    """The open accounts of an organisation."""
    return db.session.scalars(
        select(User).where(User.organisation_id == organisation_id, User.closed_at.is_(None)).order_by(User.id)
    ).all()
