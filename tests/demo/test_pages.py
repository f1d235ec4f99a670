"""The sample rosters to download, and the commands."""

from __future__ import annotations

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.accounts.queries import find_user_by_email
from exchange_app.core.database import db
from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.samples import ROSTERS, sample_names
from exchange_app.departures.models import Departure, Pool
from exchange_app.departures.rules import DepartureState
from tests.demo.conftest import LOADED_AT
from tests.pages import sign_in


@pytest.mark.parametrize("name", sample_names())
def test_a_sample_is_downloaded_as_it_is(demo: Flask, name: str) -> None:
    answer = demo.test_client().get(f"/demo/rosters/{name}")
    assert answer.status_code == 200
    assert answer.data == (ROSTERS / name).read_bytes()
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["no-such-file.xlsx", "__init__.py", "..%2F__init__.py", "making.py"])
def test_nothing_else_is_given_away(demo: Flask, name: str) -> None:
    assert demo.test_client().get(f"/demo/rosters/{name}").status_code == 404


def test_outside_of_demo_mode_there_are_no_samples(client: FlaskClient) -> None:
    assert client.get(f"/demo/rosters/{sample_names()[0]}").status_code == 404


def test_the_sign_in_page_offers_the_demo_accounts_in_demo_mode_only(demo: Flask, client: FlaskClient) -> None:
    assert "leader.nanning@demo.example" in demo.test_client().get("/sign-in").text
    assert "demo.example" not in client.get("/sign-in").text


def test_the_load_command_loads_once(empty_demo: Flask) -> None:
    runner = empty_demo.test_cli_runner()
    assert runner.invoke(args=["demo", "load"]).output == "The demo is loaded.\n"
    assert runner.invoke(args=["demo", "load"]).output == "The demo is there already.\n"


def test_the_load_command_says_why_it_does_not(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["demo", "load"])
    assert refused.exit_code == 1
    assert "demo mode only" in refused.output


def test_the_sign_ins_command_shows_every_sign_in(app: Flask) -> None:
    shown = app.test_cli_runner().invoke(args=["demo", "sign-ins"]).output
    assert shown.count("exchange-demo-2026") == len(sign_ins())
    assert "School leader, Chongzuo: leader.chongzuo@demo.example" in shown
    assert "Education bureau, Nanning: bureau.nanning@demo.example" in shown


def test_a_leader_finds_the_samples_where_a_roster_is_handed_in(demo: Flask) -> None:
    leader = demo.test_client()
    departure = db.session.scalars(
        select(Departure)
        .join(Departure.pool)
        .where(Departure.state == DepartureState.OPEN, Departure.opens_at <= LOADED_AT, Departure.closes_at > LOADED_AT)
        .where(Pool.taken == 0)
        .order_by(Departure.id)
    ).first()
    assert departure
    with time_machine.travel(LOADED_AT):
        sign_in(leader, find_user_by_email("leader.nanning@demo.example"))
        page = leader.get(f"/departures/{departure.id}/register?at_once=yes").text
    assert [name for name in sample_names() if f"/demo/rosters/{name}" not in page] == []
