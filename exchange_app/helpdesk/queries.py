"""Reads of requests for help and of the offices that answer them. Whoever reads a request names the user: that of
another office is not found. What visitors read first stands in `reading.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.core.codes import parse_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.helpdesk.errors import OfficeUnfit, RequestElsewhere, RequestNotFound
from exchange_app.helpdesk.models import HelpEntry, HelpRequest, HelpTally, TopicCare
from exchange_app.helpdesk.rules import DEFAULTS, OPEN, OVER, RequestState, Show, Topic
from exchange_app.partners import queries as partners
from exchange_app.partners.models import City, Department, Level, Liaison, Organisation, OrganisationKind
from exchange_app.partners.queries import get_city

STAFF = (Role.ORGANISER, Role.COORDINATOR)
WITH_PLACES = (
    joinedload(HelpRequest.city),
    joinedload(HelpRequest.county),
    joinedload(HelpRequest.office),
    joinedload(HelpRequest.home_city),
    joinedload(HelpRequest.home_office),
    joinedload(HelpRequest.taken_by),
)
WITH_ENTRIES = (
    *WITH_PLACES,
    selectinload(HelpRequest.entries).joinedload(HelpEntry.office),
    selectinload(HelpRequest.entries).joinedload(HelpEntry.by),
)


# --------------------------------------------------------------------------------------------------------- who answers


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers a topic, and within how many working days."""

    department: Department
    answer_days: int


def map_answering() -> Mapping[Topic, Answering]:
    """By topic. One whose department nobody has set, and that is not in the list under its usual short name, is left
    out: the co-ordinators answer it."""
    written = select(TopicCare).options(joinedload(TopicCare.department))
    cares = {care.topic: Answering(care.department, care.answer_days) for care in db.session.scalars(written)}
    slugs = [care.department for care in DEFAULTS.values()]
    departments = {one.slug: one for one in db.session.scalars(select(Department).where(Department.slug.in_(slugs)))}
    usual = {
        topic: Answering(departments[care.department], care.answer_days)
        for topic, care in DEFAULTS.items()
        if care.department in departments
    }
    return {**usual, **cares}


def answer_days(topic: Topic) -> int:
    days = db.session.scalar(select(TopicCare.answer_days).where(TopicCare.topic == topic))
    return DEFAULTS[topic].answer_days if days is None else days


def list_ladder(topic: Topic, city_id: int, county_id: int | None) -> Sequence[Organisation]:
    """The offices that are asked one after the other: that of the county, that of the city, then the city's liaison.
    An office for which nobody signs in is not there."""
    answering = map_answering().get(topic)
    rungs: list[Organisation | None] = []
    if answering is not None:
        of_department = Organisation.department_id == answering.department.id
        if county_id is not None:
            rungs.append(
                _first_staffed(of_department, Organisation.level == Level.COUNTY, Organisation.county_id == county_id)
            )
        rungs.append(_first_staffed(of_department, Organisation.level == Level.CITY, Organisation.city_id == city_id))
    rungs.append(find_liaison(city_id))
    return list(dict.fromkeys(rung for rung in rungs if rung is not None))


def find_liaison(city_id: int) -> Organisation | None:
    """The office that the city named in its latest agreement; else one for which a co-ordinator of the city signs in,
    rather than one of a county."""
    of_city, coordinators = Organisation.city_id == city_id, (Role.COORDINATOR,)
    return (
        _if_staffed(partners.find_liaison(city_id))
        or _first_staffed(of_city, Organisation.level == Level.CITY, roles=coordinators)
        or _first_staffed(of_city, roles=coordinators)
    )


def _if_staffed(named: Liaison | None) -> Organisation | None:
    return None if named is None else _first_staffed(Organisation.id == named.office_id)


def find_counterpart(office: Organisation, city_id: int) -> Organisation | None:
    """The one that both cities confirmed; else who has the same level and department in another city, or where several
    have, as counties do, that of the city itself. None where nobody there signs in: nobody is told then."""
    confirmed = partners.find_counterpart(office, get_city(city_id))
    if confirmed is not None and (staffed := _first_staffed(Organisation.id == confirmed.id)):
        return staffed
    alike = Organisation.department_id == office.department_id, Organisation.city_id == city_id
    found = list_staffed(*alike, Organisation.level == office.level, limit=2)
    if len(found) == 1:
        return found[0]
    return _first_staffed(*alike, Organisation.level == Level.CITY)


