"""What can be done to an account and its sign-ins. Passwords come in as hashes, made before the transaction."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from exchange_app.accounts import letters, queries
from exchange_app.accounts.errors import EmailTaken, OwnAccount, UserNotFound, WrongPassword, WrongSignIn
from exchange_app.accounts.models import (
    NO_PASSWORD,
    NOBODYS_HOST,
    AccountLink,
    Authenticator,
    Passkey,
    RecoveryCode,
    SecondStep,
    SignIn,
    User,
)
from exchange_app.accounts.passwords import hash_password, is_outdated, is_password
from exchange_app.accounts.queries import token_hash
from exchange_app.accounts.rules import SIGN_IN_LENGTH, Method, check_workplace
from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import change_rows, db
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
    """A user who proved who they are, and by what; ``renewed_hash`` is set where the stored hash of their password was
    made with older parameters."""

    user: User
    renewed_hash: str | None
    method: Method = Method.PASSWORD


# ------------------------------------------------------------------------------------------------------- signing in


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


def note_refusal(email: str, now: datetime) -> None:
    """Write down that somebody was refused, whose account it was if there is one; as much work if there is none."""
    user = queries.find_user_by_email(email)
    note_refused(user, Method.PASSWORD, now)


def note_refused(user: User | None, method: Method, now: datetime) -> None:
    user_id = user.id if user else None
    record(What.SIGN_IN_REFUSED, by_id=None, user_id=user_id, now=now, facts={"method": method.value})


def sign_in(proof: Proof, *, is_known_browser: bool, now: datetime, browser: str = "") -> str:
    """Begin a sign-in; returns its token, which is kept nowhere but in the browser's cookie. Its owner is told of one
    from a browser that the account was not used with before, but for the very first."""
    user, token = proof.user, secrets.token_urlsafe(32)
    if proof.renewed_hash is not None:
        user.password_hash = proof.renewed_hash
    if user.first_signed_in_at is None:
        user.first_signed_in_at = now
    elif not is_known_browser:
        letters.write_new_browser(user, now)
    user.last_signed_in_at = now
    db.session.execute(delete(SignIn).where(SignIn.user_id == user.id, SignIn.ends_at <= now))
    db.session.add(
        SignIn(
            token_hash=token_hash(token),
            user_id=user.id,
            started_at=now,
            seen_at=now,
            proven_at=now,
            ends_at=now + SIGN_IN_LENGTH,
            browser=browser,
        )
    )
    db.session.flush()
    record(What.SIGNED_IN, by_id=user.id, user_id=user.id, now=now, facts={"method": proof.method.value})
    return token


def note_use(token: str, now: datetime) -> None:
    change_rows(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(seen_at=now))


def prove_again(token: str, now: datetime) -> str:
    """Somebody who is signed in proved once more who they are; returns the token that the sign-in has from now on."""
    new = secrets.token_urlsafe(32)
    values = {"token_hash": token_hash(new), "seen_at": now, "proven_at": now}
    change_rows(update(SignIn).where(SignIn.token_hash == token_hash(token)).values(values))
    return new


def sign_out(token: str, *, now: datetime) -> None:
    signed_in = queries.find_sign_in(token) if token else None
    if signed_in is not None:
        db.session.delete(signed_in)
        record(What.SIGNED_OUT, by_id=signed_in.user_id, user_id=signed_in.user_id, now=now)


def end_sign_in(sign_in: SignIn, *, now: datetime) -> None:
    db.session.delete(sign_in)
    _note_ended(sign_in.user_id, sign_in.user_id, 1, now)


def end_other_sign_ins(user: User, *, token: str, now: datetime) -> None:
    """Every sign-in but the one of ``token``."""
    others = SignIn.user_id == user.id, SignIn.token_hash != token_hash(token)
    if ended := change_rows(delete(SignIn).where(*others)):
        _note_ended(user.id, user.id, ended, now)


def end_sign_ins(user: User, *, by: User, now: datetime) -> None:
    """Somebody else's, all of them. Raises OwnAccount."""
    _check_is_another(user, by)
    _note_ended(user.id, by.id, end_all_sign_ins(user), now)


