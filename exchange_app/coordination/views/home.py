"""A co-ordinator's first page: what waits, the agreements, and which exchanges come next in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from exchange_app.accounts.models import User
from exchange_app.accounts.sessions import me
from exchange_app.coordination.models import ExchangeStep, Problem
from exchange_app.coordination.queries.exchanges import (
    list_steps_waiting_for,
    list_upcoming_exchanges,
    map_counts,
)
from exchange_app.coordination.queries.problems import list_problems_assigned_to
from exchange_app.coordination.views.blueprint import coordination
from exchange_app.coordination.waiting import Item, Section, list_waiting
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.helpdesk.queries import count_requests
from exchange_app.helpdesk.rules import Show
from exchange_app.partners.models import AgreementProposal, Counterpart
from exchange_app.partners.queries import list_agreements, list_proposals_for_word_of, list_proposals_to
from exchange_app.web.formats import date_range, day
from exchange_app.web.labels import label
from exchange_app.web.policies import allows

LOOKED_AHEAD = timedelta(days=7)
LATELY = timedelta(days=30)
SHOWN = 10


@coordination.get("/coordinator")
@allows(Role.COORDINATOR)
def home() -> ResponseReturnValue:
    user = me()
    city = user.organisation.city
    today = city.today(now())
    exchanges = list_upcoming_exchanges(today, city_id=city.id, limit=SHOWN)
    waiting = [section for section in _list_own(user, today) if section.items] + [*list_waiting(user, today)]
    return render_template(
        "coordination/home.html",
        city=city,
        today=today,
        lately=today - LATELY,
        most=SHOWN,
        to_answer=[section for section in waiting if section.is_answer],
        to_do=[section for section in waiting if not section.is_answer],
        agreements=list_agreements(city.id),
        exchanges=exchanges,
        counts=map_counts(exchanges),
    )


def _list_own(user: User, today: date) -> Iterator[Section]:
    city_id = user.organisation.city_id
    proposals = [_proposal(one, user.organisation.city.zone) for one in list_proposals_to(city_id)]
    yield Section(
        "proposals", gettext("Other cities propose counterparts"), proposals, True, "coordination.all_counterparts"
    )
    changes = [_change(one) for one in list_proposals_for_word_of(city_id)]
    yield Section("changes", gettext("Agreements wait for the word of our city"), changes, is_answer=True)
    yield Section("requests", gettext("Requests for help"), [*_requests(user)], is_answer=True)
    steps = list_steps_waiting_for(user, today + LOOKED_AHEAD, limit=SHOWN)
    yield Section("steps", gettext("Steps that are due"), [_step(step) for step in steps])
    problems = [_problem(one, city_id) for one in list_problems_assigned_to(city_id)]
    yield Section("problems", gettext("Problems that our city sees to"), problems, all_at="coordination.problems")


def _proposal(one: Counterpart, zone: ZoneInfo) -> Item:
    words = f"{one.proposing.name} → {one.answering.name}"
    values = {"agreement_id": one.agreement_id, "_anchor": f"pair-{one.id}"}
    return Item(words, day(one.proposed_at, zone), "coordination.counterparts", values)


def _change(proposal: AgreementProposal) -> Item:
    words = label(proposal.what) if proposal.city is None else f"{label(proposal.what)}: {proposal.city.name}"
    values = {"agreement_id": proposal.agreement_id, "_anchor": "proposals"}
    return Item(words, str(proposal.agreement.name), "coordination.own_agreement_page", values)


def _requests(user: User) -> Iterator[Item]:
    """One line for all of them: the desk has a list of its own."""
    counts = count_requests(user, None, now())
    waiting, overdue = counts[Show.WAITING], counts[Show.OVERDUE]
    if waiting:
        words = ngettext("One waits for an answer", "%(num)s wait for an answer", waiting)
        note = ngettext("One is overdue", "%(num)s are overdue", overdue) if overdue else ""
        yield Item(words, note, "helpdesk.desk", {})


def _step(step: ExchangeStep) -> Item:
    exchange = step.exchange
    title = exchange.departure.package.title if exchange.departure else exchange.title
    way = f"{exchange.sending_city.name} → {exchange.hosting_city.name}"
    note = f"{title} · {way} · {date_range(exchange.starts_on, exchange.ends_on)}"
    values = {"exchange_id": step.exchange_id, "_anchor": f"step-{step.id}"}
    return Item(str(step.title), note, "coordination.exchange", values, step.due_on)


def _problem(problem: Problem, city_id: int) -> Item:
    own = next(one for one in problem.assignments if one.city_id == city_id)
    return Item(
        str(problem.title), str(own.office.name), "coordination.problem", {"problem_id": problem.id}, own.due_on
    )
