"""What can be done to an account and its sign-ins. Passwords come in as hashes, made before the transaction."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from exchange_app.accounts import letters, queries
from exchange_app.accounts.errors import EmailTaken, OwnAccount, UserNotFound, WrongPassword, WrongSignIn
from exchange_app.accounts.models import NOBODYS_HOST, SignIn, User
from exchange_app.accounts.passwords import NOBODY as NO_PASSWORD
from exchange_app.accounts.passwords import hash_password, is_outdated, is_password
from exchange_app.accounts.rules import SIGN_IN_LENGTH, check_workplace
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import DEFAULT_LANGUAGE, in_every_language, sentence
from exchange_app.outbox.models import Channel
from exchange_app.partners.models import Organisation

FORMER_ACCOUNT = sentence("former account %(number)s")


@dataclass(frozen=True, slots=True)
class Profile:
    """Whom an account is for. ``language`` is that of the letters they get, one of `core.text.LANGUAGES`."""

    email: str
    name: str
    role: Role
    phone: str = ""
    language: str = DEFAULT_LANGUAGE


@dataclass(frozen=True, slots=True)
class Proof:
    """A user who knew the password; ``renewed_hash`` is set where the stored one was made with older parameters."""

    user: User
    renewed_hash: str | None


def token_hash(token: str) -> str:
    """What is stored of a sign-in's token. The token is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def prove_identity(email: str, password: str) -> Proof:
    """Changes nothing, and takes as long for an unknown address as for a wrong password. Raises WrongSignIn."""
    user = queries.find_user_by_email(email)
    is_right = is_password(password, user.password_hash if user else None)
    if user is None or not is_right or not user.is_active:
        raise WrongSignIn()
    return Proof(user, hash_password(password) if is_outdated(user.password_hash) else None)


def prove_password(user: User, password: str) -> None:
    """Raises WrongPassword."""
    if not is_password(password, user.password_hash):
        raise WrongPassword()


def sign_in(proof: Proof, *, is_known_browser: bool, now: datetime) -> str:
    """Begin a sign-in; returns its token, which is kept nowhere but in the browser's cookie. Its owner is told of one
    from a browser that the account was not used with before, but for the very first."""
    user, token = proof.user, secrets.token_urlsafe(32)
    if proof.renewed_hash is not None:
        user.password_hash = proof.renewed_hash
    if user.first_signed_in_at is None:
        user.first_signed_in_at = now
    elif not is_known_browser:
        letters.write_new_browser(user, now)
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.ends_at <= now))
    db.session.add(SignIn(token_hash=token_hash(token), user_id=user.id, started_at=now, ends_at=now + SIGN_IN_LENGTH))
    db.session.flush()
    return token


def sign_out(token: str) -> None:
    db.session.execute(delete(SignIn).where(SignIn.token_hash == token_hash(token)))


def end_sign_in(sign_in: SignIn) -> None:
    db.session.delete(sign_in)


def end_other_sign_ins(user: User, *, token: str) -> None:
    """Every sign-in but the one of ``token``."""
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.token_hash != token_hash(token)))


def change_password(user: User, *, password_hash: str, token: str, now: datetime) -> None:
    """Every sign-in but the one of ``token`` ends: whoever else knew the old password is out."""
    user.password_hash = password_hash
    end_other_sign_ins(user, token=token)
    letters.write_password_changed(user, now)


def change_person(user: User, *, name: str, phone: str, language: str) -> None:
    user.name = name
    user.phone = phone
    user.language = language
    db.session.flush()


def choose_summary(user: User, *, is_wanted: bool) -> None:
    """Whether an organiser gets a summary each morning."""
    user.wants_summary = is_wanted


def choose_channels(user: User, channels: Sequence[Channel], *, robot: str | None) -> None:
    """How letters are to be tried from now on, in this order; ``robot`` is the checked address of a group robot."""
    user.channels = list(dict.fromkeys(channels))
    user.robot = robot
    db.session.flush()


def add_user(organisation: Organisation, profile: Profile, *, password_hash: str, now: datetime) -> User:
    """Raises HeadOfNoSchool, BureauNoOffice or EmailTaken; the transaction is then to be given up."""
    check_workplace(profile.role, organisation.kind)
    user = User(
        organisation=organisation,
        role=profile.role,
        email=profile.email.strip().lower(),
        name=profile.name,
        language=profile.language,
        password_hash=password_hash,
    )
    user.phone = profile.phone
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError:
        raise EmailTaken() from None
    letters.write_opened(user, now)
    return user


def close_user(user: User, *, by: User, now: datetime) -> None:
    """Nobody signs in with the account any more, and every sign-in of it ends. Raises OwnAccount."""
    if user.id == by.id:
        raise OwnAccount()
    if user.is_active:
        user.closed_at = now
        letters.write_closed(user, now)
    _end_all(user)


def reopen_user(user: User, *, now: datetime) -> None:
    """Raises UserNotFound for an account that was erased."""
    if user.is_erased:
        raise UserNotFound()
    if not user.is_active:
        user.closed_at = None
        letters.write_reopened(user, now)
    db.session.flush()


def reset_password(user: User, *, password_hash: str, by: User, now: datetime) -> None:
    """For somebody who forgot theirs; every sign-in ends. Raises OwnAccount: one's own is changed on one's own page."""
    if user.id == by.id:
        raise OwnAccount()
    user.password_hash = password_hash
    letters.write_password_reset(user, now)
    _end_all(user)


def erase_user(user: User) -> None:
    """Nothing about whoever had the closed account is left, and nobody can sign in with it."""
    user.name = str(in_every_language(FORMER_ACCOUNT).in_language(DEFAULT_LANGUAGE)) % {"number": user.id}
    user.email = f"former-account-{user.id}{NOBODYS_HOST}"
    user.phone = user.robot = None
    user.channels = [Channel.MAIL]
    user.password_hash = NO_PASSWORD
    user.wants_summary = False
    user.first_signed_in_at = None
    _end_all(user)


def _end_all(user: User) -> None:
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id))
