"""Reads of visits. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload, undefer

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.people import city_of, is_shown_to
from exchange_app.coordination.rules import Side
from exchange_app.core.database import db
from exchange_app.partners.models import City, Organisation, OrganisationKind
from exchange_app.partners.queries import WITH_PARTIES, select_organisations
from exchange_app.visits.errors import FileNotFound, NotYourVisit, VisitNotFound
from exchange_app.visits.models import FollowUp, ProgrammeEntry, ReturnWish, Visit, VisitEvent, VisitFile, VisitMember
from exchange_app.visits.rules import TO_ANSWER, UNDER_WAY

WITH_CITIES = (joinedload(Visit.sending_city), joinedload(Visit.hosting_city))
WITH_ALL = (
    *WITH_CITIES,
    joinedload(Visit.agreement).options(*WITH_PARTIES),
    joinedload(Visit.host_office),
    selectinload(Visit.members).joinedload(VisitMember.office),
    selectinload(Visit.entries).options(joinedload(ProgrammeEntry.base), joinedload(ProgrammeEntry.office)),
    selectinload(Visit.follow_ups).joinedload(FollowUp.owner),
    selectinload(Visit.events).joinedload(VisitEvent.by).joinedload(User.organisation).joinedload(Organisation.city),
    selectinload(Visit.files),
    joinedload(Visit.wish).joinedload(ReturnWish.exchange).joinedload(Exchange.departure),
)


def select_visits(user: User, *, is_past: bool = False) -> Select[Visit]:
    """Those of the user's agreements that are proposed or agreed, the next first; or those that were carried out,
    declined or cancelled, the latest first. To be paged."""
    shown = (
        select(Visit).options(*WITH_CITIES, selectinload(Visit.members)).where(is_shown_to(user, Visit.agreement_id))
    )
    if is_past:
        return shown.where(Visit.state.not_in(UNDER_WAY)).order_by(Visit.starts_on.desc(), Visit.id.desc())
    return shown.where(Visit.state.in_(UNDER_WAY)).order_by(Visit.starts_on, Visit.id)


def get_visit(visit_id: int, user: User) -> Visit:
    """With all that belongs to it. Raises VisitNotFound, for one of others' agreements too."""
    return _one_visit(_own_visit(visit_id, user))


def get_own_visit(visit_id: int, user: User) -> Visit:
    """As get_visit, for who speaks for one of the two cities. Raises NotYourVisit for those of other parties too."""
    visit = get_visit(visit_id, user)
    if not sides_of(visit, user):
        raise NotYourVisit()
    return visit


def lock_visit(visit_id: int, user: User) -> Visit:
    """As get_visit, fresh and locked until the transaction ends. For commands."""
    own = _own_visit(visit_id, user).with_for_update(of=Visit, key_share=True)
    return _one_visit(own.execution_options(populate_existing=True))


def _own_visit(visit_id: int, user: User) -> Select[Visit]:
    return select(Visit).options(*WITH_ALL).where(Visit.id == visit_id, is_shown_to(user, Visit.agreement_id))


def _one_visit(visits: Select[Visit]) -> Visit:
    visit: Visit | None = db.session.scalar(visits)
    if visit is None:
        raise VisitNotFound()
    return visit


def find_visit_of_form(user_id: int, form_token: str) -> Visit | None:
    found: Visit | None = db.session.scalar(
        select(Visit).where(Visit.proposed_by_id == user_id, Visit.form_token == form_token)
    )
    return found


def map_visits(ids: Collection[int]) -> Mapping[int, Visit]:
    """With all that belongs to them, freshly, whoever reads; for letters."""
    found = select(Visit).options(*WITH_ALL).where(Visit.id.in_(ids)).execution_options(populate_existing=True)
    return {visit.id: visit for visit in db.session.scalars(found)}


def sides_of(visit: Visit, user: User) -> list[Side]:
    """The sides that the user speaks for: an administrator both, a co-ordinator that of the own city."""
    city_id = city_of(user)
    return [side for side in Side if city_id is None or visit.city_of(side).id == city_id]


