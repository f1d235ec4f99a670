"""People with real passwords."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import hash_password
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import make_city, make_organisation, make_user
from tests.pages import sign_in

PASSWORD = "a bridge over the Zuojiang"
HASH = hash_password(PASSWORD)

Enter = Callable[[Role], tuple[FlaskClient, User]]


@pytest.fixture
def enter(app: Flask) -> Enter:
    """Sign somebody of a role in, in a browser of their own."""

    def enter(role: Role) -> tuple[FlaskClient, User]:
        with transaction():
            user = make_user(make_organisation(make_city()), role, password_hash=HASH)
        client = app.test_client()
        sign_in(client, user)
        return client, user

    return enter
