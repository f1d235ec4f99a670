"""Which accounts were used with a browser before: a signed cookie that says so to us, and to nobody else.

It holds keyed fingerprints and outlives the session, so that a sign-in from elsewhere can be told to its owner.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from exchange_app.accounts.models import User
from exchange_app.core.sealing import keys

KEPT = timedelta(days=365)
MOST_ACCOUNTS = 10
FINGERPRINT_LENGTH = 32


def is_known_browser(user: User) -> bool:
    """Whether somebody signed in with this account here within a year."""
    return _fingerprint(user) in _known()


def remember_account(answer: Response, user: User) -> None:
    """The account is known here for another year; of more than MOST_ACCOUNTS the one that was used longest ago goes."""
    own = _fingerprint(user)
    known = [*(other for other in _known() if other != own), own][-MOST_ACCOUNTS:]
    answer.set_cookie(
        _cookie_name(),
        _serializer().dumps(known),
        max_age=KEPT,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def _known() -> list[str]:
    """Oldest first; nothing where the cookie is not ours or too old."""
    try:
        known: list[str] = _serializer().loads(
            request.cookies.get(_cookie_name(), ""), max_age=int(KEPT.total_seconds())
        )
    except BadSignature:
        return []
    return known


def _fingerprint(user: User) -> str:
    return keys().fingerprint(user.uid, "known_browser")[:FINGERPRINT_LENGTH]


def _cookie_name() -> str:
    """Over TLS browsers take the prefix as a promise that nobody else set it."""
    return "__Host-browser" if current_app.config["SESSION_COOKIE_SECURE"] else "browser"


def _serializer() -> URLSafeTimedSerializer:
    signing_keys = [*current_app.config["SECRET_KEY_FALLBACKS"], current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(signing_keys, salt="known-browser")
