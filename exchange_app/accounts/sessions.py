"""Who is signed in: the signed cookie carries a token, the table says whose it is and for how long."""

from __future__ import annotations

from flask import Flask, session
from flask_login import LoginManager

from exchange_app.accounts import queries, service
from exchange_app.accounts.models import User
from exchange_app.core import clock

TOKEN = "sign_in"


def sign_people_in(app: Flask) -> None:
    manager = LoginManager()
    manager.init_app(app)
    manager.session_protection = None  # the token is the protection; addresses of phones change
    manager.request_loader(_load_signed_in)


def _load_signed_in(_: object) -> User | None:
    token = session.get(TOKEN)
    return queries.find_signed_in(service.hash_token(token), clock.now()) if token else None


def begin_session(token: str) -> None:
    """A session of its own for the new sign-in: nothing of the one before is kept but the language."""
    language = session.get("language")
    session.clear()
    session.permanent = True
    session[TOKEN] = token
    if language:
        session["language"] = language


def end_session() -> str | None:
    """The token that was in use."""
    token = session.get(TOKEN)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return token


def current_token() -> str:
    return str(session[TOKEN])
