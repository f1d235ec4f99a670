"""A file whose content nobody reads or alters without its key: compressed, then encrypted portion by portion.

AES-256-GCM under a key of the file's own, which is derived from BACKUP_KEY and a salt. A portion's nonce is its number,
with a mark on the last one: portions cannot be left out, added, or put into another order.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from exchange_app.backup.errors import BackupDamaged, NoBackup, NoBackupKey, WrongBackupKey

MAGIC = b"exchange-app backup 1\n"
SALT_BYTES, KEY_BYTES = 32, 32
PORTION_BYTES = 256 * 1024
LEVEL = 3  # most of the content is encrypted already and does not get smaller
GZIP = 16 + zlib.MAX_WBITS


def read_key(key: str) -> bytes:
    """Raises NoBackupKey."""
    try:
        decoded = base64.b64decode(key, validate=True)
    except binascii.Error:
        raise NoBackupKey() from None
    if len(decoded) != KEY_BYTES:
        raise NoBackupKey()
    return decoded


class SealedWriter:
    """Takes the content bit by bit; without close() the file is not whole."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        salt = os.urandom(SALT_BYTES)
        self._head = MAGIC + salt + _proof_of(key, salt)
        self._cipher = _cipher_for(key, salt)
        self._compress = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
        self._waiting = bytearray()
        self._number = 0
        file.write(self._head)

    def write(self, content: bytes) -> None:
        self._waiting += self._compress.compress(content)
        while len(self._waiting) > PORTION_BYTES:
            self._seal(bytes(self._waiting[:PORTION_BYTES]), is_last=False)
            del self._waiting[:PORTION_BYTES]

    def close(self) -> None:
        self._waiting += self._compress.flush()
        while len(self._waiting) > PORTION_BYTES:
            self._seal(bytes(self._waiting[:PORTION_BYTES]), is_last=False)
            del self._waiting[:PORTION_BYTES]
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, portion: bytes, *, is_last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, is_last), portion, self._head)
        self._file.write(_length(len(sealed), is_last) + sealed)
        self._number += 1


def read_sealed(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The content line by line. Raises NoBackup, WrongBackupKey, and BackupDamaged as soon as something is amiss."""
    cipher, head = _open(file, key)
    decompress = zlib.decompressobj(GZIP)
    started = b""
    for portion in _portions(file, cipher, head):
        try:
            *lines, started = (started + decompress.decompress(portion)).split(b"\n")
        except zlib.error:
            raise BackupDamaged() from None
        yield from lines
    if started or not decompress.eof:
        raise BackupDamaged()


def _open(file: BinaryIO, key: bytes) -> tuple[AESGCM, bytes]:
    if file.read(len(MAGIC)) != MAGIC:
        raise NoBackup()
    salt, proof = file.read(SALT_BYTES), file.read(32)
    if len(salt) + len(proof) < SALT_BYTES + 32:
        raise BackupDamaged()
    if not hmac.compare_digest(proof, _proof_of(key, salt)):
        raise WrongBackupKey()
    return _cipher_for(key, salt), MAGIC + salt + proof


def _portions(file: BinaryIO, cipher: AESGCM, head: bytes) -> Iterator[bytes]:
    number, is_last = 0, False
    while not is_last:
        lead = file.read(4)
        if len(lead) < 4:
            raise BackupDamaged()
        (length,) = struct.unpack(">I", lead)
        is_last, length = bool(length >> 31), length & 0x7FFFFFFF
        if length > PORTION_BYTES + 16:
            raise BackupDamaged()
        try:
            yield cipher.decrypt(_nonce(number, is_last), file.read(length), head)
        except InvalidTag:
            raise BackupDamaged() from None
        number += 1
    if file.read(1):
        raise BackupDamaged()


def _cipher_for(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(_derived(key, salt, b"content"))


def _proof_of(key: bytes, salt: bytes) -> bytes:
    """Tells a wrong key from a damaged file."""
    return _derived(key, salt, b"proof of the key")


def _derived(key: bytes, salt: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=salt, info=MAGIC + purpose).derive(key)


def _nonce(number: int, is_last: bool) -> bytes:
    return struct.pack(">QI", number, is_last)


def _length(length: int, is_last: bool) -> bytes:
    return struct.pack(">I", length | is_last << 31)
