"""Who may enter. Every route names its policy; a route without one is closed to everybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import BadRequest, Unauthorized

from exchange_app.core.errors import Forbidden, NotFound
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.web.addresses import here
from exchange_app.web.fragments import wants_data, wants_fragment

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


class NotForYou(Forbidden):
    slug = "not-for-you"
    words = sentence("This page is for others. If it should be open to you, ask your administrator.")


class SecondFactorFirst(Forbidden):
    slug = "second-factor-first"
    words = sentence("Your role needs a second factor to sign in. Add one on the page of your account.")


class OnlyInTheDemo(NotFound):
    slug = "only-in-the-demo"
    words = sentence("This page exists only in a demo.")


@dataclass(frozen=True, slots=True)
class Policy:
    """``roles`` that may enter, None lets anybody in; ``in_demo`` for pages that exist only in a demo,
    ``open_in_demo`` for those that a demo shows to everybody."""

    roles: frozenset[Role] | None
    in_demo: bool = False
    open_in_demo: bool = False


def anyone(view: View) -> View:
    """Open to everybody, signed in or not."""
    return _with_policy(view, Policy(None))


def allows(*roles: Role) -> Callable[[View], View]:
    """Open to people signed in with one of these roles; to all of them when none is named."""
    return lambda view: _with_policy(view, Policy(frozenset(roles or Role)))


def demo_only(view: View) -> View:
    """Open to everybody in demo mode; elsewhere there is no such page."""
    return _with_policy(view, Policy(None, in_demo=True))


def anyone_in_demo_else(*roles: Role) -> Callable[[View], View]:
    """Open to everybody in demo mode, whose people are invented; elsewhere to people with one of these roles."""
    return lambda view: _with_policy(view, Policy(frozenset(roles), open_in_demo=True))


def without_second_factor(view: View) -> View:
    """Open too to somebody whose role needs a second factor and who has none yet: the pages that add one, and the way
    out."""
    view.needs_no_second_factor = True  # type: ignore[attr-defined]
    return view


def proven_by_address(view: View) -> View:
    """For a command that comes without a session, and so without a token: from a mail program that unsubscribes with
    one click (RFC 8058). Nobody can guess the address, and that is the proof."""
    exempt: View = csrf.exempt(view)
    return exempt


def _with_policy(view: View, policy: Policy) -> View:
    view.policy = policy  # type: ignore[attr-defined]
    return view


def policy_of(view: Callable[..., Any]) -> Policy | None:
    return getattr(view, "policy", None)


def guard_routes(app: Flask) -> None:
    """Ask every route for its policy, and every form that changes something for its CSRF token."""
    app.before_request(_refuse_nul)
    app.before_request(_guard)
    # The token is bound to the session, so the referrer adds nothing; pages with a secret address send none.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    csrf.init_app(app)


def _refuse_nul() -> None:
    """No text holds a NUL, and PostgreSQL takes none; whoever sends one in an address tries something."""
    if "\0" in request.path or any("\0" in value for value in request.args.values()):
        raise BadRequest


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or request.endpoint == "static":
        return None  # no such address (an error page answers), or a file that everybody may load
    view = current_app.view_functions[request.endpoint]
    policy = policy_of(view)
    if policy is None:
        raise NotForYou()
    if _lacks_second_factor() and not getattr(view, "needs_no_second_factor", False):
        return _lead_to(url_for("accounts.second_factors"), SecondFactorFirst())
    if policy.in_demo and not current_app.config["DEMO"]:
        raise OnlyInTheDemo()
    if policy.open_in_demo and current_app.config["DEMO"]:
        return None
    if policy.roles is None or (current_user.is_authenticated and current_user.role in policy.roles):
        return None
    if current_user.is_authenticated:
        raise NotForYou()
    return _ask_to_sign_in()


def _lacks_second_factor() -> bool:
    needed_for = current_app.config["SECOND_FACTOR_FOR"]
    if not needed_for or not current_user.is_authenticated:
        return False
    return current_user.role in needed_for and not current_user.has_second_factor


def _ask_to_sign_in() -> ResponseReturnValue:
    return _lead_to(url_for("accounts.sign_in", next=here()), Unauthorized())


def _lead_to(address: str, told_to_programs: Exception) -> ResponseReturnValue:
    if wants_data():
        raise told_to_programs
    if wants_fragment():
        return "", 204, {"HX-Redirect": address}
    return redirect(address, 303)
