"""What visitors read before they ask: guides, and the directory of offices; and what offices write there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.helpdesk.errors import GuideNotFound, OfficeNotFound
from exchange_app.helpdesk.models import Guide, OfficeEntry
from exchange_app.helpdesk.queries import map_answering
from exchange_app.helpdesk.rules import Topic, has_words
from exchange_app.partners.models import City, County, Organisation, OrganisationKind


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a visitor looks for; None and no words mean everything."""

    topic: Topic | None = None
    city_id: int | None = None
    county_id: int | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """An office in the directory: ``entry`` is what it wrote about itself. One without topics speaks for its city."""

    office: Organisation
    entry: OfficeEntry | None
    topics: Sequence[Topic]


def list_guides(wanted: Wanted, today: date) -> Sequence[Guide]:
    """Those that are published and still hold, by city and topic."""
    guides = _published(today).join(Guide.city).order_by(City.code, Guide.topic, Guide.id)
    if wanted.topic is not None:
        guides = guides.where(Guide.topic == wanted.topic)
    if wanted.city_id is not None:
        guides = guides.where(Guide.city_id == wanted.city_id)
    found = db.session.scalars(guides).all()
    return [guide for guide in found if has_words(wanted.words, [*guide.title.values(), *guide.body.values()])]


def get_guide(guide_id: int, today: date) -> Guide:
    """Raises GuideNotFound, for a draft and for one that no longer holds too."""
    return _one(_published(today).where(Guide.id == guide_id))


def _published(today: date) -> Select[Guide]:
    return _GUIDES.where(
        Guide.publication == Publication.PUBLISHED, or_(Guide.valid_until.is_(None), Guide.valid_until >= today)
    )


_GUIDES: Select[Guide] = select(Guide).options(joinedload(Guide.city), joinedload(Guide.office))


def _one(guides: Select[Guide]) -> Guide:
    guide: Guide | None = db.session.scalar(guides)
    if guide is None:
        raise GuideNotFound()
    return guide


def list_offices(wanted: Wanted) -> Sequence[Line]:
    """Offices whose department answers a topic, and those that wrote something about themselves, by city and county.
    Whoever asks for a county sees the offices of its city too."""
    topics_of: dict[int, list[Topic]] = {}
    for topic, answering in map_answering().items():
        topics_of.setdefault(answering.department.id, []).append(topic)
    offices = (
        select(Organisation, OfficeEntry)
        .outerjoin(OfficeEntry, OfficeEntry.organisation_id == Organisation.id)
        .join(Organisation.city)
        .outerjoin(Organisation.county)
        .options(joinedload(Organisation.city), joinedload(Organisation.county), joinedload(Organisation.department))
        .where(
            Organisation.kind == OrganisationKind.OFFICE,
            or_(Organisation.department_id.in_(topics_of), OfficeEntry.organisation_id.is_not(None)),
        )
        .order_by(City.code, Organisation.county_id.is_not(None), County.code, Organisation.id)
    )
    if wanted.city_id is not None:
        offices = offices.where(Organisation.city_id == wanted.city_id)
    if wanted.county_id is not None:
        offices = offices.where(or_(Organisation.county_id.is_(None), Organisation.county_id == wanted.county_id))
    lines = [_line(office, entry, topics_of) for office, entry in db.session.execute(offices)]
    return [line for line in lines if _is_about(line, wanted)]


def _line(office: Organisation, entry: OfficeEntry | None, topics_of: Mapping[int, Sequence[Topic]]) -> Line:
    return Line(office, entry, topics_of.get(office.department_id, ()) if office.department_id else ())


def _is_about(line: Line, wanted: Wanted) -> bool:
    if wanted.topic is not None and line.topics and wanted.topic not in line.topics:
        return False
    office, entry = line.office, line.entry
    names = [office.name, office.city.name, office.county.name if office.county else {}]
    names += [office.department.name] if office.department else []
    names += [entry.address, entry.hours] if entry else []
    return has_words(wanted.words, [text for name in names for text in name.values()])


# ------------------------------------------------------------------------------------------------ what an office writes


def select_own_guides(user: User) -> Select[Guide]:
    """Those that the user may change, the latest first; to be paged."""
    return _GUIDES.where(_may_keep(user)).order_by(Guide.changed_at.desc(), Guide.id.desc())


def get_own_guide(guide_id: int, user: User) -> Guide:
    """Raises GuideNotFound, for another office's too."""
    return _one(_GUIDES.where(Guide.id == guide_id, _may_keep(user)))


def _may_keep(user: User) -> ColumnElement[bool]:
    """A co-ordinator keeps the guides of the whole city, an organiser those of the own office."""
    match user.role:
        case Role.ADMINISTRATOR:
            return true()
        case Role.COORDINATOR:
            return Guide.city_id == user.organisation.city_id
        case Role.ORGANISER:
            return Guide.office_id == user.organisation_id
    return false()


def list_own_offices(user: User) -> Sequence[Organisation]:
    """Whose lines of the directory, and for which guides, the user may write."""
    offices = (
        select(Organisation)
        .join(Organisation.city)
        .options(joinedload(Organisation.city))
        .where(Organisation.kind == OrganisationKind.OFFICE)
        .order_by(City.code, Organisation.id)
    )
    match user.role:
        case Role.ADMINISTRATOR:
            pass
        case Role.COORDINATOR:
            offices = offices.where(Organisation.city_id == user.organisation.city_id)
        case _:
            offices = offices.where(Organisation.id == user.organisation_id)
    return db.session.scalars(offices).all()


def get_own_office(office_id: int, user: User) -> Organisation:
    """Raises OfficeNotFound."""
    office = next((office for office in list_own_offices(user) if office.id == office_id), None)
    if office is None:
        raise OfficeNotFound()
    return office


def map_entries(offices: Sequence[Organisation]) -> Mapping[int, OfficeEntry]:
    ids = [office.id for office in offices]
    entries = db.session.scalars(select(OfficeEntry).where(OfficeEntry.organisation_id.in_(ids)))
    return {entry.organisation_id: entry for entry in entries}
