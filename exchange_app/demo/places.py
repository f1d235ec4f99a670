"""Cities, departments, organisations, people and bases of the demo."""

from __future__ import annotations

from datetime import datetime

from exchange_app.accounts import service as accounts
from exchange_app.accounts.passwords import hash_password
from exchange_app.accounts.service import Profile
from exchange_app.catalogue.models import Base, BaseKind
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.demo.accounts import PASSWORD
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.partners.models import (
    City,
    County,
    Department,
    Level,
    Organisation,
    OrganisationKind,
    SupervisionRule,
)


def add_cities(known: Known) -> None:
    for entry in read("cities")["city"]:
        counties = [County(**county) for county in entry.pop("counties")]
        supervision = SupervisionRule(entry.pop("supervision"))
        city = City(counties=counties, supervision=supervision, **entry)
        db.session.add(city)
        known.cities[city.code] = city
        known.counties.update((county.code, county) for county in counties)


def add_departments(known: Known) -> None:
    for entry in read("departments")["department"]:
        known.departments[entry["slug"]] = department = Department(**entry)
        db.session.add(department)


def add_organisations(known: Known) -> None:
    for entry in read("organisations")["organisation"]:
        key, level = entry.pop("key"), entry.pop("level", None)
        known.organisations[key] = organisation = Organisation(
            city=known.cities[entry.pop("city")],
            county=known.counties[entry.pop("county")] if "county" in entry else None,
            kind=OrganisationKind(entry.pop("kind")),
            level=Level(level) if level else None,
            department=known.departments[entry.pop("department")] if "department" in entry else None,
            **entry,
        )
        db.session.add(organisation)


def add_people(known: Known, now: datetime) -> None:
    password_hash = hash_password(PASSWORD)  # slow on purpose, so once for all
    for entry in read("people")["person"]:
        key = entry.pop("key")
        organisation = known.organisations[entry.pop("organisation")]
        profile = Profile(role=Role(entry.pop("role")), **entry)
        known.people[key] = accounts.add_user(organisation, profile, password_hash=password_hash, now=now)


def add_bases(known: Known) -> None:
    for entry in read("bases")["base"]:
        known.bases[entry["slug"]] = base = Base(
            city=known.cities[entry.pop("city")],
            county=known.counties[entry.pop("county")],
            operator=known.organisations[entry.pop("operator")] if "operator" in entry else None,
            kind=BaseKind(entry.pop("kind")),
            **entry,
        )
        db.session.add(base)
