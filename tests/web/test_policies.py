"""Who may enter: nobody where a route says nothing; strangers are asked to sign in, and come back."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.web.policies import allows, anyone, anyone_in_demo_else, demo_only
from tests.builders import make_city, make_organisation, make_user
from tests.pages import sign_in


def add_page(app: Flask, address: str, policy: object = None) -> None:
    def view() -> str:
        return "the page"

    app.add_url_rule(address, address, policy(view) if callable(policy) else view, methods=["GET", "POST"])


def signed_in(app: Flask, role: Role) -> FlaskClient:
    with transaction():
        user = make_user(make_organisation(make_city()), role)
    client = app.test_client()
    sign_in(client, user)
    return client


def test_a_route_without_a_policy_is_closed_to_everybody(app: Flask) -> None:
    add_page(app, "/forgotten")
    assert app.test_client().get("/forgotten").status_code == 403
    assert signed_in(app, Role.ADMINISTRATOR).get("/forgotten").status_code == 403


def test_a_page_for_anyone_is_open(site: Flask) -> None:
    add_page(site, "/open", anyone)
    assert site.test_client().get("/open").text == "the page"


@pytest.mark.parametrize("role", Role)
def test_a_page_lets_in_the_roles_it_names_and_tells_the_others(app: Flask, role: Role) -> None:
    add_page(app, "/desk", allows(Role.ORGANISER, Role.ADMINISTRATOR))
    answer = signed_in(app, role).get("/desk")
    if role in (Role.ORGANISER, Role.ADMINISTRATOR):
        assert answer.text == "the page"
    else:
        assert answer.status_code == 403
        assert "This page is for others" in answer.text


def test_a_page_that_names_no_role_is_for_everybody_who_signed_in(app: Flask) -> None:
    add_page(app, "/mine", allows())
    assert signed_in(app, Role.LEADER).get("/mine").text == "the page"
    assert app.test_client().get("/mine").status_code == 303


def test_a_stranger_signs_in_and_comes_back(site: Flask) -> None:
    add_page(site, "/mine", allows())
    answer = site.test_client().get("/mine?page=2&city=nanning")
    assert answer.location == "/sign-in?next=/mine?page%3D2%26city%3Dnanning"


def test_a_stranger_who_sends_a_form_comes_back_to_its_page(site: Flask) -> None:
    add_page(site, "/mine", allows())
    assert site.test_client().post("/mine", data={"note": "x"}).location == "/sign-in?next=/mine"


def test_a_form_whose_address_has_no_page_leads_home(visitor: FlaskClient) -> None:
    assert visitor.post("/account/password").location == "/sign-in?next=/"


def test_htmx_takes_a_stranger_to_the_sign_in_page_and_back_to_the_page_they_saw(site: Flask) -> None:
    add_page(site, "/rows", allows())
    shown = {"HX-Request": "true", "HX-Current-URL": "http://localhost/bookings?page=3"}
    answer = site.test_client().get("/rows", headers=shown)
    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/bookings?page%3D3"


def test_a_program_is_told_so_in_its_own_way(site: Flask) -> None:
    add_page(site, "/mine", allows())
    answer = site.test_client().get("/mine", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.content_type) == (401, "application/problem+json")


def test_pages_of_the_demo_do_not_exist_elsewhere(site: Flask) -> None:
    add_page(site, "/trial", demo_only)
    add_page(site, "/shown", anyone_in_demo_else(Role.ADMINISTRATOR))
    visitor = site.test_client()
    assert visitor.get("/trial").status_code == 404
    assert visitor.get("/shown").status_code == 303
    site.config["DEMO"] = True
    assert visitor.get("/trial").text == "the page"
    assert visitor.get("/shown").text == "the page"


def test_files_are_for_everybody(visitor: FlaskClient) -> None:
    assert visitor.get("/static/site.css").status_code == 200
