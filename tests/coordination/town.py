"""Cities with an agreement, and what their offices do under it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.coordination.models import Assignment, Exchange, Problem, ProblemEntry
from exchange_app.coordination.rules import ProblemState, ProblemStep
from exchange_app.coordination.service import exchanges
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.partners import agreements
from exchange_app.partners.agreements import AgreementTerms
from exchange_app.partners.models import Agreement, City, Counterpart, Department, Level, Organisation, Plan
from exchange_app.partners.models import OrganisationKind as Kind
from exchange_app.partners.rules import CounterpartState
from tests.builders import make_organisation

NAME = Translated(zh_Hans="民族团结进步合作协议", en="Agreement on working together")


def make_agreement(cities: Sequence[City], by: User, now: datetime, **terms: Any) -> Agreement:
    """In force since a month before ``now``, with the three plans."""
    told = {"name": NAME, "text": NAME, "plans": list(Plan), "in_force_from": None, "in_force_until": None} | terms
    agreement = agreements.draft_agreement(AgreementTerms(**told), cities, by_id=by.id, now=now)
    agreements.sign_agreement(agreement, now.date() - timedelta(days=30), by_id=by.id, now=now)
    return agreement


def make_office(city: City, department: Department | None = None, **changes: Any) -> Organisation:
    """Of the city's own level."""
    return make_organisation(city, Kind.OFFICE, **{"level": Level.CITY, "department": department} | changes)


def make_counterpart(
    agreement: Agreement,
    office: Organisation,
    other: Organisation,
    by: User,
    now: datetime,
    state: CounterpartState = CounterpartState.PROPOSED,
    **more: Any,
) -> Counterpart:
    """Proposed by ``office``, whatever the level and department."""
    first, second = sorted((office, other), key=lambda one: one.city_id)
    values = {"first": first, "first_city_id": first.city_id, "second": second, "second_city_id": second.city_id}
    counterpart = Counterpart(
        agreement=agreement,
        proposing_city_id=office.city_id,
        state=state,
        proposed_by_id=by.id,
        proposed_at=now,
        **values,
        **more,
    )
    db.session.add(counterpart)
    db.session.flush()
    return counterpart


def make_exchange(agreement: Agreement, booking: Booking, now: datetime) -> Exchange:
    """Of the departure of a booking, from the city of its school."""
    return exchanges.begin_exchange(agreement, booking.departure, booking.school.city, now=now)


def make_problem(
    agreement: Agreement, by: User, now: datetime, state: ProblemState = ProblemState.RAISED, **more: Any
) -> Problem:
    problem = Problem(
        **{
            "agreement": agreement,
            "form_token": "fixed",
            "title": "渡口夜间停航 · No boat at night",
            "description": "晚到的团队过不了江。",
            "state": state,
            "raised_by": by,
            "raised_at": now,
            "last_word_at": now,
            "closed_at": now if state in (ProblemState.SETTLED, ProblemState.SET_ASIDE) else None,
            "assignments": [],
            "entries": [ProblemEntry(step=ProblemStep.RAISE, at=now, by=by, words="")],
        }
        | more
    )
    db.session.add(problem)
    db.session.flush()
    return problem


def assigned(office: Organisation, due_on: date) -> Assignment:
    return Assignment(city=office.city, office=office, due_on=due_on)
