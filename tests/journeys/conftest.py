"""Three people, each with a browser of their own: a leader at a school, an organiser at the host's, one at home."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from tests.builders import make_departure, make_leader, make_package, make_user
from tests.journeys.actors import Work, load_work
from tests.pages import Browser, sign_in, speak
from tests.settings import environment


@pytest.fixture
def departure(app: Flask) -> Departure:
    """Sixty seats, one adult for ten pupils, and a host who decides about each group."""
    with transaction():
        return make_departure(make_package(days=2, approvals=["host"]), now=now())


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_leader()


@pytest.fixture
def organiser(departure: Departure) -> User:
    with transaction():
        return make_user(departure.package.organiser, Role.ORGANISER)


@pytest.fixture
def at_school(app: Flask, leader: User) -> FlaskClient:
    browser = Browser(app, app.response_class)
    sign_in(browser, leader)
    return browser


@pytest.fixture
def at_host(app: Flask, organiser: User) -> FlaskClient:
    browser = Browser(app, app.response_class)
    sign_in(browser, organiser)
    return browser


@pytest.fixture
def at_home(app: Flask) -> FlaskClient:
    browser = Browser(app, app.response_class)
    speak(browser, "en")
    return browser


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    """What workers do; Celery reads the settings of a site before it names a task."""
    for name, value in environment(REDIS_URL="redis://127.0.0.1").items():
        monkeypatch.setenv(name, value)
    return load_work()
