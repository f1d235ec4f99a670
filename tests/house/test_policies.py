"""Every route names its policy, and every form that changes something asks for its token."""

from __future__ import annotations

from flask import Flask

from exchange_app.core.roles import Role
from exchange_app.web.policies import csrf, policy_of


def test_every_route_has_a_policy(building: Flask) -> None:
    views = {name: view for name, view in building.view_functions.items() if name != "static"}
    assert views
    assert [name for name, view in views.items() if policy_of(view) is None] == []


def test_no_form_is_exempt_from_its_token(building: Flask) -> None:
    """But for the one that a mail program sends, at an address that is itself a secret."""
    assert csrf._exempt_blueprints == set()
    exempt = {name for name in csrf._exempt_views if name.startswith("exchange_app.")}
    assert exempt == {"exchange_app.accounts.views.account.unsubscribe"}
    assert building.view_functions["accounts.unsubscribe"].has_secret_address


def test_what_an_organiser_or_administrator_does_is_open_to_nobody_else(building: Flask) -> None:
    for rule in building.url_map.iter_rules():
        if rule.rule.startswith(("/organiser", "/administrator")):
            policy = policy_of(building.view_functions[rule.endpoint])
            assert policy is not None
            assert policy.roles is not None, rule.rule
            assert policy.roles <= {Role.ORGANISER, Role.ADMINISTRATOR}, rule.rule
