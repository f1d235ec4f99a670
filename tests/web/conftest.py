"""A site with a few pages of its own, for what holds on every page; it needs no database."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.factory import create_app
from tests.settings import make_settings


@pytest.fixture
def site() -> Flask:
    app = create_app(make_settings(DATABASE_URL="sqlite://"))
    app.testing = True
    return app


@pytest.fixture
def visitor(site: Flask) -> FlaskClient:
    return site.test_client()
