"""What a browser is told: load nothing from elsewhere, keep nothing private, keep files for ever."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.transaction import transaction
from exchange_app.web.headers import csp_nonce, secret_address
from exchange_app.web.policies import anyone
from tests.builders import make_leader
from tests.pages import sign_in


def test_only_our_own_scripts_run(visitor: FlaskClient) -> None:
    policy = visitor.get("/sign-in").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert visitor.get("/sign-in").headers["X-Frame-Options"] == "DENY"


def test_a_page_may_use_the_nonce_of_its_own_answer_and_of_no_other(site: Flask) -> None:
    site.add_url_rule("/nonce", "nonce", anyone(csp_nonce))
    visitor = site.test_client()
    first, second = visitor.get("/nonce"), visitor.get("/nonce")
    assert f"'nonce-{first.text}'" in first.headers["Content-Security-Policy"]
    assert first.text != second.text


def test_pages_load_nothing_from_another_host(visitor: FlaskClient) -> None:
    for address in ("/sign-in", "/nothing-here"):
        loaded = re.findall(r"(?:src|href|action)=\"(\w+:)?//", visitor.get(address).text)
        assert loaded == []


def test_over_tls_the_browser_stays_with_tls(visitor: FlaskClient) -> None:
    told = visitor.get("/sign-in", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in visitor.get("/sign-in").headers


def test_pages_of_somebody_signed_in_are_kept_nowhere(app: Flask, client: FlaskClient) -> None:
    assert client.get("/sign-in").headers["Cache-Control"] == "private, no-cache"
    with transaction():
        leader = make_leader()
    sign_in(client, leader)
    assert client.get("/account").headers["Cache-Control"] == "no-store"


def test_a_secret_address_goes_into_no_referrer_and_no_search_engine(site: Flask) -> None:
    @secret_address
    @anyone
    def view(token: str) -> str:
        return "x"

    site.add_url_rule("/secret/<token>", "secret", view)
    headers = site.test_client().get("/secret/abc").headers
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Robots-Tag"] == "noindex"


def test_a_file_is_kept_for_ever_under_the_hash_of_its_content(visitor: FlaskClient) -> None:
    stylesheet = re.search(r'href="(/static/site\.css\?v=\w+)"', visitor.get("/sign-in").text)
    assert stylesheet is not None
    assert "immutable" in visitor.get(stylesheet[1]).headers["Cache-Control"]


def test_a_file_under_an_old_or_no_hash_is_asked_for_again(visitor: FlaskClient) -> None:
    for address in ("/static/site.css", "/static/site.css?v=old", "/static/nothing.css?v=None"):
        assert visitor.get(address).headers["Cache-Control"] == "no-cache"
