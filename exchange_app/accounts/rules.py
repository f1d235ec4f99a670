"""How long a sign-in lasts, what a password must be, and where somebody of a role works."""

from __future__ import annotations

import secrets
from datetime import timedelta

from exchange_app.accounts.errors import (
    BureauNoOffice,
    HeadOfNoSchool,
    PasswordTooLong,
    PasswordTooPlain,
    PasswordTooShort,
)
from exchange_app.core.roles import Role
from exchange_app.partners.models import OrganisationKind

# A working day. It ends sooner when nothing is asked for: then the cookie runs out (PERMANENT_SESSION_LIFETIME).
SIGN_IN_LENGTH = timedelta(hours=12)

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200  # hashing takes time with every character
FEWEST_DIFFERENT_SIGNS = 5

# For passwords that are read out or copied by hand: no look-alikes.
PLAIN_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
FIRST_PASSWORD_GROUPS = 4
SIGNS_A_GROUP = 4


def check_password_strength(password: str, email: str) -> None:
    """Raises PasswordTooShort, PasswordTooLong or PasswordTooPlain."""
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong(most=LONGEST_PASSWORD)
    spoken = password.casefold()
    if len(set(spoken)) < FEWEST_DIFFERENT_SIGNS or spoken in (email, email.partition("@")[0]):
        raise PasswordTooPlain()


def check_workplace(role: Role, kind: OrganisationKind) -> None:
    """Whether somebody of this role may work for such an organisation. Raises HeadOfNoSchool or BureauNoOffice."""
    if role is Role.HEAD and kind is not OrganisationKind.SCHOOL:
        raise HeadOfNoSchool()
    if role is Role.BUREAU and kind is not OrganisationKind.OFFICE:
        raise BureauNoOffice()


def new_first_password() -> str:
    """A random password to begin with, such as `k7mq-2xhd-…` (79 bits)."""
    groups = ("".join(secrets.choice(PLAIN_SIGNS) for _ in range(SIGNS_A_GROUP)) for _ in range(FIRST_PASSWORD_GROUPS))
    return "-".join(groups)
