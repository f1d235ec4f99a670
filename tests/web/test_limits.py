"""How often somebody may try, and that a broker that is away slows nothing down."""

from __future__ import annotations

import time

import pytest
from flask import Flask

from exchange_app.factory import create_app
from exchange_app.web.limits import client_address, slow_down, storage_address
from exchange_app.web.policies import anyone, csrf
from tests.settings import make_settings


def add_secret(app: Flask) -> None:
    @csrf.exempt
    @slow_down("3 per minute")
    @anyone
    def view(word: str) -> tuple[str, int]:
        return ("yes", 200) if word == "right" else ("no", 422)

    app.add_url_rule("/secret/<word>", "secret", view, methods=["GET", "POST"])


def test_wrong_answers_are_counted_and_right_ones_are_not(site: Flask) -> None:
    add_secret(site)
    visitor = site.test_client()
    tried = [visitor.post(f"/secret/{word}").status_code for word in ("right", "wrong", "right", "wrong", "wrong")]
    assert tried == [200, 422, 200, 422, 422]
    answer = visitor.post("/secret/right", headers={"Accept-Language": "en"})
    assert answer.status_code == 429
    assert "Try again in 1 minute" in answer.text
    assert int(answer.headers["Retry-After"]) > 0


def test_another_address_may_still_try_and_reading_is_free(site: Flask) -> None:
    add_secret(site)
    visitor = site.test_client()
    for _ in range(3):
        visitor.post("/secret/wrong")
    assert visitor.post("/secret/right", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 200
    assert visitor.get("/secret/right").status_code == 200


def test_a_broker_that_is_away_neither_stops_nor_slows_a_page() -> None:
    app = create_app(make_settings(DATABASE_URL="sqlite://", REDIS_URL="redis://127.0.0.1:9/0"))
    app.testing = True
    add_secret(app)
    visitor = app.test_client()
    began = time.monotonic()
    tried = [visitor.post("/secret/wrong").status_code for _ in range(4)]
    assert tried == [422, 422, 422, 429]  # counted in memory meanwhile
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("broker", "storage"),
    [
        ("", "memory://"),
        ("filesystem:///tmp/broker", "memory://"),
        ("redis://:secret@127.0.0.1:6379/0", "redis://:secret@127.0.0.1:6379/0"),
        ("redis+socket:///run/valkey.sock", "redis+unix:///run/valkey.sock"),
    ],
)
def test_where_the_counts_are_kept(broker: str, storage: str) -> None:
    assert storage_address(broker) == storage


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_a_household_counts_as_one(site: Flask, address: str, counted: str) -> None:
    with site.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert client_address() == counted


@pytest.mark.parametrize(("proxies", "counted"), [("0", "192.0.2.1"), ("1", "203.0.113.9"), ("2", "203.0.113.8")])
def test_an_address_is_believed_from_our_own_proxies_alone(proxies: str, counted: str) -> None:
    """A client may write what it likes into the header; each proxy adds whom it heard."""
    app = create_app(make_settings(DATABASE_URL="sqlite://", PROXIES=proxies))
    app.add_url_rule("/who", "who", anyone(client_address))
    told = {"X-Forwarded-For": "198.51.100.7, 203.0.113.8, 203.0.113.9"}
    assert app.test_client().get("/who", headers=told, environ_base={"REMOTE_ADDR": "192.0.2.1"}).text == counted
