"""Passwords, hashed with argon2id. Hashing is slow on purpose: do it outside of a transaction."""

from __future__ import annotations

import threading
from collections.abc import Collection

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from exchange_app.accounts.errors import PasswordTooPlain
from exchange_app.accounts.guessing import is_easily_guessed
from exchange_app.accounts.rules import check_password_length, is_made_of, words_in

# 46 MiB, one pass, one lane: the first choice of the OWASP Password Storage Cheat Sheet; about 50 ms.
_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)

# Every hash holds its 46 MiB while it is computed; more than two at a time would only push out everything else.
_two_at_a_time = threading.BoundedSemaphore(2)

# A hash of these very parameters that no password has. An unknown address takes as long as a wrong password.
NOBODY = "$argon2id$v=19$m=47104,t=1,p=1$bm9ib2R5LW5vYm9keS1ubw$bm9ib2R5LW5vYm9keS1ub2JvZHktbm9ib2R5LW5vYm8"


def hash_password(password: str) -> str:
    with _two_at_a_time:
        return _hasher.hash(password)


def hash_new_password(password: str, about: Collection[str]) -> str:
    """The hash of a password that somebody chooses; ``about`` are texts about the owner, whose words it may not be made
    of. Raises PasswordTooShort, PasswordTooLong or PasswordTooPlain."""
    check_password_length(password)
    words = words_in(about)
    if is_made_of(password, words) or is_easily_guessed(password, words):
        raise PasswordTooPlain()
    return hash_password(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether the hash is this password's. Takes as long where there is no hash, and then is False."""
    with _two_at_a_time:
        try:
            return _hasher.verify(password_hash or NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's, and should be made again."""
    return _hasher.check_needs_rehash(password_hash)
