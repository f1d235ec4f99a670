"""Many departures of a package at once, by weekday and holiday calendar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.models import Package, Publication
from exchange_app.catalogue.queries import get_package_of
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.queries import find_last_of_package
from exchange_app.departures.rules import day_in
from exchange_app.planning import service
from exchange_app.planning.errors import TooManyDays
from exchange_app.planning.forms import SeriesChoice, SeriesForm
from exchange_app.planning.holidays import day_kind, years_not_announced
from exchange_app.planning.labels import day_note, tell
from exchange_app.planning.models import PlanStep
from exchange_app.planning.rules import (
    A_DAY,
    IMPOSSIBLE,
    MILD,
    MOST_AT_ONCE,
    Against,
    DayKind,
    Objection,
    days_of,
    keeps_rule,
)
from exchange_app.planning.surroundings import Surroundings, look_around
from exchange_app.planning.views.blueprint import planning
from exchange_app.web.policies import allows

SERIES_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A date of a series with what speaks against it; it is ticked unless something does."""

    day: date
    against: Sequence[Against]
    is_ticked: bool
    may_be_ticked: bool


@planning.route("/organiser/packages/<int:package_id>/departures/series", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def plan_series(package_id: int) -> ResponseReturnValue:
    package = get_package_of(package_id, me())
    moment = now()
    form = SeriesForm(**_usual(package, moment))
    choice = SeriesChoice()
    proposals = _propose(form, package, moment) if form.is_asked and form.validate() else []
    may_be = {proposal.day for proposal in proposals if proposal.may_be_ticked}
    chosen = {day for day in choice.day.data or () if day in may_be}
    steps: list[PlanStep] = []
    if proposals and is_saved(choice, lambda: steps.append(_plan(package, chosen, form, choice))):
        return redirect(url_for("planning.planner", day=steps[0].facts["first"], done=steps[0].id), 303)
    page = render_template(
        "planning/plan_series.html",
        package=package,
        form=form,
        choice=choice,
        proposals=proposals,
        chosen=chosen if choice.is_submitted() else None,
        unknown=years_not_announced(_all_days(package, proposals)),
        note=day_note,
        tell=tell,
    )
    return page, 422 if form.errors else status_of_form(choice)


def _usual(package: Package, moment: datetime) -> dict[str, Any]:
    """As the latest departure of the package was planned; else what is usual."""
    today = day_in(package.host_city.time_zone, moment)
    usual: dict[str, Any] = {
        "since": today + 30 * A_DAY,
        "until": today + 30 * A_DAY + SERIES_AHEAD,
        "opens_days": 60,
        "closes_days": 14,
        "roster_days": 7,
        "minimum": 1,
        "is_open": package.publication is Publication.PUBLISHED,
    }
    last = find_last_of_package(package.id)
    if last is None:
        return usual
    return usual | {
        "meets": last.meets_at.astimezone(last.zone).time(),
        "meeting_point": last.meeting_point,
        "opens_days": _days_before(last.starts_on, last.opens_at, last.zone) or 1,
        "closes_days": _days_before(last.starts_on, last.closes_at, last.zone),
        "roster_days": _days_before(last.starts_on, last.roster_due_at, last.zone),
        "capacity": last.pool.capacity,
        "minimum": last.minimum,
        "weekdays": [last.starts_on.isoweekday()],
    }


def _days_before(day: date, moment: datetime, zone: Any) -> int:
    return max(0, (day - moment.astimezone(zone).date()).days)


def _propose(form: SeriesForm, package: Package, moment: datetime) -> list[Proposal]:
    span = days_of(form.since.data, (form.until.data - form.since.data).days + 1)
    adjusted = [day for day in span if form.adjusted.data and day_kind(day) is DayKind.ADJUSTED]
    days = form.days(adjusted)
    if len(days) > MOST_AT_ONCE:
        form.until.errors = [TooManyDays(most=MOST_AT_ONCE).sentence]
        return []
    if not days:
        return []
    around = look_around(me(), days[0], days[-1], packages=[package])
    return [_proposal(day, form, package, around, moment) for day in days]


def _proposal(day: date, form: SeriesForm, package: Package, around: Surroundings, moment: datetime) -> Proposal:
    terms = service.terms_on(package, day, form.terms())
    against = list(around.against(package, day, seats=terms.capacity))
    kinds = [day_kind(one) for one in days_of(day, package.days)]
    broken = keeps_rule(form.rule.data, kinds, with_adjusted=form.adjusted.data)
    if broken is Objection.NO_SCHOOL:
        against.insert(0, Against(Objection.NO_SCHOOL))
    if terms.closes_at <= moment:
        against.insert(0, Against(Objection.OVER))
    what = {one.what for one in against}
    is_impossible = Objection.OVER in what or (form.is_open.data and not what.isdisjoint(IMPOSSIBLE))
    return Proposal(day, against, not (is_impossible or broken or what - MILD), not is_impossible)


def _all_days(package: Package, proposals: Sequence[Proposal]) -> list[date]:
    return [day for proposal in proposals for day in days_of(proposal.day, package.days)]


def _plan(package: Package, days: set[date], form: SeriesForm, choice: SeriesChoice) -> PlanStep:
    return service.plan_series(
        package,
        days,
        form.terms(),
        is_open=form.is_open.data,
        form_token=choice.form_token.data,
        by=me(),
        now=now(),
    )