def may_answer(visit: Visit, user: User) -> bool:
    return visit.state in TO_ANSWER and city_of(user) in (None, visit.answering_city.id)


def list_visits_to_answer(user: User, *, limit: int) -> Sequence[Visit]:
    """Those whose other side has said its word, the next first."""
    city_id = city_of(user)
    own = or_(Visit.sending_city_id == city_id, Visit.hosting_city_id == city_id)
    return db.session.scalars(
        select(Visit)
        .options(*WITH_CITIES)
        .where(
            Visit.state.in_(TO_ANSWER), own, Visit.speaking_city_id != city_id, is_shown_to(user, Visit.agreement_id)
        )
        .order_by(Visit.starts_on, Visit.id)
        .limit(limit)
    ).all()


def get_file(file_id: int, visit_id: int, user: User) -> VisitFile:
    """With its content. Raises FileNotFound, for one of others' agreements too."""
    file: VisitFile | None = db.session.scalar(
        select(VisitFile)
        .join(Visit, Visit.id == VisitFile.visit_id)
        .options(undefer(VisitFile.content))
        .where(VisitFile.id == file_id, Visit.id == visit_id, is_shown_to(user, Visit.agreement_id))
    )
    if file is None:
        raise FileNotFound()
    return file


def list_members_to_choose(city: City) -> Sequence[Organisation]:
    """Who of a city may go on a visit or receive one: offices first, then the others."""
    own = db.session.scalars(select_organisations(city.id)).all()
    return sorted(own, key=lambda one: (one.kind is not OrganisationKind.OFFICE, one.id))


def list_bases(city: City) -> Sequence[Base]:
    return db.session.scalars(select(Base).where(Base.city_id == city.id).order_by(Base.id)).all()


# ----------------------------------------------------------------------------------------------------------- follow-ups


def list_follow_ups_of(user: User, due_until: date, *, limit: int) -> Sequence[FollowUp]:
    """What the user has taken on and not done, due until then; first what is due longest."""
    return db.session.scalars(
        select(FollowUp)
        .join(FollowUp.visit)
        .options(contains_eager(FollowUp.visit).options(*WITH_CITIES))
        .where(
            FollowUp.owner_id == user.id,
            FollowUp.done_on.is_(None),
            FollowUp.due_on <= due_until,
            is_shown_to(user, Visit.agreement_id),
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    ).all()


def lock_due_follow_ups(due_until: date, times: int, *, limit: int = 100) -> Sequence[FollowUp]:
    """Open ones due until then whose owner heard of them fewer than so many ``times``, with their visits, locked.
    Those in other hands are passed over."""
    return db.session.scalars(
        select(FollowUp)
        .join(FollowUp.visit)
        .options(contains_eager(FollowUp.visit).options(*WITH_CITIES), joinedload(FollowUp.owner))
        .where(FollowUp.done_on.is_(None), FollowUp.due_on <= due_until, FollowUp.times_reminded < times)
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
        .with_for_update(of=FollowUp, skip_locked=True, key_share=True)
    ).all()


def map_follow_ups(ids: Collection[int]) -> Mapping[int, FollowUp]:
    found = (
        select(FollowUp)
        .join(FollowUp.visit)
        .options(contains_eager(FollowUp.visit).options(*WITH_ALL), joinedload(FollowUp.owner))
        .where(FollowUp.id.in_(ids))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in db.session.scalars(found)}


def lock_visits_with_contacts(ended_before: date, settled_before: datetime, *, limit: int = 100) -> Sequence[Visit]:
    """Those with a contact that ended before that day, or that were declined or cancelled before then; locked."""
    is_settled = Visit.state.not_in(UNDER_WAY) & (Visit.changed_at < settled_before)
    return db.session.scalars(
        select(Visit)
        .where(
            or_(Visit.contact_name_sealed.is_not(None), Visit.contact_phone_sealed.is_not(None)),
            or_(Visit.ends_on < ended_before, is_settled),
        )
        .order_by(Visit.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
