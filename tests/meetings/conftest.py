"""Three cities with an agreement, and one that is no party of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import Agreement, Department
from tests.builders import both
from tests.coordination.conftest import Town, make_town
from tests.coordination.town import make_agreement
from tests.pages import Browser


@dataclass(frozen=True)
class Circle:
    """The order of the chair is that of the alphabet."""

    a: Town
    b: Town
    c: Town
    stranger: Town
    agreement: Agreement


@pytest.fixture
def circle(app: Flask) -> Circle:
    with transaction():
        department = Department(slug="education", name=both("Education"))
        db.session.add(department)
        db.session.flush()
        a, b, c, stranger = (make_town(department) for _ in range(4))
        agreement = make_agreement([a.city, b.city, c.city], a.coordinator, now())
    return Circle(a, b, c, stranger, agreement)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)
