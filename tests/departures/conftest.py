from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages import Browser


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.config["PAGES_KEPT_SECONDS"] = 0  # every page is rendered; tests/departures/test_kept_pages.py keeps them
    return Browser(app, app.response_class)
