"""Where the digest leads. A signature proves by itself that its holder was given the address."""

from __future__ import annotations

import hmac

from exchange_app.accounts.models import User
from exchange_app.core.sealing import keys
from exchange_app.noticeboard.models import Notice

BOARD_PATH = "/notices"
SIGNATURE_LENGTH = 32  # hexadecimal digits: 128 bits


def notice_path(notice: Notice) -> str:
    return f"{BOARD_PATH}/{notice.id}"


def no_digest_path(user: User) -> str:
    return f"{BOARD_PATH}/digest/{user.id}/{_signature(user)}"


def is_refusing_digest(user: User, signature: str) -> bool:
    return hmac.compare_digest(_signature(user).encode(), signature.encode())


def _signature(user: User) -> str:
    return keys().fingerprint(user.uid, "notice_digest")[:SIGNATURE_LENGTH]
