"""Passwords: argon2id, and never more than two at work, so that a crowd at the door does not eat the memory."""

from __future__ import annotations

from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_hasher = PasswordHasher(time_cost=1, memory_cost=46 * 1024, parallelism=1)
_at_work = BoundedSemaphore(2)
_nobodys_hash = _hasher.hash("the password of nobody")


def hash_password(password: str) -> str:
    with _at_work:
        return _hasher.hash(password)


def is_password(password: str, password_hash: str | None) -> bool:
    """Whether it is the one; for nobody's hash (None) it takes as long and is not."""
    with _at_work:
        try:
            _hasher.verify(password_hash or _nobodys_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    return _hasher.check_needs_rehash(password_hash)
