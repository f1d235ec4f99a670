"""Where letters to people with accounts lead. A signature proves by itself that its holder was given the address."""

from __future__ import annotations

from exchange_app.accounts.models import AccountLink, User
from exchange_app.accounts.rules import Purpose
from exchange_app.core import sealing
from exchange_app.core.settings import setting

SIGN_IN_PATH = "/sign-in"
ACCOUNT_PATH = "/account"
CHANNELS_PATH = "/account/channels"
SECOND_FACTORS_PATH = "/account/second-factors"
UNSUBSCRIBE = "unsubscribe"


def url_of(link: AccountLink) -> str:
    """Where the owner of an account proves a new address or chooses a password."""
    page = f"{ACCOUNT_PATH}/address" if link.purpose is Purpose.NEW_ADDRESS else "/password"
    return f"{setting('PUBLIC_URL')}{page}/{link.token}"


def unsubscribe_path(user: User) -> str:
    return f"/unsubscribe/{user.id}/{signature_of(user, UNSUBSCRIBE)}"


def is_unsubscribing(user: User, signature: str) -> bool:
    return is_signed(user, UNSUBSCRIBE, signature)


def signature_of(user: User, purpose: str) -> str:
    """What the addresses in a user's letters carry; that of one purpose is none of another."""
    return sealing.signature_of(user.uid, purpose)


def is_signed(user: User, purpose: str, signature: str) -> bool:
    return sealing.is_signature(signature, user.uid, purpose)