def end_everybodys_sign_ins(now: datetime) -> int:
    """Returns how many ended."""
    db.session.execute(delete(SecondStep))
    ended = change_rows(delete(SignIn))
    record(What.SIGN_INS_ENDED, by_id=None, now=now, facts={"count": ended, "whose": "everybody"})
    return ended


def end_all_sign_ins(user: User) -> int:
    """And whatever is half a sign-in; returns how many ended."""
    db.session.execute(delete(SecondStep).where(SecondStep.user_id == user.id))
    return change_rows(delete(SignIn).where(SignIn.user_id == user.id))


def _note_ended(user_id: int, by_id: int, count: int, now: datetime) -> None:
    record(What.SIGN_INS_ENDED, by_id=by_id, user_id=user_id, now=now, facts={"count": count})


# ------------------------------------------------------------------------------------------------- one's own account


def change_password(user: User, *, password_hash: str, token: str, now: datetime) -> None:
    """Every sign-in but the one of ``token`` ends: whoever else knew the old password is out."""
    user.password_hash = password_hash
    end_other_sign_ins(user, token=token, now=now)
    letters.write_password_changed(user, now)
    record(What.PASSWORD_CHANGED, by_id=user.id, user_id=user.id, now=now)


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


# ----------------------------------------------------------------------------------------- what administrators do


def add_user(
    organisation: Organisation,
    profile: Profile,
    *,
    now: datetime,
    by: User | None = None,
    password_hash: str = NO_PASSWORD,
) -> User:
    """Nobody signs in with the account before its owner chose a password, unless one is given. Raises HeadOfNoSchool,
    BureauNoOffice, CoordinatorNoOffice or EmailTaken; the transaction is then to be given up."""
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
    _note(What.ACCOUNT_OPENED, user, by, now)
    return user


def change_work(user: User, organisation: Organisation, role: Role, *, by: User, now: datetime) -> None:
    """Another role or organisation; every sign-in ends, since it was for the former. Raises OwnAccount, HeadOfNoSchool,
    BureauNoOffice or CoordinatorNoOffice."""
    _check_is_another(user, by)
    check_workplace(role, organisation.kind)
    if (user.role, user.organisation_id) == (role, organisation.id):
        return
    facts = {
        "role_before": user.role.value,
        "role": role.value,
        "organisation_before": user.organisation_id,
        "organisation": organisation.id,
    }
    user.role, user.organisation = role, organisation
    end_all_sign_ins(user)
    record(What.ACCOUNT_CHANGED, by_id=by.id, user_id=user.id, now=now, facts=facts)


def close_user(user: User, *, by: User, now: datetime) -> None:
    """Nobody signs in with the account any more, and every sign-in of it ends. Raises OwnAccount."""
    _check_is_another(user, by)
    if user.is_active:
        user.closed_at = now
        letters.write_closed(user, now)
        _note(What.ACCOUNT_CLOSED, user, by, now)
    end_all_sign_ins(user)


def reopen_user(user: User, *, now: datetime, by: User | None = None) -> None:
    """Raises UserNotFound for an account that was erased."""
    if user.is_erased:
        raise UserNotFound()
    if not user.is_active:
        user.closed_at = None
        letters.write_reopened(user, now)
        _note(What.ACCOUNT_REOPENED, user, by, now)
    db.session.flush()


def _check_is_another(user: User, by: User) -> None:
    if user.id == by.id:
        raise OwnAccount()


def _note(what: What, user: User, by: User | None, now: datetime) -> None:
    record(what, by_id=by.id if by else None, user_id=user.id, now=now)


def erase_user(user: User) -> None:
    """Nothing about whoever had the closed account is left, and nobody can sign in with it."""
    user.name = str(in_every_language(FORMER_ACCOUNT).in_language(DEFAULT_LANGUAGE)) % {"number": user.id}
    user.email = f"former-account-{user.id}{NOBODYS_HOST}"
    user.phone = user.robot = None
    user.channels = [Channel.MAIL]
    user.password_hash = NO_PASSWORD
    user.wants_summary = False
    user.first_signed_in_at = None
    user.last_signed_in_at = None
    for table in (Authenticator, Passkey, RecoveryCode, AccountLink):
        db.session.execute(delete(table).where(table.user_id == user.id))
    end_all_sign_ins(user)
