"""Two cities with offices of three departments; who signs in for which office is what tests differ in."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.helpdesk import queries, service
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.rules import Topic
from exchange_app.helpdesk.service import Question
from exchange_app.partners.models import City, County, Department, Level, Organisation, OrganisationKind
from tests.builders import NOW, both, make_city, make_organisation, make_user

_numbers = itertools.count(1)

WORDS = "Where can my son learn to weld? 在哪里学电焊"
PHONE = "13987650123"
MAIL = "somebody.new@test.example"
DEPARTMENTS = {"human-resources": "Work", "health": "Health", "education": "Schools", "ethnic-affairs": "Liaison"}


class Town:
    """A city with one county, and an office of each department at both levels."""

    def __init__(self, name: str, departments: dict[str, Department]) -> None:
        self.city: City = make_city(name=both(name))
        self.county = County(city_id=self.city.id, code=f"8{self.city.id:05}", name=both(f"{name} county"))
        db.session.add(self.county)
        db.session.flush()
        self.offices: dict[str, Organisation] = {}
        for slug, department in departments.items():
            of_county = {"level": Level.COUNTY, "county_id": self.county.id}
            for place, where in {"city": {"level": Level.CITY}, "county": of_county}.items():
                self.offices[f"{place} {slug}"] = make_organisation(
                    self.city, OrganisationKind.OFFICE, department_id=department.id, **where
                )

    def staff(self, office: str, role: Role = Role.ORGANISER) -> User:
        return make_user(self.offices[office], role)

    def liaison(self) -> User:
        return self.staff("city ethnic-affairs", Role.COORDINATOR)


def make_towns() -> tuple[Town, Town]:
    """Within a transaction; nobody signs in for any office yet."""
    departments = {slug: Department(slug=slug, name=both(name)) for slug, name in DEPARTMENTS.items()}
    db.session.add_all(departments.values())
    db.session.flush()
    return Town("Here", departments), Town("There", departments)


def ask(town: Town, **changes: Any) -> HelpRequest:
    """About a job, in the county, by phone."""
    at: datetime = changes.pop("now", NOW)
    token = changes.pop("form_token", f"form {next(_numbers)}")
    question: dict[str, Any] = {
        "topic": Topic.JOB,
        "city_id": town.city.id,
        "county_id": town.county.id,
        "words": WORDS,
        "contact": PHONE,
        "language": "en",
    }
    return service.ask(Question(**question | changes), form_token=token, now=at)


def afresh(request: HelpRequest) -> HelpRequest:
    """As the database has it now, with everything that was said."""
    db.session.rollback()
    db.session.expire_all()
    found = queries.find_request(request.code)
    assert found is not None
    return found


def long_after(moment: datetime) -> datetime:
    return moment + timedelta(days=40)
