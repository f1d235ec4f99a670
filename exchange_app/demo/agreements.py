"""The agreement of the demo's cities: the offices that work together, exchanges with their checklists, problems."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from exchange_app.coordination.models import Exchange, ExchangeStep
from exchange_app.coordination.service import counterparts, exchanges, problems
from exchange_app.coordination.service.problems import ProblemTerms, Task
from exchange_app.core.database import db
from exchange_app.demo.known import Known
from exchange_app.demo.reading import CONTENT, read
from exchange_app.partners import agreements
from exchange_app.partners import counterparts as pairing
from exchange_app.partners.agreements import AgreementTerms, PaperTerms
from exchange_app.partners.models import Agreement, Plan
from exchange_app.partners.paper_files import read_paper
from exchange_app.partners.rules import CounterpartStep

BEGUN_BEFORE = timedelta(days=100)
LEFT_OPEN = timedelta(days=4)  # what was due so lately nobody has ticked yet


def add_agreements(known: Known, now: datetime) -> None:
    """After all groups have come as far as they do."""
    content = read("agreements")
    for entry in content["agreement"]:
        agreement = _sign(entry, known, now)
        _pair_offices(agreement, content, known, now)
        _begin_exchanges(now)
        for number, problem in enumerate(content["problem"]):
            _Problem(agreement, problem, known, now).happen(f"demo-{number}")


def _sign(entry: dict[str, Any], known: Known, now: datetime) -> Agreement:
    by_id = known.people[entry["by"]].id
    signed_at = datetime.combine(entry["signed_on"], time(4), now.tzinfo)
    terms = AgreementTerms(entry["name"], entry["text"], [Plan(plan) for plan in entry["plans"]], None, None)
    cities = [known.cities[code] for code in entry["cities"]]
    agreement = agreements.draft_agreement(terms, cities, by_id=by_id, now=signed_at)
    agreements.sign_agreement(agreement, entry["signed_on"], by_id=by_id, now=now)
    paper = read_paper(BytesIO((CONTENT / "agreement.pdf").read_bytes()), f"{entry['paper']['zh_Hans']}.pdf")
    agreements.add_paper(agreement, paper, PaperTerms(entry["paper"], is_public=True), by_id=by_id, now=now)
    return agreement


def _pair_offices(agreement: Agreement, content: dict[str, Any], known: Known, now: datetime) -> None:
    for entry in content["liaison"]:
        coordinator = known.people[entry["coordinator"]]
        counterparts.name_liaison(agreement, known.organisations[entry["office"]], coordinator.id, by=coordinator)
    for entry in content["pair"]:
        pairing.pair_counties(agreement, *(known.counties[code] for code in entry["counties"]))
    for entry in content["counterpart"]:
        at = now - timedelta(days=entry["days_ago"])
        office, other = (known.organisations[entry[name]] for name in ("office", "other"))
        by, words = known.people[entry["by"]], entry.get("words", "")
        asked = counterparts.propose(agreement, office, other, words, by=by, now=at)
        if "confirmed_by" in entry:
            answering = known.people[entry["confirmed_by"]]
            counterparts.answer(asked, CounterpartStep.CONFIRM, "", by=answering, now=at + timedelta(days=1))


def _begin_exchanges(now: datetime) -> None:
    """Those of the past too."""
    while exchanges.begin_exchanges(now - BEGUN_BEFORE):
        pass


def tick_steps(now: datetime) -> None:
    """What was due is ticked, but for the last days."""
    until = (now - LEFT_OPEN).date()
    for step in db.session.scalars(select(ExchangeStep).join(Exchange).where(ExchangeStep.due_on < until)):
        step.done_on, step.done_at = step.due_on, now
        step.done_by = step.exchange.coordinator_of(step.side)
    db.session.flush()


class _Problem:
    """One problem and what was said and done about it, as the content tells it."""

    def __init__(self, agreement: Agreement, entry: dict[str, Any], known: Known, now: datetime) -> None:
        self._agreement, self._entry, self._known, self._now = agreement, entry, known, now

    def happen(self, form_token: str) -> None:
        entry = self._entry
        by = self._known.people[entry["by"]]
        terms = ProblemTerms(entry["title"], entry["description"])
        at = self._ago(entry["days_ago"])
        problem = problems.raise_problem(self._agreement, terms, None, form_token=form_token, by=by, now=at)
        for said in entry.get("said", []):
            speaker = self._known.people[said["by"]]
            problems.comment_on(problem, said["words"], by=speaker, now=self._ago(said["days_ago"]))
        if "offices" in entry:
            due_on = (self._now + timedelta(days=entry["due_in_days"])).date()
            tasks = [Task(self._known.organisations[key], due_on) for key in entry["offices"]]
            assigned_at = self._ago(entry["assigned_days_ago"])
            problems.assign_problem(problem, tasks, entry["assigned_words"], by=by, now=assigned_at)
        if "lesson" in entry:
            problems.settle_problem(problem, entry["lesson"], by=by, now=self._ago(entry["settled_days_ago"]))
        if "reason" in entry:
            problems.set_problem_aside(problem, entry["reason"], by=by, now=self._ago(entry["set_aside_days_ago"]))

    def _ago(self, days: int) -> datetime:
        return self._now - timedelta(days=days)
