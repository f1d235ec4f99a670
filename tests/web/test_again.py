"""A request that lost a race in the database is done again, with its form and its file as they were sent."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask import Flask, request
from psycopg.errors import DeadlockDetected, UniqueViolation
from sqlalchemy.exc import DBAPIError

from exchange_app.web.again import TRIES
from exchange_app.web.policies import anyone, csrf


@pytest.fixture
def attempts(app: Flask) -> list[tuple[str, bytes]]:
    """What a view saw each time; it loses a race as often as the form says, or meets another error of the database."""
    seen: list[tuple[str, bytes]] = []

    @app.post("/race")
    @csrf.exempt
    @anyone
    def race() -> str:
        seen.append((request.form["lost"], request.files["roster"].read()))
        if request.form["lost"] == "for another reason":
            raise DBAPIError("INSERT", {}, UniqueViolation())
        if len(seen) <= int(request.form["lost"]):
            raise DBAPIError("UPDATE", {}, DeadlockDetected())
        return "done"

    return seen


def send(app: Flask, lost: str) -> int:
    form = {"lost": lost, "roster": (BytesIO(b"names"), "roster.csv")}
    return app.test_client().post("/race", data=form).status_code


def test_two_lost_races_are_not_noticed(app: Flask, attempts: list[tuple[str, bytes]]) -> None:
    assert send(app, "2") == 200
    assert attempts == [("2", b"names")] * 3


def test_who_always_loses_hears_that_the_database_is_busy(app: Flask, attempts: list[tuple[str, bytes]]) -> None:
    app.testing = False
    assert send(app, "99") == 503
    assert len(attempts) == TRIES


def test_any_other_error_is_not_tried_again(app: Flask, attempts: list[tuple[str, bytes]]) -> None:
    app.testing = False
    assert send(app, "for another reason") == 500
    assert len(attempts) == 1
