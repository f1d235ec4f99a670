"""A visit is proposed by either side, answered by the other one, changed, carried out or cancelled, and reported on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from exchange_app.accounts.models import User
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.service import exchanges
from exchange_app.core.database import db
from exchange_app.partners.models import Agreement, City, Organisation, Plan
from exchange_app.partners.rules import AgreementState
from exchange_app.visits import letters
from exchange_app.visits.errors import (
    AgreementNotInForce,
    CitiesUnfit,
    EndsBeforeItStarts,
    HostElsewhere,
    NobodyComes,
    NoReportYet,
    NotYourVisit,
    OtherSideAnswers,
    PlanUnfit,
    StillToCome,
    VisitChangedMeanwhile,
    VisitStepNotOpen,
    WhyMissing,
)
from exchange_app.visits.models import ReturnWish, Visit, VisitEvent, VisitMember
from exchange_app.visits.queries import visits as queries
from exchange_app.visits.rules import (
    MOST_DAYS,
    MOST_OFFICES,
    TO_ANSWER,
    VISIT_STEPS,
    Purpose,
    VisitState,
    VisitStep,
)
from exchange_app.visits.service import returns


@dataclass(frozen=True, slots=True)
class Member:
    office: Organisation
    persons: int


@dataclass(frozen=True, slots=True)
class VisitTerms:
    """``contact_name`` and ``contact_phone`` are of the one person whom the host may call."""

    plan: Plan
    purpose: Purpose
    title: str
    aims: str
    starts_on: date
    ends_on: date
    members: Sequence[Member]
    host_office: Organisation | None
    contact_name: str
    contact_phone: str


@dataclass(frozen=True, slots=True)
class ReportTerms:
    seen: str
    results: str
    lessons: str


def today_at(visit: Visit, now: datetime) -> date:
    """The day it is where the visit goes."""
    return visit.hosting_city.today(now)


def propose_visit(
    agreement: Agreement,
    sending_city: City,
    hosting_city: City,
    terms: VisitTerms,
    *,
    returning: Exchange | None,
    form_token: str,
    by: User,
    now: datetime,
) -> Visit:
    """The other side hears of it; the same form sent twice proposes one. ``returning`` is what it is the return of.
    Raises AgreementNotInForce, CitiesUnfit, NotYourVisit, NoReturnOfIt, and as change_visit does."""
    earlier = queries.find_visit_of_form(by.id, form_token)
    if earlier is not None:
        return earlier
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementNotInForce()
    if sending_city.id == hosting_city.id or not {sending_city.id, hosting_city.id} <= agreement.city_ids:
        raise CitiesUnfit()
    speaking_id = city_of(by) or sending_city.id
    if speaking_id not in (sending_city.id, hosting_city.id):
        raise NotYourVisit()
    visit = Visit(
        agreement=agreement,
        sending_city=sending_city,
        hosting_city=hosting_city,
        speaking_city_id=speaking_id,
        state=VisitState.PROPOSED,
        version=1,
        form_token=form_token,
        proposed_by_id=by.id,
        proposed_at=now,
        **{name: [] for name in ("members", "entries", "files", "follow_ups", "events")},
    )
    if returning is not None:
        returns.check_may_return(returning, agreement.id, sending_city.id, hosting_city.id, terms.starts_on)
        visit.wish = ReturnWish(exchange=returning)
    _apply(visit, terms)
    db.session.add(visit)
    _note(visit, VisitStep.PROPOSE, "", by, now)
    letters.write_proposed(visit, now)
    return visit


def change_visit(visit: Visit, terms: VisitTerms, *, seen: int, by: User, now: datetime) -> None:
    """Whatever was agreed, the other side answers anew. Raises NotYourVisit, VisitStepNotOpen, VisitChangedMeanwhile,
    PlanUnfit, EndsBeforeItStarts, NobodyComes or HostElsewhere."""
    _check_side(visit, by)
    _check_seen(visit, seen)
    _go(visit, VisitStep.CHANGE)
    _apply(visit, terms)
    visit.speaking_city_id = city_of(by) or visit.speaking_city_id
    visit.version += 1
    _note(visit, VisitStep.CHANGE, "", by, now)
    letters.write_proposed(visit, now)


def _apply(visit: Visit, terms: VisitTerms) -> None:
    if terms.plan not in visit.agreement.plans:
        raise PlanUnfit()
    if not 0 <= (terms.ends_on - terms.starts_on).days < MOST_DAYS:
        raise EndsBeforeItStarts(most=MOST_DAYS)
    if terms.host_office is not None and terms.host_office.city_id != visit.hosting_city.id:
        raise HostElsewhere()
    _check_members(visit, terms.members)
    visit.plan, visit.purpose, visit.title, visit.aims = terms.plan, terms.purpose, terms.title, terms.aims
    visit.starts_on, visit.ends_on, visit.host_office = terms.starts_on, terms.ends_on, terms.host_office
    visit.contact_name, visit.contact_phone = terms.contact_name, terms.contact_phone
    kept = {member.office_id: member for member in visit.members}
    visit.members = [_member(kept.get(one.office.id), one) for one in terms.members]
    visit.entries = [entry for entry in visit.entries if visit.starts_on <= entry.on <= visit.ends_on]


def _check_members(visit: Visit, members: Sequence[Member]) -> None:
    offices = {member.office.id for member in members}
    are_sent = all(member.office.city_id == visit.sending_city.id for member in members)
    if not members or len(offices) < len(members) or len(members) > MOST_OFFICES or not are_sent:
        raise NobodyComes()


def _member(kept: VisitMember | None, told: Member) -> VisitMember:
    member = kept or VisitMember(office=told.office)
    member.persons = told.persons
    return member


def accept_visit(visit: Visit, *, seen: int, by: User, now: datetime) -> None:
    """Only by the side that is asked, and only what it has read. It is an exchange from then on, with a co-ordinator
    of each side and a checklist. Raises NotYourVisit, OtherSideAnswers, VisitChangedMeanwhile or VisitStepNotOpen."""
    _answer(visit, VisitStep.ACCEPT, "", seen, by, now)
    told = _told(visit, now)
    exchange = find_exchange_of_visit(visit.id)
    if exchange is None:
        exchanges.begin_visit(visit.agreement, visit.id, visit.sending_city, visit.hosting_city, told)
        exchange = find_exchange_of_visit(visit.id)
    else:
        exchanges.follow_visit(exchange, told)
    if exchange is not None and visit.wish is not None:
        returns.link_if_free(visit.wish.exchange, exchange, by=by, now=now)
    letters.write_answered(visit, now)


def decline_visit(visit: Visit, reason: str, *, seen: int, by: User, now: datetime) -> None:
    """Raises WhyMissing, and as accept_visit does."""
    if not reason.strip():
        raise WhyMissing()
    _answer(visit, VisitStep.DECLINE, reason, seen, by, now)
    _call_off(visit, now)
    letters.write_answered(visit, now)


def _answer(visit: Visit, step: VisitStep, words: str, seen: int, by: User, now: datetime) -> None:
    _check_side(visit, by)
    if visit.state not in TO_ANSWER:
        raise VisitStepNotOpen()
    if not queries.may_answer(visit, by):
        raise OtherSideAnswers()
    _check_seen(visit, seen)
    _go(visit, step)
    visit.version += 1
    _note(visit, step, words, by, now)


def cancel_visit(visit: Visit, reason: str, *, by: User, now: datetime) -> None:
    """By either side, until it was carried out. Raises NotYourVisit, WhyMissing or VisitStepNotOpen."""
    _check_side(visit, by)
    if not reason.strip():
        raise WhyMissing()
    _go(visit, VisitStep.CANCEL)
    _note(visit, VisitStep.CANCEL, reason, by, now)
    _call_off(visit, now)
    letters.write_cancelled(visit, by, now)


def _call_off(visit: Visit, now: datetime) -> None:
    """What was to be returned by it is to be returned again."""
    exchange = find_exchange_of_visit(visit.id)
    if exchange is not None:
        exchanges.call_off_visit(exchange, now)
        returns.forget_links(exchange.id)


def carry_out_visit(visit: Visit, came: int, *, seen: int, by: User, now: datetime) -> None:
    """With how many persons there were in the end: so many count in the ledger. Said again, the number is put right,
    and what it was stays in the course of the visit. Raises NotYourVisit, VisitChangedMeanwhile, StillToCome or
    VisitStepNotOpen."""
    _check_side(visit, by)
    _check_seen(visit, seen)
    if visit.ends_on > today_at(visit, now):
        raise StillToCome()
    before = visit.came
    _go(visit, VisitStep.CARRY_OUT, came)
    visit.version += 1
    _note(visit, VisitStep.CARRY_OUT, f"{before} → {came}" if before else "", by, now)
    exchange = find_exchange_of_visit(visit.id)
    if exchange is not None:
        exchanges.follow_visit(exchange, _told(visit, now))


def write_report(visit: Visit, terms: ReportTerms, *, by: User, now: datetime) -> None:
    """The other side hears of the first one; written again, the latest counts. Raises NotYourVisit or NoReportYet."""
    _check_side(visit, by)
    if visit.state is not VisitState.CARRIED_OUT:
        raise NoReportYet()
    visit.seen, visit.results, visit.lessons = terms.seen, terms.results, terms.lessons
    is_first, visit.reported_at = visit.reported_at is None, now
    _note(visit, VisitStep.REPORT, "", by, now)
    if is_first:
        letters.write_reported(visit, by, now)


def _told(visit: Visit, now: datetime) -> exchanges.VisitTerms:
    return exchanges.VisitTerms(visit.title, visit.persons, visit.starts_on, visit.ends_on, now)


def _check_side(visit: Visit, by: User) -> None:
    if not queries.sides_of(visit, by):
        raise NotYourVisit()


def _check_seen(visit: Visit, seen: int) -> None:
    if visit.version != seen:
        raise VisitChangedMeanwhile()


def _go(visit: Visit, step: VisitStep, came: int | None = None) -> None:
    state = VISIT_STEPS.get((visit.state, step))
    if state is None:
        raise VisitStepNotOpen()
    visit.state, visit.came = state, came


def _note(visit: Visit, step: VisitStep, words: str, by: User, now: datetime) -> None:
    visit.events.append(VisitEvent(at=now, by=by, step=step, words=words.strip()))
    visit.changed_at = now
    db.session.flush()
