from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import make_package, make_user
from tests.pages import Browser, sign_in


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def organiser(client: FlaskClient) -> User:
    with transaction():
        user = make_user(make_package().organiser, Role.ORGANISER)
    sign_in(client, user)
    return user
