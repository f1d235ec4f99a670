"""Reads of departures."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.errors import DepartureNotFound
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import PUBLIC_STATES

WITH_PACKAGE = (
    joinedload(Departure.pool),
    joinedload(Departure.package).joinedload(Package.host_city),
    joinedload(Departure.package).joinedload(Package.from_city),
    joinedload(Departure.package).joinedload(Package.organiser),
)


def get_departure(departure_id: int) -> Departure:
    """A departure as every visitor may see it. Raises DepartureNotFound for drafts too."""
    departure = db.session.scalar(select(Departure).options(*WITH_PACKAGE).where(Departure.id == departure_id))
    if departure is None or departure.state not in PUBLIC_STATES:
        raise DepartureNotFound()
    return departure


def get_departure_of(departure_id: int, user: User) -> Departure:
    """A departure that this organiser keeps (administrators keep all). Raises DepartureNotFound for anybody else's."""
    departure = db.session.scalar(select(Departure).options(*WITH_PACKAGE).where(Departure.id == departure_id))
    if departure is None or not keeps(user, departure.package):
        raise DepartureNotFound()
    return departure


def keeps(user: User, package: Package) -> bool:
    """An organiser keeps the packages of the own organisation."""
    return user.role is Role.ADMINISTRATOR or (
        user.role is Role.ORGANISER and user.organisation_id == package.organiser_id
    )


def list_departures_of_package(package_id: int) -> Sequence[Departure]:
    """The public departures of a package with their pools, soonest first."""
    return db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.pool))
        .where(Departure.package_id == package_id, Departure.state.in_(PUBLIC_STATES))
        .order_by(Departure.starts_on, Departure.id)
    ).all()
