"""Cities, their counties, departments, and the organisations that belong to them are written down and changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.partners import queries
from exchange_app.partners.errors import (
    AddressTaken,
    AddressUnfit,
    CityFixed,
    CodeTaken,
    CodeUnfit,
    CountyElsewhere,
    DepartmentInUse,
    DepartmentTaken,
    LicenceMissing,
)
from exchange_app.partners.models import (
    City,
    County,
    Department,
    Level,
    Organisation,
    OrganisationKind,
    SupervisionRule,
)
from exchange_app.partners.rules import is_city_code, is_county_code, is_slug


@dataclass(frozen=True, slots=True)
class CityTerms:
    code: str
    slug: str
    name: Translated
    time_zone: str
    supervision: SupervisionRule = SupervisionRule.BLOCK


@dataclass(frozen=True, slots=True)
class OrganisationTerms:
    city_id: int
    county_id: int | None
    kind: OrganisationKind
    level: Level | None
    department_id: int | None
    name: Translated
    phone: str | None
    licence_number: str | None


def add_city(terms: CityTerms) -> City:
    """Raises CodeUnfit, CodeTaken, AddressUnfit or AddressTaken."""
    city = City()
    _check_city(city, terms)
    _apply_city(city, terms)
    db.session.add(city)
    db.session.flush()
    return city


def change_city(city: City, terms: CityTerms) -> None:
    """Raises as add_city does."""
    _check_city(city, terms)
    _apply_city(city, terms)
    db.session.flush()


def _check_city(city: City, terms: CityTerms) -> None:
    if not is_city_code(terms.code):
        raise CodeUnfit()
    if terms.code != city.code and queries.is_code_taken(terms.code):
        raise CodeTaken()
    if not is_slug(terms.slug):
        raise AddressUnfit()
    if terms.slug != city.slug and queries.is_slug_taken(terms.slug):
        raise AddressTaken()


def _apply_city(city: City, terms: CityTerms) -> None:
    city.code, city.slug, city.name = terms.code, terms.slug, terms.name
    city.time_zone, city.supervision = terms.time_zone, terms.supervision


def add_county(city: City, code: str, name: Translated, place: tuple[int, int] | None = None) -> County:
    """With its ``place`` on the city's map: column and row. Raises CodeUnfit or CodeTaken."""
    _check_county(city, code, None)
    county = County(city=city, code=code, name=name)
    county.map_x, county.map_y = place or (None, None)
    db.session.add(county)
    db.session.flush()
    return county


def change_county(county: County, code: str, name: Translated, place: tuple[int, int] | None = None) -> None:
    """Raises CodeUnfit or CodeTaken."""
    _check_county(county.city, code, county.code)
    county.code, county.name = code, name
    county.map_x, county.map_y = place or (None, None)
    db.session.flush()


def _check_county(city: City, code: str, code_before: str | None) -> None:
    if not is_county_code(code, city.code):
        raise CodeUnfit()
    if code != code_before and queries.is_code_taken(code):
        raise CodeTaken()


def add_department(slug: str, name: Translated) -> Department:
    """Raises AddressUnfit or DepartmentTaken."""
    if not is_slug(slug):
        raise AddressUnfit()
    if queries.is_department_taken(slug):
        raise DepartmentTaken()
    department = Department(slug=slug, name=name)
    db.session.add(department)
    db.session.flush()
    return department


def rename_department(department: Department, name: Translated) -> None:
    department.name = name
    db.session.flush()


def remove_department(department: Department) -> None:
    """Raises DepartmentInUse, for what other features refer to as well; the transaction is then to be given up."""
    db.session.delete(department)
    try:
        db.session.flush()
    except IntegrityError:
        raise DepartmentInUse() from None


def add_organisation(terms: OrganisationTerms) -> Organisation:
    """Raises LicenceMissing or CountyElsewhere."""
    organisation = Organisation()
    _apply_organisation(organisation, terms)
    db.session.add(organisation)
    db.session.flush()
    return organisation


def change_organisation(organisation: Organisation, terms: OrganisationTerms) -> None:
    """Raises CityFixed, LicenceMissing or CountyElsewhere."""
    if terms.city_id != organisation.city_id and queries.is_referred_to(organisation):
        raise CityFixed()
    _apply_organisation(organisation, terms)
    db.session.flush()


def _apply_organisation(organisation: Organisation, terms: OrganisationTerms) -> None:
    if terms.kind is OrganisationKind.AGENCY and not terms.licence_number:
        raise LicenceMissing()
    county = db.session.get(County, terms.county_id) if terms.county_id else None
    if county is not None and county.city_id != terms.city_id:
        raise CountyElsewhere()
    organisation.city_id = terms.city_id
    organisation.county_id = terms.county_id
    organisation.kind = terms.kind
    organisation.level = terms.level
    organisation.department_id = terms.department_id
    organisation.name = terms.name
    organisation.phone = terms.phone
    organisation.licence_number = terms.licence_number
