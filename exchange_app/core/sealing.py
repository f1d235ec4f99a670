"""Sealed columns: personal text kept encrypted, each value bound to its row and column.

AES-256-GCM (authenticated), a fresh nonce for every value, the key's id in front so that keys can be rotated. The
associated data names table, column and row, so that a value copied into another row or column does not open.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import uuid
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
KEY_BYTES = 32
HIGHEST_NUMBER = 255  # a key's number is one byte in front of what it sealed


class SealBroken(Exception):
    """A sealed value does not open: another key, another row, or altered."""


class KeyRing:
    """The keys that seal and open, by number. A separate key makes look-up hashes."""

    def __init__(self, field_keys: str, index_key: str, in_use: int | None = None) -> None:
        """``field_keys`` is "1:<base64 of 32 bytes>[,2:<…>]", ``index_key`` base64 of 32 bytes. ``in_use`` is the
        number of the key that seals; without one the highest does. Raises ValueError."""
        self._ciphers = {number: AESGCM(_decode_key(key)) for number, key in _entries(field_keys)}
        self._in_use = max(self._ciphers) if in_use is None else in_use
        if self._in_use not in self._ciphers:
            raise ValueError(f"there is no key number {self._in_use}")
        self._index_key = _decode_key(index_key)

    @property
    def in_use(self) -> int:
        return self._in_use

    @property
    def numbers(self) -> list[int]:
        return sorted(self._ciphers)

    def seal(self, text: str, context: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self._in_use].encrypt(nonce, text.encode(), context.encode())
        return bytes([self._in_use]) + nonce + sealed

    def open(self, sealed: bytes, context: str) -> str:
        """The text that seal() was given. Raises SealBroken."""
        cipher = self._ciphers.get(sealed[0])
        if cipher is None:
            raise SealBroken(context)
        try:
            return cipher.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], context.encode()).decode()
        except InvalidTag:
            raise SealBroken(context) from None

    def fingerprint(self, text: str, context: str) -> str:
        """A keyed hash that finds equal values of one context without opening any; 64 hexadecimal digits."""
        return hmac.new(self._index_key, f"{context}\0{text}".encode(), hashlib.sha256).hexdigest()


SIGNATURE_LENGTH = 32  # hexadecimal digits: 128 bits


def signature_of(name: str, context: str) -> str:
    """What an address carries to prove that its holder was given it; that of one context is none of another."""
    return keys().fingerprint(name, context)[:SIGNATURE_LENGTH]


def is_signature(given: str, name: str, context: str) -> bool:
    return hmac.compare_digest(signature_of(name, context).encode(), given.encode())


def _entries(field_keys: str) -> list[tuple[int, str]]:
    entries = []
    for entry in field_keys.split(","):
        number, _, key = entry.strip().partition(":")
        if not (number.isascii() and number.isdigit() and 0 < int(number) <= HIGHEST_NUMBER):
            raise ValueError(f"a key's number is not one from 1 to {HIGHEST_NUMBER}")
        entries.append((int(number), key))
    return entries


def _decode_key(key: str) -> bytes:
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise ValueError("a key is not base64") from None
    if len(decoded) != KEY_BYTES:
        raise ValueError(f"a key has {len(decoded)} bytes instead of {KEY_BYTES}")
    return decoded


_ring: KeyRing | None = None


def use_keys(ring: KeyRing) -> None:
    """Set the process's keys; the factory does it once."""
    global _ring
    _ring = ring


def keys() -> KeyRing:
    if _ring is None:
        raise RuntimeError("no keys: the application was not created by its factory")
    return _ring


def new_uid() -> str:
    """A row's own name for its sealed values, 32 hexadecimal digits; unlike the id it is there before the row."""
    return uuid.uuid4().hex


class Sealed:
    """A text attribute ``x`` of a model that has ``uid`` and a LargeBinary column ``x_sealed``. Empty text is None."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name
        self._column = f"{name}_sealed"

    def __get__(self, row: Any, owner: type) -> Any:
        if row is None:
            return self
        sealed = getattr(row, self._column)
        return None if sealed is None else keys().open(sealed, self._context(row))

    def __set__(self, row: Any, text: str | None) -> None:
        if row.uid is None:
            row.uid = new_uid()
        setattr(row, self._column, keys().seal(text, self._context(row)) if text else None)

    def _context(self, row: Any) -> str:
        return sealed_context(row.__tablename__, self._name, row.uid)


def sealed_context(table: str, column: str, uid: str) -> str:
    """What a sealed value is bound to; for rows written without an object."""
    return f"{table}.{column}:{uid}"