def _first_staffed(*conditions: ColumnElement[bool], roles: Sequence[Role] = STAFF) -> Organisation | None:
    return next(iter(list_staffed(*conditions, roles=roles, limit=1)), None)


def list_staffed(
    *conditions: ColumnElement[bool], roles: Sequence[Role] = STAFF, limit: int | None = None
) -> Sequence[Organisation]:
    """Offices for which somebody signs in who may answer."""
    return db.session.scalars(
        select(Organisation)
        .where(Organisation.kind == OrganisationKind.OFFICE, _has_staff(roles), *conditions)
        .order_by(Organisation.id)
        .limit(limit)
    ).all()


def _has_staff(roles: Sequence[Role]) -> ColumnElement[bool]:
    return exists().where(User.organisation_id == Organisation.id, User.role.in_(roles), User.closed_at.is_(None))


def list_other_offices(request: HelpRequest) -> Sequence[Organisation]:
    """To whom a request may be passed on: offices of the same city that answer."""
    return list_staffed(Organisation.city_id == request.city_id, Organisation.id != request.office_id)


def get_other_office(request: HelpRequest, office_id: int) -> Organisation:
    """One of list_other_offices(). Raises OfficeUnfit."""
    office = next((office for office in list_other_offices(request) if office.id == office_id), None)
    if office is None:
        raise OfficeUnfit()
    return office


def list_readers(office_id: int) -> Sequence[User]:
    """Who gets the letters to an office; the administrators, once nobody signs in for it any more."""
    users = select(User).where(User.closed_at.is_(None)).order_by(User.id)
    staff = db.session.scalars(users.where(User.organisation_id == office_id, User.role.in_(STAFF))).all()
    return staff or db.session.scalars(users.where(User.role == Role.ADMINISTRATOR)).all()


# ------------------------------------------------------------------------------------------------------- by the person


def find_request_of_form(form_hash: str) -> HelpRequest | None:
    return db.session.scalar(select(HelpRequest).options(*WITH_PLACES).where(HelpRequest.form_hash == form_hash))


def find_uid(code: str) -> str | None:
    """What the PIN of a request is made of, by the code as it is stored."""
    return db.session.scalar(select(HelpRequest.uid).where(HelpRequest.code == code))


def find_request(code: str) -> HelpRequest | None:
    """With everything that was said; by the code as it is stored. For whoever has proved to know the PIN."""
    return db.session.scalar(select(HelpRequest).options(*WITH_ENTRIES).where(HelpRequest.code == code))


def find_request_by_code(typed: str) -> HelpRequest | None:
    """As an administrator looks for the letters about it, in any spelling."""
    code = parse_code(typed)
    return db.session.scalar(select(HelpRequest).where(HelpRequest.code == code)) if code else None


def find_last_entry(request_id: int) -> HelpEntry | None:
    said = select(HelpEntry).where(HelpEntry.request_id == request_id)
    return db.session.scalar(said.order_by(HelpEntry.id.desc()).limit(1))


def lock_request_of(code: str) -> HelpRequest:
    """The same for commands. Raises RequestNotFound."""
    request = _find_locked(select(HelpRequest).where(HelpRequest.code == code))
    if request is None:
        raise RequestNotFound()
    return request


# --------------------------------------------------------------------------------------------------------- by an office


def visible_to(user: User) -> ColumnElement[bool]:
    """An office sees what it has to answer, and what somebody of its city wants it to know."""
    return or_(HelpRequest.office_id == user.organisation_id, HelpRequest.home_office_id == user.organisation_id)


def get_request(code: str, user: User) -> HelpRequest:
    """With everything that was said. Raises RequestNotFound for another office's too, RequestElsewhere for one that
    went from this office to another."""
    request: HelpRequest | None = db.session.scalar(
        select(HelpRequest).options(*WITH_ENTRIES).where(HelpRequest.code == parse_code(code), visible_to(user))
    )
    if request is None:
        raise _why_not_found(code, user)
    return request


