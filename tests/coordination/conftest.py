"""Three cities: two with an agreement, and one that is no party of it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.accounts.models import User
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import Agreement, City, Department, Organisation
from tests.builders import both, make_city, make_user
from tests.coordination.town import make_agreement, make_office
from tests.pages import Browser


@dataclass(frozen=True)
class Town:
    city: City
    office: Organisation
    coordinator: User
    organiser: User


@dataclass(frozen=True)
class Region:
    here: Town
    there: Town
    elsewhere: Town
    agreement: Agreement
    department: Department


def make_town(department: Department) -> Town:
    city = make_city()
    office = make_office(city, department)
    return Town(city, office, make_user(office, Role.COORDINATOR), make_user(office, Role.ORGANISER))


@pytest.fixture
def region(app: Flask) -> Region:
    with transaction():
        department = Department(slug="education", name=both("Education"))
        db.session.add(department)
        db.session.flush()
        here, there, elsewhere = (make_town(department) for _ in range(3))
        agreement = make_agreement([here.city, there.city], here.coordinator, now())
    return Region(here, there, elsewhere, agreement, department)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)
