"""What somebody may ask figures about, by role: nothing else is offered, and nothing else is answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, select

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.partners import queries as partners
from exchange_app.partners.models import Agreement, City, Organisation, OrganisationKind
from exchange_app.partners.rules import AgreementState

Names = Mapping[int, Any]  # by id


@dataclass(frozen=True, slots=True)
class Choices:
    """``bounds`` are what holds of a scope whatever is chosen, and ``whose`` names it. ``own_city_id`` is the city of
    which alone somebody sees the figures as long as no agreement is chosen."""

    agreements: Names = field(default_factory=dict)
    cities: Names = field(default_factory=dict)
    bases: Names = field(default_factory=dict)
    schools: Names = field(default_factory=dict)
    bounds: Mapping[str, int] = field(default_factory=dict)
    whose: Any = ""
    own_city_id: int | None = None


def list_choices(user: User) -> Choices:
    """A co-ordinator's are the own city and those of its agreements, an organiser's what the office organised, a
    bureau's what schools of the city did, a leader's and a head's what their school did; an administrator's are all."""
    organisation = user.organisation
    city_id = organisation.city_id
    agreements = _agreements(None if user.role is Role.ADMINISTRATOR else city_id)
    names: Names = {one.id: one.name for one in agreements}
    match user.role:
        case Role.ADMINISTRATOR:
            return Choices(names, _names(City), _names(Base), _schools())
        case Role.COORDINATOR:
            reach = {city_id, *(partner for one in agreements for partner in one.city_ids)}
            return Choices(
                names,
                _names(City, City.id.in_(reach)),
                _names(Base, Base.city_id.in_(reach)),
                _schools(reach),
                own_city_id=city_id,
            )
        case Role.ORGANISER:
            bases = _names(Base, Base.city_id == city_id)
            return Choices(names, bases=bases, bounds={"organiser_id": organisation.id}, whose=organisation.name)
        case Role.BUREAU:
            schools, bounds = _schools({city_id}), {"sending_city_id": city_id}
            return Choices(names, schools=schools, bounds=bounds, whose=organisation.city.name)
        case _:
            return Choices(names, bounds={"school_id": organisation.id}, whose=organisation.name)


def _agreements(city_id: int | None) -> Sequence[Agreement]:
    return [one for one in partners.list_agreements(city_id) if one.state is not AgreementState.DRAFT]


def _names(table: Any, *conditions: ColumnElement[bool]) -> Names:
    order = table.code if table is City else table.id
    return {
        row[0]: row[1] for row in db.session.execute(select(table.id, table.name).where(*conditions).order_by(order))
    }


def _schools(city_ids: Iterable[int] | None = None) -> Names:
    is_school = Organisation.kind == OrganisationKind.SCHOOL
    if city_ids is None:
        return _names(Organisation, is_school)
    return _names(Organisation, is_school, Organisation.city_id.in_(city_ids))
