"""What was there before a journey begins: cities with their offices and schools, and who signs in for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import Flask

from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.partners.models import City, County, Department, Level, Organisation, OrganisationKind
from tests.builders import make_city, make_organisation, make_user
from tests.journeys.actors import Person, Time

DEPARTMENTS = {
    "ethnic-affairs": Translated(zh_Hans="民族宗教", en="Ethnic affairs"),
    "education": Translated(zh_Hans="教育", en="Education"),
    "human-resources": Translated(zh_Hans="人力资源和社会保障", en="Human resources"),
}


@dataclass(frozen=True)
class School:
    leader: Person
    head: Person

    @property
    def id(self) -> int:
        return self.leader.office_id


@dataclass(frozen=True)
class Town:
    """Its people. ``organiser`` keeps the catalogue at the education office, ``colleague`` looks after her;
    ``counter`` and ``labour`` answer the help desk in the county and in the city."""

    id: int
    slug: str
    county_id: int
    name: str
    coordinator: Person
    organiser: Person
    colleague: Person
    bureau: Person
    counter: Person
    labour: Person
    schools: tuple[School, ...]


def make_departments() -> Mapping[str, Department]:
    """Within a transaction."""
    departments = {slug: Department(slug=slug, name=name) for slug, name in DEPARTMENTS.items()}
    db.session.add_all(departments.values())
    db.session.flush()
    return departments


def make_town(
    app: Flask,
    time: Time,
    departments: Mapping[str, Department],
    code: str,
    slug: str,
    name: Translated,
    schools: Iterable[Translated] = (),
) -> Town:
    """Within a transaction; whoever has a browser signs in once it is over."""
    city = make_city(code=code, slug=slug, name=name)
    county = County(city_id=city.id, code=f"{code[:4]}02", name=Translated(zh_Hans="某县", en=f"{name['en']} county"))
    db.session.add(county)
    db.session.flush()
    offices = {slug: _office(city, department) for slug, department in departments.items()}
    county_office = _office(city, departments["human-resources"], county)
    bureau = make_organisation(city, OrganisationKind.OFFICE, level=Level.CITY)
    signing_in = {
        "coordinator": (offices["ethnic-affairs"], Role.COORDINATOR),
        "organiser": (offices["education"], Role.ORGANISER),
        "colleague": (offices["education"], Role.ORGANISER),
        "bureau": (bureau, Role.BUREAU),
        "counter": (county_office, Role.ORGANISER),
        "labour": (offices["human-resources"], Role.ORGANISER),
    }
    people = {
        who: Person(app, time, make_user(*where, wants_summary=who == "organiser")) for who, where in signing_in.items()
    }
    schooled = tuple(_school(app, time, city, called) for called in schools)
    return Town(city.id, slug, county.id, name["en"], schools=schooled, **people)


def make_stranger(app: Flask, time: Time, departments: Mapping[str, Department]) -> Person:
    """The co-ordinator of a city that has no part in it. Within a transaction."""
    city = make_city(code="450200", slug="liuzhou", name=Translated(zh_Hans="柳州市", en="Liuzhou"))
    return Person(app, time, make_user(_office(city, departments["ethnic-affairs"]), Role.COORDINATOR))


def _office(city: City, department: Department, county: County | None = None) -> Organisation:
    return make_organisation(
        city,
        OrganisationKind.OFFICE,
        level=Level.COUNTY if county else Level.CITY,
        county=county,
        department=department,
    )


def _school(app: Flask, time: Time, city: City, name: Translated) -> School:
    school = make_organisation(city, name=name)
    leader, head = (Person(app, time, make_user(school, role)) for role in (Role.LEADER, Role.HEAD))
    return School(leader, head)
