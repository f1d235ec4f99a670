"""Whose city's things somebody sees, and who speaks for a city or an office."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import InstrumentedAttribute, contains_eager

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.partners.models import Agreement, Organisation, Party


def city_of(user: User) -> int | None:
    """The city that the user speaks for; None for an administrator, who sees all."""
    return None if user.role is Role.ADMINISTRATOR else user.organisation.city_id


def is_shown_to(
    user: User, agreement_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """What belongs to an agreement that the user's city is party of now."""
    city_id = city_of(user)
    return true() if city_id is None else is_of_party(city_id, agreement_id)


def is_of_party(
    city_id: int, agreement_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
) -> ColumnElement[bool]:
    """What belongs to an agreement that a city is party of now."""
    return exists().where(Party.agreement_id == agreement_id, Party.city_id == city_id, Party.until.is_(None))


def speaks_under(agreement: Agreement, user: User) -> bool:
    """Whether somebody who had to do with an agreement still has: works for a city that is party now, or for all."""
    if user.role is Role.ADMINISTRATOR:
        return True
    return user.role in (Role.COORDINATOR, Role.ORGANISER) and user.organisation.city_id in agreement.city_ids


def is_written_alone_by(agreement: Agreement, user: User) -> bool:
    """Whether it was somebody of the user's own city who wrote the agreement down."""
    writer = map_people([agreement.written_by_id]).get(agreement.written_by_id)
    return city_of(user) is not None and writer is not None and city_of(writer) == city_of(user)


def list_coordinators(city_ids: Collection[int]) -> Sequence[User]:
    """The open accounts of co-ordinators of these cities, with their offices."""
    return db.session.scalars(
        select(User)
        .join(User.organisation)
        .options(contains_eager(User.organisation))
        .where(User.role == Role.COORDINATOR, User.closed_at.is_(None), Organisation.city_id.in_(city_ids))
        .order_by(User.id)
    ).all()


def list_organisers_of(office_ids: Collection[int]) -> Sequence[User]:
    """Who organises for these offices."""
    own = User.role == Role.ORGANISER, User.closed_at.is_(None), User.organisation_id.in_(office_ids)
    return db.session.scalars(select(User).where(*own).order_by(User.id)).all()


def map_people(ids: Collection[int | None]) -> Mapping[int, User]:
    """Users by their ids."""
    return {user.id: user for user in db.session.scalars(select(User).where(User.id.in_({one for one in ids if one})))}
