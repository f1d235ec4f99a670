"""How long a sign-in lasts, what a password and a code must be, which browser somebody uses, and where a role works."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from exchange_app.accounts.errors import (
    BureauNoOffice,
    CoordinatorNoOffice,
    HeadOfNoSchool,
    PasswordTooLong,
    PasswordTooShort,
)
from exchange_app.core.roles import Role
from exchange_app.partners.models import OrganisationKind

# A working day. It ends sooner when nothing is asked for: then the cookie runs out (PERMANENT_SESSION_LIFETIME), and
# soon after it the sign-in itself, whose last use is written down only now and then.
SIGN_IN_LENGTH = timedelta(hours=12)
IDLE_LENGTH = timedelta(hours=2)
USE_NOTED_EVERY = timedelta(minutes=5)

# How long somebody who proved who they are may change what proves it.
PROOF_LENGTH = timedelta(minutes=10)
SECOND_STEP_LENGTH = timedelta(minutes=5)
SECOND_STEP_TRIES = 5
CHALLENGE_LENGTH = timedelta(minutes=5)

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200  # hashing takes time with every character
SHORTEST_WORD = 3
SHORTEST_REST = 6

# One-time codes (RFC 6238): six digits, a new one each half minute; a clock may be wrong by one of them.
CODE_SECONDS = 30
CODE_DRIFT = 1

# For codes that are copied by hand: no look-alikes. 24 of them are 118 bits, so that a keyed hash keeps them well.
PLAIN_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
RECOVERY_CODES = 10
GROUPS_A_CODE = 6
SIGNS_A_GROUP = 4


class Method(StrEnum):
    """By what somebody proved who they are."""

    PASSWORD = "password"
    PASSKEY = "passkey"
    CODE = "code"
    RECOVERY_CODE = "recovery_code"


class Purpose(StrEnum):
    """What a link to an account is for. A value is stored."""

    INVITATION = "invitation"
    RESET = "reset"
    FORGOTTEN = "forgotten"
    NEW_ADDRESS = "new_address"


LINK_LENGTHS = {
    Purpose.INVITATION: timedelta(days=7),
    Purpose.RESET: timedelta(days=1),
    Purpose.FORGOTTEN: timedelta(hours=1),
    Purpose.NEW_ADDRESS: timedelta(days=1),
}
PASSWORD_PURPOSES = frozenset({Purpose.INVITATION, Purpose.RESET, Purpose.FORGOTTEN})


def check_password_length(password: str) -> None:
    """Raises PasswordTooShort or PasswordTooLong."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(most=LONGEST_PASSWORD)


def words_in(texts: Iterable[str]) -> list[str]:
    """The texts and the words that they are made of, in small letters: what somebody would try first."""
    words = {word for text in texts for word in (text, *re.split(r"[\W_]+", text)) if len(word) >= SHORTEST_WORD}
    short_names = {text for text in texts if len(text) > 1}
    return sorted({word.casefold() for word in words | short_names})


def is_made_of(password: str, words: Iterable[str]) -> bool:
    """Whether next to nothing is left of it without the words."""
    left = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        left = left.replace(word, "")
    return len(left) < SHORTEST_REST


def check_workplace(role: Role, kind: OrganisationKind) -> None:
    """Whether somebody of this role may work for such an organisation. Raises HeadOfNoSchool, BureauNoOffice
    or CoordinatorNoOffice."""
    if role is Role.HEAD and kind is not OrganisationKind.SCHOOL:
        raise HeadOfNoSchool()
    if role is Role.BUREAU and kind is not OrganisationKind.OFFICE:
        raise BureauNoOffice()
    if role is Role.COORDINATOR and kind is not OrganisationKind.OFFICE:
        raise CoordinatorNoOffice()


def new_recovery_codes() -> list[str]:
    """Codes such as `k7mq-2xhd-…`."""
    return ["-".join(_signs() for _ in range(GROUPS_A_CODE)) for _ in range(RECOVERY_CODES)]


def _signs() -> str:
    return "".join(secrets.choice(PLAIN_SIGNS) for _ in range(SIGNS_A_GROUP))


def plain_code(typed: str) -> str:
    """A code as it is compared, whatever spaces, dashes and capitals it was typed with."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", typed)).lower()


# The first that is found counts: most browsers claim to be older ones too.
BROWSERS = {
    "MicroMessenger": "WeChat",
    "DingTalk": "DingTalk",
    "HuaweiBrowser": "Huawei Browser",
    "SamsungBrowser": "Samsung Internet",
    "QQBrowser": "QQ Browser",
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "Chromium": "Chromium",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "OpenHarmony": "HarmonyOS",
    "HarmonyOS": "HarmonyOS",
    "Android": "Android",
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "Windows": "Windows",
    "Macintosh": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def browser_of(user_agent: str) -> str:
    """Roughly which browser on which system, such as `Firefox · Windows`; empty where nothing is known."""
    found = (next((name for sign, name in names.items() if sign in user_agent), "") for names in (BROWSERS, SYSTEMS))
    return " · ".join(name for name in found if name)
