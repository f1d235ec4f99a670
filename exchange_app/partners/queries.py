"""Reads of cities and organisations."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.partners.models import City, County, Organisation


def list_cities() -> Sequence[City]:
    """In the order of their codes."""
    return db.session.scalars(select(City).order_by(City.code)).all()


def list_counties(city_id: int) -> Sequence[County]:
    return db.session.scalars(select(County).where(County.city_id == city_id).order_by(County.code)).all()


def list_organisations(city_id: int) -> Sequence[Organisation]:
    return db.session.scalars(
        select(Organisation).where(Organisation.city_id == city_id).order_by(Organisation.id)
    ).all()
