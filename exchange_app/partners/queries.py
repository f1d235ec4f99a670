"""Reads of cities and organisations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.core.database import db
from exchange_app.partners.errors import CityNotFound, OrganisationNotFound
from exchange_app.partners.models import City, County, Department, Organisation, OrganisationKind


def list_cities() -> Sequence[City]:
    """In the order of their codes."""
    return db.session.scalars(select(City).order_by(City.code)).all()


def list_cities_with_counties() -> Sequence[City]:
    return db.session.scalars(select(City).options(selectinload(City.counties)).order_by(City.code)).all()


def get_city(city_id: int) -> City:
    """With its counties. Raises CityNotFound."""
    city: City | None = db.session.scalar(select(City).options(selectinload(City.counties)).where(City.id == city_id))
    if city is None:
        raise CityNotFound()
    return city


def is_code_taken(code: str) -> bool:
    return bool(db.session.scalar(select(exists().where(City.code == code) | exists().where(County.code == code))))


def is_slug_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(City.slug == slug))))


def list_counties(city_id: int) -> Sequence[County]:
    return db.session.scalars(select(County).where(County.city_id == city_id).order_by(County.code)).all()


def get_county(county_id: int, city: City) -> County:
    """Raises CityNotFound, for a county of another city too."""
    county: County | None = db.session.scalar(select(County).where(County.id == county_id, County.city_id == city.id))
    if county is None:
        raise CityNotFound()
    return county


def list_departments() -> Sequence[Department]:
    return db.session.scalars(select(Department).order_by(Department.id)).all()


def list_organisations(city_id: int) -> Sequence[Organisation]:
    return db.session.scalars(
        select(Organisation).where(Organisation.city_id == city_id).order_by(Organisation.id)
    ).all()


def list_schools() -> Sequence[Organisation]:
    """The schools of all partner cities, by city."""
    return db.session.scalars(select_organisations(None).where(Organisation.kind == OrganisationKind.SCHOOL)).all()


def select_organisations(city_id: int | None) -> Select[Organisation]:
    """Those of one city, or of all cities; to be paged."""
    organisations = (
        select(Organisation)
        .join(Organisation.city)
        .options(
            contains_eager(Organisation.city), joinedload(Organisation.county), joinedload(Organisation.department)
        )
        .order_by(City.code, Organisation.id)
    )
    return organisations if city_id is None else organisations.where(Organisation.city_id == city_id)


def get_organisation(organisation_id: int, city_id: int | None) -> Organisation:
    """Of one city, or of any. Raises OrganisationNotFound."""
    organisation: Organisation | None = db.session.scalar(
        select_organisations(city_id).where(Organisation.id == organisation_id)
    )
    if organisation is None:
        raise OrganisationNotFound()
    return organisation
