"""Reads of cities, organisations, agreements and counterparts.

Whoever reads what is not public says for which city, None for whoever keeps them all: what belongs to agreements of
others is not found.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, undefer

from exchange_app.core.database import db
from exchange_app.partners.errors import (
    AgreementNotFound,
    CityNotFound,
    CounterpartNotFound,
    DepartmentNotFound,
    OrganisationNotFound,
    PaperNotFound,
)
from exchange_app.partners.models import (
    Agreement,
    AgreementPaper,
    AgreementProposal,
    City,
    Counterpart,
    County,
    CountyPair,
    Department,
    Liaison,
    Organisation,
    OrganisationKind,
    Party,
    Plan,
)
from exchange_app.partners.rules import AgreementState, CounterpartState


def list_cities() -> Sequence[City]:
    """In the order of their codes."""
    return db.session.scalars(select(City).order_by(City.code)).all()


def list_cities_with_counties() -> Sequence[City]:
    return db.session.scalars(select(City).options(selectinload(City.counties)).order_by(City.code)).all()


def get_city(city_id: int | None) -> City:
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


def get_department(department_id: int) -> Department:
    """Raises DepartmentNotFound."""
    department = db.session.get(Department, department_id)
    if department is None:
        raise DepartmentNotFound()
    return department


def is_department_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(Department.slug == slug))))


def map_department_counts() -> Mapping[int, int]:
    """How many organisations are of each department; without those that have none."""
    counted = select(Department.id, func.count()).join(Organisation, Organisation.department_id == Department.id)
    return {row[0]: row[1] for row in db.session.execute(counted.group_by(Department.id))}


def list_organisations(city_id: int) -> Sequence[Organisation]:
    return db.session.scalars(
        select(Organisation).where(Organisation.city_id == city_id).order_by(Organisation.id)
    ).all()


def list_schools() -> Sequence[Organisation]:
    """The schools of all partner cities, by city."""
    return db.session.scalars(select_organisations(None).where(Organisation.kind == OrganisationKind.SCHOOL)).all()


def is_referred_to(organisation: Organisation) -> bool:
    """Whether a row of any table names it, those too of features that stand above this one."""
    keys = (key for table in db.metadata.tables.values() for key in table.foreign_keys)
    naming = [key.parent for key in keys if key.references(Organisation.__table__)]
    return bool(db.session.scalar(select(or_(*(exists().where(column == organisation.id) for column in naming)))))


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


# ---------------------------------------------------------------------------------------------------------- agreements

WITH_PARTIES = (
    selectinload(Agreement.all_parties).joinedload(Party.city),
    selectinload(Agreement.carried),
)
SIGNED = Agreement.state != AgreementState.DRAFT
IN_FORCE = Agreement.state == AgreementState.IN_FORCE


def is_party(city_id: int) -> ColumnElement[bool]:
    """A condition on agreements."""
    return exists().where(Party.agreement_id == Agreement.id, Party.city_id == city_id, Party.until.is_(None))


def select_agreements(city_id: int | None) -> Select[Agreement]:
    """Those that a city is party of now, drafts among them, or all; the latest first."""
    agreements = select(Agreement).options(*WITH_PARTIES).order_by(Agreement.id.desc())
    return agreements if city_id is None else agreements.where(is_party(city_id))


def list_agreements(city_id: int | None) -> Sequence[Agreement]:
    return db.session.scalars(select_agreements(city_id)).all()


def list_drafts_by(user_id: int) -> Sequence[Agreement]:
    drafts = select(Agreement).options(*WITH_PARTIES).where(~SIGNED, Agreement.written_by_id == user_id)
    return db.session.scalars(drafts).all()


def list_proposals_for_word_of(city_id: int) -> Sequence[AgreementProposal]:
    """What others propose about agreements in force that the city is party of, the oldest first; each with its
    agreement."""
    waiting = AgreementProposal.proposing_city_id != city_id, is_party(city_id), IN_FORCE
    return db.session.scalars(
        select(AgreementProposal)
        .join(AgreementProposal.agreement)
        .options(contains_eager(AgreementProposal.agreement), joinedload(AgreementProposal.city))
        .where(*waiting)
        .order_by(AgreementProposal.id)
    ).all()


def list_agreements_in_force(city_id: int | None) -> Sequence[Agreement]:
    return db.session.scalars(select_agreements(city_id).where(IN_FORCE)).all()


def list_ids_in_force(city_id: int) -> Sequence[int]:
    """The same without what stands in them."""
    return db.session.scalars(select(Agreement.id).where(IN_FORCE, is_party(city_id)).order_by(Agreement.id)).all()


def list_public_agreements() -> Sequence[Agreement]:
    """Those that were signed: in force first, then the latest."""
    return db.session.scalars(
        select(Agreement).options(*WITH_PARTIES).where(SIGNED).order_by(IN_FORCE.desc(), Agreement.signed_on.desc())
    ).all()


def get_public_agreement(agreement_id: int) -> Agreement:
    """With its papers. Raises AgreementNotFound, for a draft too."""
    return _one_agreement(_WITH_PAPERS.where(Agreement.id == agreement_id, SIGNED))


def get_agreement(agreement_id: int, city_id: int | None) -> Agreement:
    """With its papers. Raises AgreementNotFound, for one that the city is no party of too."""
    return _one_agreement(_of_city(agreement_id, city_id))


def is_shown_agreement(agreement_id: int, city_id: int | None) -> bool:
    """Whether get_agreement finds it."""
    return db.session.scalar(select(_of_city(agreement_id, city_id).with_only_columns(Agreement.id).exists())) or False


def lock_agreement(agreement_id: int, city_id: int | None) -> Agreement:
    """As get_agreement, fresh and locked until the transaction ends. For commands."""
    own = _of_city(agreement_id, city_id).with_for_update(of=Agreement, key_share=True)
    return _one_agreement(own.execution_options(populate_existing=True))


_WITH_PAPERS = select(Agreement).options(*WITH_PARTIES, selectinload(Agreement.papers))


def _of_city(agreement_id: int, city_id: int | None) -> Select[Agreement]:
    agreements = _WITH_PAPERS.where(Agreement.id == agreement_id)
    return agreements if city_id is None else agreements.where(is_party(city_id))


def _one_agreement(agreements: Select[Agreement]) -> Agreement:
    agreement: Agreement | None = db.session.scalar(agreements)
    if agreement is None:
        raise AgreementNotFound()
    return agreement


def lock_agreements_run_out(today: date, *, limit: int = 50) -> Sequence[Agreement]:
    """In force by their state, though their last day is over."""
    return db.session.scalars(
        select(Agreement)
        .where(IN_FORCE, Agreement.in_force_until < today)
        .limit(limit)
        .with_for_update(of=Agreement, skip_locked=True, key_share=True)
    ).all()


def find_agreement_between(one_id: int, other_id: int, plan: Plan | None = None) -> Agreement | None:
    """The latest in force of which both cities are party, first one that carries the plan."""
    both = select_agreements(one_id).where(IN_FORCE, is_party(other_id))
    found = db.session.scalars(both).all()
    return next((one for one in found if plan in one.plans), found[0] if found else None)


def select_partner_cities(city_id: int) -> Select[int]:
    """The ids of the cities with which a city has an agreement in force; it is one of them itself."""
    own = aliased(Party)
    return (
        select(Party.city_id)
        .join(Party.agreement)
        .join(own, own.agreement_id == Agreement.id)
        .where(IN_FORCE, Party.until.is_(None), own.city_id == city_id, own.until.is_(None))
    )


def get_paper(paper_id: int, agreement_id: int) -> AgreementPaper:
    """With its content, whoever may read it. Raises PaperNotFound."""
    paper: AgreementPaper | None = db.session.scalar(
        select(AgreementPaper)
        .options(undefer(AgreementPaper.content))
        .where(AgreementPaper.id == paper_id, AgreementPaper.agreement_id == agreement_id)
    )
    if paper is None:
        raise PaperNotFound()
    return paper


# ------------------------------------------------------------------------------------------ offices that work together

_OFFICE = (joinedload(Organisation.city), joinedload(Organisation.county), joinedload(Organisation.department))
_COUNTERPARTS = select(Counterpart).options(
    joinedload(Counterpart.first).options(*_OFFICE), joinedload(Counterpart.second).options(*_OFFICE)
)


def _has_side(city_id: int) -> ColumnElement[bool]:
    return or_(Counterpart.first_city_id == city_id, Counterpart.second_city_id == city_id)


def list_counterparts(agreement_id: int, city_id: int | None = None) -> Sequence[Counterpart]:
    """Of an agreement, or of one city in it, with those that were declined or ended; the latest first."""
    found = _COUNTERPARTS.where(Counterpart.agreement_id == agreement_id)
    found = found if city_id is None else found.where(_has_side(city_id))
    return db.session.scalars(found.order_by(Counterpart.id.desc())).all()


def select_confirmed(agreement_id: int) -> Select[Counterpart]:
    """Those of an agreement that work with each other, the latest first; to be paged."""
    confirmed = Counterpart.agreement_id == agreement_id, Counterpart.state == CounterpartState.CONFIRMED
    return _COUNTERPARTS.where(*confirmed).order_by(Counterpart.id.desc())


def list_proposals_to(city_id: int) -> Sequence[Counterpart]:
    """What other cities proposed to this one and nobody answered, the oldest first."""
    waiting = Counterpart.state == CounterpartState.PROPOSED, Counterpart.proposing_city_id != city_id
    own = _COUNTERPARTS.join(Counterpart.agreement).where(IN_FORCE, is_party(city_id))
    found = own.options(contains_eager(Counterpart.agreement)).where(_has_side(city_id), *waiting)
    return db.session.scalars(found.order_by(Counterpart.id)).all()


def get_counterpart(counterpart_id: int, agreement_id: int) -> Counterpart:
    """Raises CounterpartNotFound."""
    return _one_counterpart(_of_agreement(counterpart_id, agreement_id))


def lock_counterpart(counterpart_id: int, agreement_id: int) -> Counterpart:
    """Fresh and locked until the transaction ends. Raises CounterpartNotFound."""
    own = _of_agreement(counterpart_id, agreement_id).with_for_update(of=Counterpart, key_share=True)
    return _one_counterpart(own.execution_options(populate_existing=True))


def _of_agreement(counterpart_id: int, agreement_id: int) -> Select[Counterpart]:
    return _COUNTERPARTS.where(Counterpart.id == counterpart_id, Counterpart.agreement_id == agreement_id)


def _one_counterpart(counterparts: Select[Counterpart]) -> Counterpart:
    counterpart: Counterpart | None = db.session.scalar(counterparts)
    if counterpart is None:
        raise CounterpartNotFound()
    return counterpart


def find_counterpart(office: Organisation, city: City) -> Organisation | None:
    """The confirmed counterpart of an office in another city, by the latest agreement in force."""
    of_office = or_(
        (Counterpart.first_id == office.id) & (Counterpart.second_city_id == city.id),
        (Counterpart.second_id == office.id) & (Counterpart.first_city_id == city.id),
    )
    confirmed = Counterpart.state == CounterpartState.CONFIRMED
    found = _COUNTERPARTS.join(Counterpart.agreement).where(IN_FORCE, of_office, confirmed)
    counterpart = db.session.scalars(found.order_by(Agreement.id.desc()).limit(1)).first()
    return None if counterpart is None else counterpart.of(city.id)


def list_offices(city_ids: Collection[int]) -> Sequence[Organisation]:
    """The offices of these cities, by city, level, county and department, with all of them."""
    return db.session.scalars(
        select_organisations(None)
        .where(Organisation.city_id.in_(city_ids), Organisation.kind == OrganisationKind.OFFICE)
        .order_by(None)
        .order_by(City.code, Organisation.county_id, Organisation.department_id, Organisation.id)
    ).all()


def list_county_pairs(agreement_id: int) -> Sequence[CountyPair]:
    return db.session.scalars(
        select(CountyPair)
        .options(
            joinedload(CountyPair.first).joinedload(County.city), joinedload(CountyPair.second).joinedload(County.city)
        )
        .where(CountyPair.agreement_id == agreement_id)
        .order_by(CountyPair.first_id)
    ).all()


def list_liaisons(agreement_id: int) -> Sequence[Liaison]:
    return db.session.scalars(
        select(Liaison)
        .options(joinedload(Liaison.city), joinedload(Liaison.office))
        .where(Liaison.agreement_id == agreement_id)
    ).all()


def find_liaison(city_id: int, agreement_id: int | None = None) -> Liaison | None:
    """Of a city in one agreement, or by the latest in force that names one."""
    found = select(Liaison).join(Agreement, Agreement.id == Liaison.agreement_id).where(Liaison.city_id == city_id)
    found = found.where(IN_FORCE if agreement_id is None else Agreement.id == agreement_id)
    return db.session.scalars(
        found.options(joinedload(Liaison.office), joinedload(Liaison.city)).order_by(Agreement.id.desc()).limit(1)
    ).first()
