"""From the browser's cookie to the user. The signed session cookie holds a random token, the table `sign_ins` its hash:
a sign-in can be ended from elsewhere, and a stolen table signs nobody in."""

from __future__ import annotations

from flask import Flask, Response, g, session
from flask_login import LoginManager, current_user
from sqlalchemy.exc import DBAPIError

from exchange_app.accounts import queries, service
from exchange_app.accounts.models import User
from exchange_app.accounts.queries import token_hash
from exchange_app.accounts.rules import USE_NOTED_EVERY
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.web.headers import SIGNED_IN
from exchange_app.web.languages import chosen_language, remember_language

SECOND_STEP = "second_step"  # the session's key of the token of somebody who has to prove more


def sign_people_in(app: Flask) -> None:
    manager = LoginManager()
    manager.session_protection = None  # the token is ours, and addresses of phones change on the way
    manager.request_loader(_load_user)
    # Templates ask for the current user when they name one: a page that does not must not ask the database.
    manager.init_app(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user
    app.after_request(_note_use)


def _load_user(_request: object) -> User | None:
    """One statement, and none for visitors."""
    token = current_token()
    user = queries.find_signed_in(token_hash(token), now()) if token else None
    g.is_use_unnoted = user is not None and now() - user.seen_at > USE_NOTED_EVERY
    return user


def _note_use(response: Response) -> Response:
    """Write down now and then that the sign-in is in use; a busy database is told the next time. The page is made, so
    whatever a refused form left on its objects is dropped first."""
    if g.pop("is_use_unnoted", False):
        db.session.rollback()
        try:
            with transaction():
                service.note_use(current_token(), now())
        except DBAPIError:
            pass
    return response


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
    _begin_anew(SIGNED_IN, token, user)


def keep_second_step(token: str, user: User) -> None:
    """The same for somebody who has to prove more; nobody is signed in by it."""
    _begin_anew(SECOND_STEP, token, user)


def _begin_anew(key: str, token: str, user: User) -> None:
    language = chosen_language() or user.language
    session.clear()
    session[key] = token
    session.permanent = True  # the cookie ends after two hours without a request
    remember_language(language)


def second_step_token() -> str:
    """Empty where nobody has to prove more."""
    return str(session.get(SECOND_STEP, ""))


def forget_second_step() -> None:
    session.pop(SECOND_STEP, None)


def renew_sign_in() -> None:
    """Whoever is signed in proved again who they are: the token changes, so that an old copy of it is worth nothing."""
    with transaction():
        token = service.prove_again(current_token(), now())
    session[SIGNED_IN] = token


def forget_sign_in() -> None:
    language = chosen_language()
    session.clear()
    if language:
        remember_language(language)
