"""A passkey in software: makes keys and answers as a browser with a fingerprint reader does, or as a forger would."""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

ORIGIN = "http://localhost"
PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def data(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class SoftKey:
    """``count`` is how often it was used, if it counts; ``owner`` the user handle that it was made for."""

    origin: str = ORIGIN
    flags: int = PRESENT | VERIFIED
    count: int = 0
    counts: bool = True
    owner: bytes = b""
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    _key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: Mapping[str, Any]) -> str:
        """What the browser sends for navigator.credentials.create()."""
        self.owner = data(options["user"]["id"])
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        length = len(self.credential_id).to_bytes(2, "big")
        credential = bytes(16) + length + self.credential_id + cbor2.dumps(public)
        said = self._authenticator_data(options["rp"]["id"], HAS_KEY) + credential
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        return self._answer({"attestationObject": text(attested)}, self._client_data("webauthn.create", options))

    def use(self, options: Mapping[str, Any]) -> str:
        """What the browser sends for navigator.credentials.get()."""
        self.count += self.counts
        client = self._client_data("webauthn.get", options)
        said = self._authenticator_data(options["rpId"])
        signature = self._key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        parts = {"authenticatorData": text(said), "signature": text(signature), "userHandle": text(self.owner)}
        return self._answer(parts, client)

    def _authenticator_data(self, host: str, more: int = 0) -> bytes:
        flags = bytes([self.flags | more])
        return hashlib.sha256(host.encode()).digest() + flags + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": self.origin}).encode()

    def _answer(self, parts: Mapping[str, str], client_data: bytes) -> str:
        return json.dumps(
            {
                "id": text(self.credential_id),
                "rawId": text(self.credential_id),
                "type": "public-key",
                "response": {"clientDataJSON": text(client_data), **parts},
                "clientExtensionResults": {},
            }
        )
