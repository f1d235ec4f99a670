from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.pages import Browser


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)
