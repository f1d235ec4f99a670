"""The question that a passkey answers: asked in one session, for one purpose, for a few minutes and once."""

from __future__ import annotations

import secrets
from enum import StrEnum

from flask import session

from exchange_app.accounts import second_factors
from exchange_app.accounts.errors import PasskeyRefused
from exchange_app.accounts.rules import CHALLENGE_LENGTH
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction

CHALLENGE = "challenge"
BYTES = 32


class Asked(StrEnum):
    """For what."""

    SIGN_IN = "sign_in"
    SECOND_STEP = "second_step"
    CONFIRM = "confirm"
    ADD = "add"


def ask(purpose: Asked) -> bytes:
    challenge = secrets.token_bytes(BYTES)
    session[CHALLENGE] = {"for": purpose, "is": challenge.hex(), "at": now().timestamp()}
    return challenge


def asked(purpose: Asked) -> bytes:
    """The challenge that this session was asked; nobody asks it again. The browser keeps the session and could keep an
    old one, so that it is spent is written down here too. Raises PasskeyRefused."""
    kept = session.pop(CHALLENGE, None)
    if kept is None or kept["for"] != purpose or now().timestamp() - kept["at"] > CHALLENGE_LENGTH.total_seconds():
        raise PasskeyRefused()
    challenge = bytes.fromhex(kept["is"])
    with transaction():
        second_factors.spend_challenge(challenge, now())
    return challenge
