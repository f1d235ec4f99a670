"""Whether a letter about counterparts, exchanges or common problems is still true when it is sent, and what its words
need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.coordination.letters import (
    ANSWERED,
    ASSIGNED,
    CHANGE_PROPOSED,
    COMMENTED,
    DUE,
    ENDED,
    NAMED,
    PROPOSED,
    SETTLED,
    hears_of_due,
)
from exchange_app.coordination.models import Exchange, ExchangeStep, Problem, ProblemEntry
from exchange_app.coordination.queries.exchanges import WITH_ALL, Counts, list_steps_waiting_for, map_counts
from exchange_app.coordination.queries.people import map_people, speaks_under
from exchange_app.coordination.queries.problems import WITH_PROBLEM, list_entries_since
from exchange_app.coordination.rules import REMINDED_BEFORE, ProblemState, ProblemStep, Side
from exchange_app.coordination.service.exchanges import today_of
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter, Urgency
from exchange_app.partners.models import Agreement, AgreementProposal, Counterpart, Organisation
from exchange_app.partners.queries import WITH_PARTIES
from exchange_app.partners.rules import CounterpartState

MOST_LINES = 30  # the rest is on the first page

# ---------------------------------------------------------------------------------------------------------- agreements


def load_proposals(ids: Collection[int]) -> Mapping[int, AgreementProposal]:
    """Those that nobody has answered; one that was is gone."""
    found = db.session.scalars(
        select(AgreementProposal)
        .where(AgreementProposal.id.in_(ids))
        .options(
            joinedload(AgreementProposal.agreement).options(*WITH_PARTIES),
            joinedload(AgreementProposal.city),
            joinedload(AgreementProposal.proposing_city),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_of_partys(proposal: AgreementProposal, letter: Letter, now: datetime) -> bool:
    """The reader's city has not left meanwhile."""
    reader = db.session.get(User, letter.facts["reader"])
    return reader is not None and speaks_under(proposal.agreement, reader)


def _words_of_proposal(proposal: AgreementProposal, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "host": None,
        "proposal": proposal,
        "proposer": map_people([proposal.proposed_by_id])[proposal.proposed_by_id],
        "agreement": proposal.agreement,
        "page_url": f"{setting('PUBLIC_URL')}/coordinator/agreements/{proposal.agreement_id}",
    }


# -------------------------------------------------------------------------------------------------------- counterparts


