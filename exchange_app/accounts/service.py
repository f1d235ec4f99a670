"""Accounts are opened and closed, people sign in and out."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete

from exchange_app.accounts import queries
from exchange_app.accounts.errors import EmailTaken, PasswordTooShort, PasswordWrong, SignInFailed
from exchange_app.accounts.models import SignIn, User
from exchange_app.accounts.passwords import hash_password, is_outdated, is_password
from exchange_app.accounts.rules import SHORTEST_PASSWORD, SIGN_IN_LASTS, normalise_email
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.partners.models import Organisation


@dataclass(frozen=True, slots=True)
class Profile:
    """Who an account is for."""

    email: str
    name: str
    role: Role
    phone: str = ""
    language: str = "zh_Hans"


def add_user(organisation: Organisation, profile: Profile, *, password_hash: str) -> User:
    """Raises EmailTaken."""
    email = normalise_email(profile.email)
    if queries.find_user_by_email(email) is not None:
        raise EmailTaken()
    user = User(
        organisation=organisation,
        role=profile.role,
        email=email,
        name=profile.name,
        language=profile.language,
        password_hash=password_hash,
    )
    user.phone = profile.phone
    db.session.add(user)
    db.session.flush()
    return user


def close_user(user: User, *, now: datetime) -> None:
    """The account ends, and with it every sign-in."""
    user.closed_at = now
    end_sign_ins(user)


def reopen_user(user: User) -> None:
    user.closed_at = None


def sign_in(email: str, password: str, *, now: datetime) -> str:
    """The token of a new sign-in, to be kept by the browser alone. Raises SignInFailed."""
    user = queries.find_user_by_email(normalise_email(email))
    known = user is not None and user.closed_at is None
    if not is_password(password, user.password_hash if user is not None and known else None) or user is None:
        raise SignInFailed()
    if is_outdated(user.password_hash):
        user.password_hash = hash_password(password)
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignIn(token_hash=hash_token(token), user_id=user.id, started_at=now, ends_at=now + SIGN_IN_LASTS)
    )
    db.session.flush()
    return token


def sign_out(token: str) -> None:
    db.session.execute(delete(SignIn).where(SignIn.token_hash == hash_token(token)))


def end_sign_in(user: User, sign_in_id: int) -> None:
    """One of the user's own sign-ins, on whatever device."""
    db.session.execute(delete(SignIn).where(SignIn.id == sign_in_id, SignIn.user_id == user.id))


def end_sign_ins(user: User, *, but: str | None = None) -> None:
    """All of the user's sign-ins, except the one whose token is given."""
    ended = delete(SignIn).where(SignIn.user_id == user.id)
    if but is not None:
        ended = ended.where(SignIn.token_hash != hash_token(but))
    db.session.execute(ended)


def change_password(user: User, *, present: str, new: str, token: str) -> None:
    """Ends every other sign-in. Raises PasswordWrong or PasswordTooShort."""
    if not is_password(present, user.password_hash):
        raise PasswordWrong()
    if len(new) < SHORTEST_PASSWORD:
        raise PasswordTooShort(length=SHORTEST_PASSWORD)
    user.password_hash = hash_password(new)
    end_sign_ins(user, but=token)


def give_new_password(user: User) -> str:
    """A first password for somebody who forgot theirs; shown once. Ends every sign-in."""
    password = secrets.token_urlsafe(12)
    user.password_hash = hash_password(password)
    end_sign_ins(user)
    return password


def forget_ended(now: datetime) -> int:
    """Drop sign-ins that ended by themselves; returns how many."""
    return int(db.session.execute(delete(SignIn).where(SignIn.ends_at <= now)).rowcount)


def hash_token(token: str) -> str:
    """A token is random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
