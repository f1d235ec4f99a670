"""Codes by which people name a booking or a request for help: short, copied by hand, and a slip is noticed."""

from __future__ import annotations

import secrets
import unicodedata

# 29 signs without look-alikes (no 0 or O, no 1, I or L, no S beside the 5, no U beside the V): a prime number, so that
# the weighted check sign notices every wrong sign and every two that were swapped.
CODE_SIGNS = "23456789ABCDEFGHJKMNPQRTVWXYZ"
CODE_LENGTH = 8


def new_code() -> str:
    """A random code: seven signs and a check sign."""
    body = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH - 1))
    return body + _check_sign(body)


def _check_sign(body: str) -> str:
    total = sum(weight * CODE_SIGNS.index(sign) for weight, sign in enumerate(body, start=1))
    return CODE_SIGNS[-total * pow(CODE_LENGTH, -1, len(CODE_SIGNS)) % len(CODE_SIGNS)]


def parse_code(typed: str) -> str | None:
    """The code as it is stored, from what somebody typed: any case, spaces, dashes, full width; None if it is none."""
    code = "".join(sign for sign in unicodedata.normalize("NFKC", typed).upper() if sign.isalnum())
    if len(code) != CODE_LENGTH or any(sign not in CODE_SIGNS for sign in code):
        return None
    return code if _check_sign(code[:-1]) == code[-1] else None


def spaced_code(code: str) -> str:
    """The code as people read it: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"