def load_counterparts(ids: Collection[int]) -> Mapping[int, Counterpart]:
    office = joinedload(Organisation.city), joinedload(Organisation.department)
    found = db.session.scalars(
        select(Counterpart)
        .where(Counterpart.id.in_(ids))
        .options(
            joinedload(Counterpart.agreement).selectinload(Agreement.all_parties),
            joinedload(Counterpart.first).options(*office),
            joinedload(Counterpart.second).options(*office),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_unanswered(counterpart: Counterpart, letter: Letter, now: datetime) -> bool:
    return counterpart.state is CounterpartState.PROPOSED


def _is_answered_so(counterpart: Counterpart, letter: Letter, now: datetime) -> bool:
    return counterpart.state is CounterpartState(letter.facts["state"])


def _is_over(counterpart: Counterpart, letter: Letter, now: datetime) -> bool:
    return counterpart.state is CounterpartState.ENDED


def _words_of_counterpart(counterpart: Counterpart, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "host": None,
        "counterpart": counterpart,
        "agreement": counterpart.agreement,
        "proposing": counterpart.proposing,
        "answering": counterpart.answering,
        "was_confirmed": letter.facts.get("was_confirmed", True),
        "page_url": f"{setting('PUBLIC_URL')}/coordinator/agreements/{counterpart.agreement_id}/counterparts",
    }


# ----------------------------------------------------------------------------------------------------------- exchanges


def load_exchanges(ids: Collection[int]) -> Mapping[int, Exchange]:
    found = db.session.scalars(
        select(Exchange)
        .where(Exchange.id.in_(ids))
        .options(*WITH_ALL, selectinload(Exchange.steps))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _takes_place(exchange: Exchange, letter: Letter, now: datetime) -> bool:
    if exchange.called_off_at is not None:
        return False
    return exchange.departure is None or exchange.departure.state is not DepartureState.CALLED_OFF


def _is_theirs(exchange: Exchange, letter: Letter, now: datetime) -> bool:
    coordinator = exchange.coordinator_of(Side(letter.facts["side"]))
    is_reader = coordinator is not None and coordinator.id == letter.facts["reader"]
    return is_reader and _takes_place(exchange, letter, now)


def _words_of_named(exchange: Exchange, letter: Letter, now: datetime) -> dict[str, Any]:
    side = Side(letter.facts["side"])
    return {
        "host": None,
        "exchange": exchange,
        "title": title_of(exchange),
        "side": side,
        "other_side": exchange.coordinator_of(side.other),
        "counts": map_counts([exchange])[exchange.id],
        "page_url": f"{setting('PUBLIC_URL')}/coordinator/exchanges/{exchange.id}",
    }


def _is_any_due(exchange: Exchange, letter: Letter, now: datetime) -> bool:
    return bool(_list_due(letter, now))


def _list_due(letter: Letter, now: datetime) -> list[ExchangeStep]:
    """All that the reader has to see to within a few days, whichever exchange the letter was written for."""
    reader = db.session.get(User, letter.facts["reader"])
    if reader is None:
        return []
    until = reader.organisation.city.today(now) + REMINDED_BEFORE
    due = list_steps_waiting_for(reader, until)
    return [step for step in due if hears_of_due(step.exchange, step.side, reader)]


class Due(NamedTuple):
    """What is due of one side of an exchange."""

    exchange: Exchange
    title: str
    side: Side
    other_side: User | None
    counts: Counts
    steps: Sequence[ExchangeStep]


def _words_of_due(exchange: Exchange, letter: Letter, now: datetime) -> dict[str, Any]:
    steps = _list_due(letter, now)
    of_sides: dict[tuple[int, Side], list[ExchangeStep]] = {}
    for step in steps[:MOST_LINES]:
        of_sides.setdefault((step.exchange_id, step.side), []).append(step)
    counts = map_counts([alike[0].exchange for alike in of_sides.values()])
    dues = [_due(alike, counts) for alike in of_sides.values()]
    path = f"/exchanges/{dues[0].exchange.id}" if len(dues) == 1 else ""
    return {
        "host": None,
        "dues": dues,
        "number": len(steps),
        "left_out": len(steps[MOST_LINES:]),
        "today": today_of(exchange, now),
        "page_url": f"{setting('PUBLIC_URL')}/coordinator{path}",
    }


def _due(steps: Sequence[ExchangeStep], counts: Mapping[int, Counts]) -> Due:
    exchange, side = steps[0].exchange, steps[0].side
    return Due(exchange, title_of(exchange), side, exchange.coordinator_of(side.other), counts[exchange.id], steps)


def title_of(exchange: Exchange) -> str:
    return str(exchange.departure.package.title if exchange.departure else exchange.title)


# ------------------------------------------------------------------------------------------------------------ problems


def load_problems(ids: Collection[int]) -> Mapping[int, Problem]:
    found = db.session.scalars(
        select(Problem)
        .where(Problem.id.in_(ids))
        .options(*WITH_PROBLEM, selectinload(Problem.entries).joinedload(ProblemEntry.by))
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_assigned(problem: Problem, letter: Letter, now: datetime) -> bool:
    return problem.state is ProblemState.ASSIGNED


def _is_closed_so(problem: Problem, letter: Letter, now: datetime) -> bool:
    return problem.state is ProblemState(letter.facts["state"])


def _has_others_words(problem: Problem, letter: Letter, now: datetime) -> bool:
    """And the reader's city has not left over night."""
    reader = db.session.get(User, letter.facts["reader"])
    return reader is not None and speaks_under(problem.agreement, reader) and bool(_comments(problem, letter))


def _comments(problem: Problem, letter: Letter) -> list[ProblemEntry]:
    """What others than the reader said on the day that the letter is about."""
    if "day" not in letter.facts:
        return []
    zone = ZoneInfo(problem.agreement.parties[0].city.time_zone)
    since = datetime.combine(date.fromisoformat(letter.facts["day"]), time(0), zone)
    said = list_entries_since(problem.id, since, since + timedelta(days=1))
    return [one for one in said if one.step is ProblemStep.COMMENT and one.by_id != letter.facts["reader"]]


def _words_of_problem(problem: Problem, letter: Letter, now: datetime) -> dict[str, Any]:
    last = problem.entries[-1] if problem.entries else None
    return {
        "host": None,
        "problem": problem,
        "agreement": problem.agreement,
        "title": problem.title,
        "comments": _comments(problem, letter),
        "is_settled": problem.state is ProblemState.SETTLED,
        "words": last.words if last else "",
        "page_url": f"{setting('PUBLIC_URL')}/coordinator/problems/{problem.id}",
    }


def _of_counterpart(name: str, words: Any, is_still_true: Callable[[Any, Letter, datetime], bool]) -> Kind[Counterpart]:
    context = _words_of_counterpart
    return Kind(name, words, load_counterparts, is_still_true, context, leads_to="page_url")


def _of_problem(
    name: str, words: Any, is_still_true: Callable[[Any, Letter, datetime], bool], urgency: Urgency = Urgency.AT_ONCE
) -> Kind[Problem]:
    context = _words_of_problem
    return Kind(name, words, load_problems, is_still_true, context, urgency=urgency, leads_to="page_url")


COORDINATION_LETTERS = (
    Kind(
        CHANGE_PROPOSED,
        sentence("Change of an agreement proposed, to the other cities"),
        load_proposals,
        _is_of_partys,
        _words_of_proposal,
        leads_to="page_url",
    ),
    _of_counterpart(PROPOSED, sentence("Counterpart proposed, to the other side"), _is_unanswered),
    _of_counterpart(ANSWERED, sentence("Counterpart confirmed or declined"), _is_answered_so),
    _of_counterpart(ENDED, sentence("Counterpart ended"), _is_over),
    Kind(
        NAMED,
        sentence("Co-ordinator of an exchange named"),
        load_exchanges,
        _is_theirs,
        _words_of_named,
        leads_to="page_url",
    ),
    Kind(
        DUE,
        sentence("Steps of exchanges are due"),
        load_exchanges,
        _is_any_due,
        _words_of_due,
        urgency=Urgency.PLANNED,
        leads_to="page_url",
    ),
    _of_problem(ASSIGNED, sentence("Common problem assigned"), _is_assigned),
    _of_problem(COMMENTED, sentence("Comments on a common problem"), _has_others_words, Urgency.PLANNED),
    _of_problem(SETTLED, sentence("Common problem settled or set aside"), _is_closed_so),
)