def lock_request(code: str, user: User) -> HelpRequest:
    """One that the user's office has to answer. Raises RequestNotFound or RequestElsewhere."""
    return _lock_with(code, user, HelpRequest.office_id == user.organisation_id)


def lock_copied_request(code: str, user: User) -> HelpRequest:
    """One that the user's office reads along. Raises RequestNotFound or RequestElsewhere."""
    return _lock_with(code, user, HelpRequest.home_office_id == user.organisation_id)


def _lock_with(code: str, user: User, is_concerned: ColumnElement[bool]) -> HelpRequest:
    request = _find_locked(select(HelpRequest).where(HelpRequest.code == parse_code(code), is_concerned))
    if request is None:
        raise _why_not_found(code, user)
    return request


def _find_locked(requests: Select[HelpRequest]) -> HelpRequest | None:
    request: HelpRequest | None = db.session.scalar(
        requests.options(*WITH_PLACES)
        .with_for_update(of=HelpRequest, key_share=True)
        .execution_options(populate_existing=True)
    )
    return request


def _why_not_found(code: str, user: User) -> RequestNotFound:
    """Who had the request before is told where it is now, and nothing else of it."""
    was_theirs = exists().where(HelpEntry.request_id == HelpRequest.id, HelpEntry.office_id == user.organisation_id)
    request: HelpRequest | None = db.session.scalar(
        select(HelpRequest)
        .options(joinedload(HelpRequest.office))
        .where(HelpRequest.code == parse_code(code), was_theirs)
    )
    return RequestNotFound() if request is None else RequestElsewhere(office=request.office.name)


def select_requests(user: User, show: Show, topic: Topic | None, now: datetime) -> Select[HelpRequest]:
    """Those that are due first come first; what is over, the latest first. To be paged."""
    requests = select(HelpRequest).options(*WITH_PLACES).where(_is_listed(user, show, now))
    if topic is not None:
        requests = requests.where(HelpRequest.topic == topic)
    order = HelpRequest.closed_at.desc() if show is Show.OVER else HelpRequest.due_at
    return requests.order_by(order, HelpRequest.id)


def count_requests(user: User, topic: Topic | None, now: datetime) -> Mapping[Show, int]:
    """How many each list has, in one statement."""
    counts = [func.coalesce(func.sum(case((_is_listed(user, show, now), 1), else_=0)), 0) for show in Show]
    counted = select(*counts).where(visible_to(user))
    if topic is not None:
        counted = counted.where(HelpRequest.topic == topic)
    row = db.session.execute(counted).one()
    return dict(zip(Show, row, strict=True))


def _is_listed(user: User, show: Show, now: datetime) -> ColumnElement[bool]:
    own = HelpRequest.office_id == user.organisation_id
    waits = and_(own, HelpRequest.state == RequestState.WAITING)
    match show:
        case Show.WAITING:
            return waits
        case Show.MINE:
            return and_(own, HelpRequest.state.in_(OPEN), HelpRequest.taken_by_id == user.id)
        case Show.OVERDUE:
            return and_(waits, HelpRequest.due_at <= now)
        case Show.ANSWERED:
            return and_(own, HelpRequest.state == RequestState.ANSWERED)
        case Show.COPIED:
            return and_(HelpRequest.home_office_id == user.organisation_id, HelpRequest.state.in_(OPEN))
        case Show.OVER:
            return and_(own, HelpRequest.state.in_(OVER))


# -------------------------------------------------------------------------------------------- by the clock, and figures


def lock_due(now: datetime, *, limit: int) -> Sequence[HelpRequest]:
    """Open requests about which the clock has to do something, locked; those in other hands are passed over."""
    return db.session.scalars(
        select(HelpRequest)
        .options(*WITH_PLACES)
        .where(HelpRequest.state.in_(OPEN), HelpRequest.look_at <= now)
        .order_by(HelpRequest.look_at, HelpRequest.id)
        .limit(limit)
        .with_for_update(of=HelpRequest, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def list_tallies(before: date) -> Sequence[HelpTally]:
    """Of the quarters that began before a day, the latest first, by city."""
    return db.session.scalars(
        select(HelpTally)
        .join(HelpTally.city)
        .options(joinedload(HelpTally.city))
        .where(HelpTally.quarter < before)
        .order_by(HelpTally.quarter.desc(), City.code)
    ).all()
