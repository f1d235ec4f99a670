"""What cities do about an agreement: write it down, sign it, let a city join or leave, keep its papers, end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, or_, update

from exchange_app.audit.rules import What
from exchange_app.audit.service import record
from exchange_app.core.database import change_rows, db
from exchange_app.core.text import Translated
from exchange_app.partners import paper_files, queries
from exchange_app.partners.errors import (
    AgreementStepNotOpen,
    EndedLater,
    EndsBeforeItBegins,
    FirstDayMissing,
    JoinedTooEarly,
    LeftTooEarly,
    NoPlan,
    PaperNotFound,
    PaperThereAlready,
    PartyAlready,
    PartyNotFound,
    SignedLater,
    TooFewParties,
    TooManyPapers,
)
from exchange_app.partners.models import (
    IS_OPEN,
    Agreement,
    AgreementPaper,
    AgreementPlan,
    City,
    Counterpart,
    CountyPair,
    Liaison,
    Party,
    Plan,
)
from exchange_app.partners.rules import LEAST_PARTIES, MOST_PAPERS, AgreementState, CounterpartState


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    name: Translated
    text: Translated
    plans: Sequence[Plan]
    in_force_from: date | None
    in_force_until: date | None


def today_of(agreement: Agreement, now: datetime) -> date:
    """The day it is in the city that stands first."""
    return agreement.parties[0].city.today(now)


def draft_agreement(terms: AgreementTerms, cities: Sequence[City], *, by_id: int, now: datetime) -> Agreement:
    """The chair rotates in the order of ``cities``; the same draft of the same writer, sent twice, is one. Raises
    TooFewParties, NoPlan or EndsBeforeItBegins."""
    if len({city.id for city in cities}) < LEAST_PARTIES:
        raise TooFewParties()
    for known in queries.list_drafts_by(by_id):
        if (known.name, known.text, known.city_ids) == (terms.name, terms.text, {city.id for city in cities}):
            return known
    agreement = Agreement(written_by_id=by_id, written_at=now, state=AgreementState.DRAFT, carried=[], papers=[])
    agreement.all_parties = [Party(city=city, position=position) for position, city in enumerate(cities, start=1)]
    _apply(agreement, terms)
    db.session.add(agreement)
    db.session.flush()
    return agreement


def change_agreement(agreement: Agreement, terms: AgreementTerms, *, by_id: int, now: datetime) -> None:
    """Of one that is in force, the change is written down. Raises AgreementStepNotOpen, NoPlan, EndsBeforeItBegins or
    FirstDayMissing."""
    _check_not_ended(agreement)
    if agreement.state is AgreementState.IN_FORCE:
        if terms.in_force_from is None:
            raise FirstDayMissing()
        _record(What.AGREEMENT_CHANGED, agreement, by_id, now)
    _apply(agreement, terms)
    _note_writer(agreement, by_id, now)
    db.session.flush()


def _note_writer(agreement: Agreement, by_id: int, now: datetime) -> None:
    """Of a draft: whoever changed it last has written what is signed."""
    if agreement.state is AgreementState.DRAFT:
        agreement.written_by_id, agreement.written_at = by_id, now


def _apply(agreement: Agreement, terms: AgreementTerms) -> None:
    if not terms.plans:
        raise NoPlan()
    if terms.in_force_from and terms.in_force_until and terms.in_force_until < terms.in_force_from:
        raise EndsBeforeItBegins()
    agreement.name, agreement.text = terms.name, terms.text
    agreement.in_force_from, agreement.in_force_until = terms.in_force_from, terms.in_force_until
    kept = {one.plan: one for one in agreement.carried}
    agreement.carried = [kept.get(plan) or AgreementPlan(plan=plan) for plan in Plan if plan in terms.plans]


def sign_agreement(agreement: Agreement, signed_on: date, *, by_id: int, now: datetime) -> None:
    """It is in force from the day that it names, else from this one. Raises AgreementStepNotOpen, SignedLater,
    TooFewParties or EndsBeforeItBegins."""
    if agreement.state is not AgreementState.DRAFT:
        raise AgreementStepNotOpen()
    if len(agreement.parties) < LEAST_PARTIES:
        raise TooFewParties()
    if signed_on > today_of(agreement, now):
        raise SignedLater()
    first_day = agreement.in_force_from or signed_on
    if agreement.in_force_until and agreement.in_force_until < first_day:
        raise EndsBeforeItBegins()
    agreement.state, agreement.signed_on, agreement.in_force_from = AgreementState.IN_FORCE, signed_on, first_day
    for party in agreement.parties:
        party.since = party.since or first_day
    db.session.flush()
    _record(What.AGREEMENT_SIGNED, agreement, by_id, now)


def end_agreement(agreement: Agreement, ended_on: date, reason: str, *, by_id: int, now: datetime) -> None:
    """Raises as check_ending does."""
    check_ending(agreement, ended_on, now)
    _end(agreement, ended_on, by_id, now)
    agreement.end_reason = reason.strip()
    db.session.flush()


def check_ending(agreement: Agreement, ended_on: date, now: datetime) -> None:
    """Raises AgreementStepNotOpen or EndedLater."""
    if agreement.state is not AgreementState.IN_FORCE:
        raise AgreementStepNotOpen()
    if ended_on > today_of(agreement, now) or (agreement.in_force_from and ended_on < agreement.in_force_from):
        raise EndedLater()


def end_run_out(now: datetime) -> int:
    """Agreements whose last day is over end by themselves; returns how many there were."""
    latest_day = now.date() + timedelta(days=1)  # it may be tomorrow there
    found = [
        agreement
        for agreement in queries.lock_agreements_run_out(latest_day)
        if agreement.in_force_until and agreement.in_force_until < today_of(agreement, now)
    ]
    for agreement in found:
        _end(agreement, agreement.in_force_until or now.date(), None, now)
    db.session.flush()
    return len(found)


def _end(agreement: Agreement, ended_on: date, by_id: int | None, now: datetime) -> None:
    agreement.state, agreement.ended_on = AgreementState.ENDED, ended_on
    agreement.proposals.clear()
    _record(What.AGREEMENT_ENDED, agreement, by_id, now)


def drop_draft(agreement: Agreement) -> None:
    """Raises AgreementStepNotOpen for one that was signed."""
    if agreement.state is not AgreementState.DRAFT:
        raise AgreementStepNotOpen()
    db.session.delete(agreement)
    db.session.flush()


# -------------------------------------------------------------------------------------------------------- the parties


def add_party(agreement: Agreement, city: City, since: date | None, *, by_id: int, now: datetime) -> None:
    """A city joins, last in the order of the chair. Raises as check_joining does."""
    check_joining(agreement, city.id, since, now)
    first_day = None
    last = max((party.position for party in agreement.all_parties), default=0)
    if agreement.state is AgreementState.IN_FORCE:
        first_day = since or today_of(agreement, now)
        _record(What.AGREEMENT_JOINED, agreement, by_id, now, city=city.id)
    agreement.all_parties.append(Party(city=city, city_id=city.id, position=last + 1, since=first_day))
    _note_writer(agreement, by_id, now)
    db.session.flush()


def check_joining(agreement: Agreement, city_id: int | None, since: date | None, now: datetime) -> None:
    """Raises AgreementStepNotOpen, PartyAlready or JoinedTooEarly."""
    _check_not_ended(agreement)
    if city_id in agreement.city_ids:
        raise PartyAlready()
    if agreement.state is AgreementState.IN_FORCE and since is not None:
        first_day = agreement.in_force_from or since
        if not first_day <= since <= max(first_day, today_of(agreement, now)):
            raise JoinedTooEarly()


def remove_party(agreement: Agreement, city_id: int | None, until: date | None, *, by_id: int, now: datetime) -> None:
    """A city leaves, and with it go its liaison, its pairs, its counterparts there and what it proposed. Raises as
    check_leaving does."""
    party = check_leaving(agreement, city_id, until, now)
    if agreement.state is AgreementState.DRAFT:
        agreement.all_parties.remove(party)
    else:
        party.until = until or today_of(agreement, now)
        _record(What.AGREEMENT_LEFT, agreement, by_id, now, city=party.city_id)
    _let_go_of(agreement, party.city_id, by_id, now)
    _note_writer(agreement, by_id, now)
    db.session.flush()


def check_leaving(agreement: Agreement, city_id: int | None, until: date | None, now: datetime) -> Party:
    """Raises AgreementStepNotOpen, PartyNotFound, TooFewParties or LeftTooEarly."""
    _check_not_ended(agreement)
    party = find_party(agreement, city_id)
    if len(agreement.parties) <= LEAST_PARTIES:
        raise TooFewParties()
    if agreement.state is AgreementState.IN_FORCE:
        today = today_of(agreement, now)
        last_day = until or today
        if last_day > today or (party.since and last_day < party.since):
            raise LeftTooEarly()
    return party


def _let_go_of(agreement: Agreement, city_id: int, by_id: int, now: datetime) -> None:
    about = [one for one in agreement.proposals if city_id in (one.proposing_city_id, one.city_id)]
    for proposal in about:
        agreement.proposals.remove(proposal)
    change_rows(delete(Liaison).where(Liaison.agreement_id == agreement.id, Liaison.city_id == city_id))
    of_city = or_(CountyPair.first_city_id == city_id, CountyPair.second_city_id == city_id)
    change_rows(delete(CountyPair).where(CountyPair.agreement_id == agreement.id, of_city))
    with_city = or_(Counterpart.first_city_id == city_id, Counterpart.second_city_id == city_id)
    change_rows(
        update(Counterpart)
        .where(Counterpart.agreement_id == agreement.id, with_city, IS_OPEN)
        .values(state=CounterpartState.ENDED, ended_by_id=by_id, ended_at=now)
    )


def move_party(agreement: Agreement, city_id: int) -> None:
    """One place nearer to the front of the order of the chair. Raises AgreementStepNotOpen or PartyNotFound."""
    _check_not_ended(agreement)
    party = find_party(agreement, city_id)
    order = agreement.parties
    place = order.index(party)
    if place:
        before = order[place - 1]
        party.position, before.position = before.position, party.position
    db.session.flush()


def find_party(agreement: Agreement, city_id: int | None) -> Party:
    """Raises PartyNotFound."""
    for party in agreement.parties:
        if party.city_id == city_id:
            return party
    raise PartyNotFound()


# --------------------------------------------------------------------------------------------------------- the papers


@dataclass(frozen=True, slots=True)
class PaperTerms:
    title: Translated
    is_public: bool


def add_paper(
    agreement: Agreement, file: paper_files.PaperFile, terms: PaperTerms, *, by_id: int, now: datetime
) -> AgreementPaper:
    """Raises TooManyPapers or PaperThereAlready."""
    if len(agreement.papers) >= MOST_PAPERS:
        raise TooManyPapers(most=MOST_PAPERS)
    if any(paper.digest == file.digest for paper in agreement.papers):
        raise PaperThereAlready()
    paper = AgreementPaper(
        title=terms.title,
        is_public=terms.is_public,
        filename=file.filename,
        content_type=file.content_type,
        content=file.content,
        size=len(file.content),
        digest=file.digest,
        added_by_id=by_id,
        added_at=now,
    )
    agreement.papers.append(paper)
    db.session.flush()
    _record(What.AGREEMENT_PAPER_ADDED, agreement, by_id, now, paper=paper.id, is_public=paper.is_public)
    return paper


def show_paper(agreement: Agreement, paper_id: int, is_public: bool, *, by_id: int, now: datetime) -> None:
    """To everybody, or to the parties alone. Raises PaperNotFound."""
    paper = find_paper(agreement, paper_id)
    if paper.is_public is not is_public:
        paper.is_public = is_public
        db.session.flush()
        _record(What.AGREEMENT_PAPER_SHOWN, agreement, by_id, now, paper=paper.id, is_public=is_public)


def remove_paper(agreement: Agreement, paper_id: int, *, by_id: int, now: datetime) -> None:
    """Raises PaperNotFound."""
    paper = find_paper(agreement, paper_id)
    agreement.papers.remove(paper)
    db.session.flush()
    _record(What.AGREEMENT_PAPER_REMOVED, agreement, by_id, now, paper=paper_id)


def find_paper(agreement: Agreement, paper_id: int) -> AgreementPaper:
    for paper in agreement.papers:
        if paper.id == paper_id:
            return paper
    raise PaperNotFound()


def _check_not_ended(agreement: Agreement) -> None:
    if agreement.state is AgreementState.ENDED:
        raise AgreementStepNotOpen()


def _record(what: What, agreement: Agreement, by_id: int | None, now: datetime, /, **facts: int | bool) -> None:
    record(what, by_id=by_id, now=now, subject=f"agreement:{agreement.id}", facts=facts)
