"""From the browser's cookie to the user. The signed session cookie holds a random token, the table `sign_ins` its hash:
a sign-in can be ended from elsewhere, and a stolen table signs nobody in."""

from __future__ import annotations

from flask import Flask, session
from flask_login import LoginManager, current_user

from exchange_app.accounts import queries
from exchange_app.accounts.models import User
from exchange_app.accounts.service import token_hash
from exchange_app.core.clock import now
from exchange_app.web.headers import SIGNED_IN
from exchange_app.web.languages import chosen_language, remember_language


def sign_people_in(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # the token is ours, and addresses of phones change on the way
    manager.request_loader(_load_user)
    # Templates ask for the current user when they name one: a page that does not must not ask the database.
    manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user


def _load_user(_request: object) -> User | None:
    """One statement, and none for visitors."""
    token = current_token()
    return queries.find_signed_in(token_hash(token), now()) if token else None


def me() -> User:
    """Who is signed in: the user behind Flask-Login's stand-in."""
    user: User = current_user._get_current_object()
    return user


def reader() -> User | None:
    """Who is signed in; None for a visitor."""
    return me() if current_user.is_authenticated else None


def current_token() -> str:
    """The token of this browser's sign-in; empty where nobody signed in."""
    return str(session.get(SIGNED_IN, ""))


def keep_sign_in(token: str, user: User) -> None:
    """Begin a session of its own for the token: nothing that somebody else may have put into the old one stays."""
    language = chosen_language() or user.language
    session.clear()
    session[SIGNED_IN] = token
    session.permanent = True  # the cookie ends after two hours without a request
    remember_language(language)


def forget_sign_in() -> None:
    language = chosen_language()
    session.clear()
    if language:
        remember_language(language)
