"""Where the digest leads. A signature proves by itself that its holder was given the address."""

from __future__ import annotations

from exchange_app.accounts.links import is_signed, signature_of
from exchange_app.accounts.models import User
from exchange_app.noticeboard.models import Notice

BOARD_PATH = "/notices"
NO_DIGEST = "notice_digest"


def notice_path(notice: Notice) -> str:
    return f"{BOARD_PATH}/{notice.id}"


def no_digest_path(user: User) -> str:
    return f"{BOARD_PATH}/digest/{user.id}/{signature_of(user, NO_DIGEST)}"


def is_refusing_digest(user: User, signature: str) -> bool:
    return is_signed(user, NO_DIGEST, signature)
