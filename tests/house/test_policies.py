"""Every route names its policy, and every form that changes something asks for its token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from exchange_app.core.roles import Role
from exchange_app.web.limits import limiter
from exchange_app.web.policies import csrf, policy_of


def test_every_route_has_a_policy(building: Flask) -> None:
    views = {name: view for name, view in building.view_functions.items() if name != "static"}
    assert views
    assert [name for name, view in views.items() if policy_of(view) is None] == []


def test_no_form_is_exempt_from_its_token(building: Flask) -> None:
    """But for those that a mail program sends, at an address that is itself a secret."""
    assert csrf._exempt_blueprints == set()
    exempt = {name for name in csrf._exempt_views if name.startswith("exchange_app.")}
    sent_by_mail_programs = [
        building.view_functions[name] for name in ("accounts.unsubscribe", "noticeboard.no_digest")
    ]
    assert exempt == {f"{view.__module__}.{view.__name__}" for view in sent_by_mail_programs}
    assert all(view.has_secret_address for view in sent_by_mail_programs)


def test_what_an_organiser_or_administrator_does_is_open_to_nobody_else(building: Flask) -> None:
    for rule in building.url_map.iter_rules():
        if rule.rule.startswith(("/organiser", "/administrator")):
            policy = policy_of(building.view_functions[rule.endpoint])
            assert policy is not None
            assert policy.roles is not None, rule.rule
            assert policy.roles <= {Role.ORGANISER, Role.ADMINISTRATOR}, rule.rule


# What takes a password, a code or a phone number; what sends a letter to whom a form names, or each time it is sent.
TAKES_A_SECRET_OR_WRITES = {
    "accounts.sign_in",
    "accounts.change_password",
    "accounts.test_channels",
    "rosters.check",
    "rosters.letters",
    "rosters.letters_by_link",
}


def test_whoever_guesses_is_slowed_down(building: Flask) -> None:
    """An address that is a secret can be guessed at as well as a password."""
    secret = {rule.endpoint for rule in building.url_map.iter_rules() if {"token", "signature"} & rule.arguments}
    assert len(secret) > 8
    without = {
        endpoint
        for endpoint in secret | TAKES_A_SECRET_OR_WRITES
        if not limiter.limit_manager.decorated_limits(limit_name(building.view_functions[endpoint]))
    }
    assert without == set()


def limit_name(view: Callable[..., Any]) -> str:
    return f"{view.__module__}.{view.__name__}.{view.__qualname__}"
