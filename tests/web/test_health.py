"""Whether the process lives, and whether what it stands on answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from config import Misconfigured
from exchange_app.core import broker
from exchange_app.core.database import db
from exchange_app.factory import create_app
from tests.settings import make_settings


def test_a_process_lives_without_database_and_broker() -> None:
    app = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing"))
    assert app.test_client().get("/healthz").status_code == 200


def test_a_missing_broker_is_named(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json == {"database": "ok", "broker": "no answer"}


def test_a_broker_in_a_directory_answers(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    app.config["REDIS_URL"] = f"filesystem://{tmp_path}"
    broker.connect_broker(app)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"database": "ok", "broker": "ok"})


def test_a_missing_database_is_named() -> None:
    app = create_app(make_settings(DATABASE_URL="postgresql://nobody@127.0.0.1:9/nothing"))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == "no answer"


def test_a_database_that_was_not_migrated_is_not_ready(client: FlaskClient) -> None:
    db.session.execute(text("DELETE FROM alembic_version"))
    db.session.commit()
    assert client.get("/readyz").json["database"] == "no answer"


def test_whom_to_tell_of_a_weakness_is_said_where_it_is_looked_for() -> None:
    def site(**settings: str) -> FlaskClient:
        return create_app(make_settings(DATABASE_URL="sqlite://", **settings)).test_client()

    assert site().get("/.well-known/security.txt").status_code == 404
    answer = site(SECURITY_CONTACT="mailto:security@city.example").get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.text.startswith("Contact: mailto:security@city.example\nExpires: 20")
    with pytest.raises(Misconfigured):
        site(SECURITY_CONTACT="javascript:alert(1)")
