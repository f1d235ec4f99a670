"""What proves who somebody is beside the password: one-time codes, passkeys, and recovery codes if both are lost."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, select, update

from exchange_app.accounts import letters, passkeys, queries
from exchange_app.accounts.errors import (
    LastSecondFactor,
    OwnAccount,
    PasskeyKnown,
    PasskeyRefused,
    SecondFactorNotFound,
    SecondStepOver,
    WrongCode,
    WrongRecoveryCode,
)
from exchange_app.accounts.models import Authenticator, Passkey, RecoveryCode, SecondStep, SpentChallenge, User
from exchange_app.accounts.rules import (
    CHALLENGE_LENGTH,
    CODE_DRIFT,
    CODE_SECONDS,
    SECOND_STEP_LENGTH,
    SECOND_STEP_TRIES,
    Method,
    new_recovery_codes,
    plain_code,
)
from exchange_app.accounts.service import Proof, end_all_sign_ins
from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.sealing import keys
from exchange_app.core.settings import setting


def is_needed(user: User) -> bool:
    """Whether somebody of this role may do nothing without a second factor."""
    return user.role in setting("SECOND_FACTOR_FOR")


# ------------------------------------------------------------------------------------------------ the second step


def begin_step(proof: Proof, now: datetime) -> str:
    """Somebody knew the password and has to prove more. Returns the token of this step, kept in their session alone."""
    token = secrets.token_urlsafe(32)
    if proof.renewed_hash is not None:
        proof.user.password_hash = proof.renewed_hash
    db.session.execute(delete(SecondStep).where(SecondStep.ends_at <= now))
    db.session.add(
        SecondStep(token_hash=queries.token_hash(token), user_id=proof.user.id, ends_at=now + SECOND_STEP_LENGTH)
    )
    db.session.flush()
    return token


def count_try(token: str, now: datetime) -> None:
    """In a transaction of its own, before what is tried: no refusal gives the try back. Raises SecondStepOver."""
    is_left = SecondStep.ends_at > now, SecondStep.tries < SECOND_STEP_TRIES
    tried = update(SecondStep).where(SecondStep.token_hash == queries.token_hash(token), *is_left)
    if not change_rows(tried.values(tries=SecondStep.tries + 1)):
        raise SecondStepOver()


def end_step(step: SecondStep) -> None:
    db.session.delete(step)


# ------------------------------------------------------------------------------------------------- one-time codes


def begin_authenticator(user: User) -> None:
    """A new secret, which counts for nothing until a first code proves that an app has it."""
    authenticator = _lock_authenticator(user)
    if authenticator is None:
        authenticator = Authenticator(user_id=user.id)
        db.session.add(authenticator)
    elif authenticator.proven_at is not None:
        return
    authenticator.secret = pyotp.random_base32()
    db.session.flush()


def address_of(authenticator: Authenticator, user: User, site: str) -> str:
    """What an app reads from the picture."""
    return pyotp.TOTP(authenticator.secret, interval=CODE_SECONDS).provisioning_uri(name=user.email, issuer_name=site)


def prove_authenticator(user: User, code: str, now: datetime) -> None:
    """Raises SecondFactorNotFound or WrongCode."""
    authenticator = _lock_authenticator(user)
    if authenticator is None or authenticator.proven_at is not None:
        raise SecondFactorNotFound()
    _use(authenticator, code, now)
    authenticator.proven_at = now
    _note_added(user, Method.CODE, now)


def remove_authenticator(user: User, now: datetime) -> None:
    """Raises SecondFactorNotFound or LastSecondFactor."""
    authenticator = _lock_authenticator(user)
    if authenticator is None:
        raise SecondFactorNotFound()
    db.session.delete(authenticator)
    _check_what_is_left(user)
    _note_removed(user, Method.CODE, now)


def use_code(user: User, code: str, now: datetime) -> None:
    """Raises WrongCode; a code that was used, or an older one, is wrong."""
    authenticator = _lock_authenticator(user)
    if authenticator is None or authenticator.proven_at is None:
        raise WrongCode()
    _use(authenticator, code, now)


def _use(authenticator: Authenticator, code: str, now: datetime) -> None:
    shown = pyotp.TOTP(authenticator.secret, interval=CODE_SECONDS)
    present, typed = int(now.timestamp()) // CODE_SECONDS, plain_code(code)
    steps = range(max(present - CODE_DRIFT, authenticator.last_step + 1), present + CODE_DRIFT + 1)
    found = [step for step in steps if hmac.compare_digest(shown.generate_otp(step).encode(), typed.encode())]
    if not found:
        raise WrongCode()
    authenticator.last_step = found[0]


def _lock_authenticator(user: User) -> Authenticator | None:
    """So that no code is used twice at the same time."""
    return db.session.scalar(
        select(Authenticator)
        .where(Authenticator.user_id == user.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


# ------------------------------------------------------------------------------------------------------- passkeys


def spend_challenge(challenge: bytes, now: datetime) -> None:
    """In a transaction of its own, before the answer is looked at: right or wrong, nobody answers the same challenge
    twice. Raises PasskeyRefused."""
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.ends_at <= now))
    row = {"challenge_hash": queries.token_hash(challenge.hex()), "ends_at": now + 2 * CHALLENGE_LENGTH}
    spent = insert_unless_there(SpentChallenge).values(row).returning(SpentChallenge.challenge_hash)
    if db.session.scalar(spent) is None:
        raise PasskeyRefused()


def add_passkey(user: User, name: str, answer: str, challenge: bytes, now: datetime) -> None:
    """Raises PasskeyRefused or PasskeyKnown."""
    new = passkeys.read_new(answer, challenge)
    row = {
        "user_id": user.id,
        "credential_id": new.credential_id,
        "public_key": new.public_key,
        "sign_count": new.sign_count,
        "name": name,
        "added_at": now,
    }
    if db.session.scalar(insert_unless_there(Passkey).values(row).returning(Passkey.id)) is None:
        raise PasskeyKnown()
    _note_added(user, Method.PASSKEY, now)


def use_passkey(answer: str, challenge: bytes, now: datetime, *, of: User | None = None) -> User:
    """Whose passkey answered; ``of`` is who it has to be, if that is known. Raises PasskeyRefused."""
    passkey = queries.find_passkey(passkeys.credential_id_of(answer))
    if passkey is None or (of is not None and passkey.user_id != of.id):
        raise PasskeyRefused()
    passkey.sign_count = passkeys.read_count(answer, challenge, passkey)
    passkey.used_at = now
    return passkey.user


def remove_passkey(passkey: Passkey, now: datetime) -> None:
    """Raises LastSecondFactor."""
    owner = passkey.user
    db.session.delete(passkey)
    _check_what_is_left(owner)
    _note_removed(owner, Method.PASSKEY, now)


# ------------------------------------------------------------------------------------------------- recovery codes


def make_recovery_codes(user: User, now: datetime) -> list[str]:
    """New codes in place of the old ones; they are known only now."""
    codes = new_recovery_codes()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_code_hash(code)) for code in codes)
    db.session.flush()
    record(What.RECOVERY_CODES_MADE, by_id=user.id, user_id=user.id, now=now)
    return codes


def use_recovery_code(user: User, code: str, now: datetime) -> None:
    """Raises WrongRecoveryCode."""
    is_unused = RecoveryCode.user_id == user.id, RecoveryCode.used_at.is_(None)
    used = update(RecoveryCode).where(RecoveryCode.code_hash == _code_hash(code), *is_unused)
    if not change_rows(used.values(used_at=now)):
        raise WrongRecoveryCode()
    left = queries.count_recovery_codes(user)
    record(What.RECOVERY_CODE_USED, by_id=user.id, user_id=user.id, now=now, facts={"left": left})


def _code_hash(code: str) -> str:
    return keys().fingerprint(plain_code(code), "recovery_codes.code")


# ------------------------------------------------------------------------------------------------------- all of them


def remove_all(user: User, *, by: User, now: datetime) -> None:
    """For somebody who lost them, by an administrator who knows who asks; every sign-in ends. Raises OwnAccount."""
    if user.id == by.id:
        raise OwnAccount()
    for table in (Authenticator, Passkey, RecoveryCode, SecondStep):
        db.session.execute(delete(table).where(table.user_id == user.id))
    end_all_sign_ins(user)
    letters.write_second_factors_removed(user, now)
    record(What.SECOND_FACTOR_REMOVED, by_id=by.id, user_id=user.id, now=now, facts={"kind": "all"})


def _check_what_is_left(user: User) -> None:
    """Recovery codes alone are no second factor."""
    db.session.flush()
    if queries.has_second_factor(user):
        return
    if is_needed(user):
        raise LastSecondFactor()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))


def _note_added(user: User, kind: Method, now: datetime) -> None:
    letters.write_second_factors_changed(user, now)
    record(What.SECOND_FACTOR_ADDED, by_id=user.id, user_id=user.id, now=now, facts={"kind": kind.value})


def _note_removed(user: User, kind: Method, now: datetime) -> None:
    letters.write_second_factors_changed(user, now)
    record(What.SECOND_FACTOR_REMOVED, by_id=user.id, user_id=user.id, now=now, facts={"kind": kind.value})
