"""The planner, moving a departure in it, and undoing a step of planning."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.bookings import rescheduling
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.forms import readable
from exchange_app.catalogue.views.saving import NOTHING_MOVED, is_done
from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.core.months import weeks_of
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.departures.queries import get_departure_of
from exchange_app.departures.rules import day_in
from exchange_app.planning import queries, service
from exchange_app.planning.forms import MoveForm, PlannerForm
from exchange_app.planning.labels import day_note, tell
from exchange_app.planning.models import PlanStep, StepKind
from exchange_app.planning.planner import Planned, Planner, plan_of
from exchange_app.planning.rules import A_DAY, View, next_month, previous_month, week_of
from exchange_app.planning.views.blueprint import planning
from exchange_app.web.formats import weekdays
from exchange_app.web.policies import allows

UNDONE = sentence("It is undone.")


@planning.get("/organiser/planner")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def planner() -> ResponseReturnValue:
    moment = now()
    today = day_in(me().organisation.city.time_zone, moment)
    asked = readable(PlannerForm())
    view, shown = asked.get("view") or View.MONTH, asked.get("day") or today
    weeks = [week_of(shown)] if view is View.WEEK else weeks_of(shown)
    days = [day for week in weeks for day in week]
    plan = plan_of(me(), days, now=moment)
    chosen = plan.find(asked.get("chosen"))
    choices = _choices(plan, chosen, days, today)
    return render_template(
        "planning/planner.html",
        view=view,
        views=list(View),
        shown=shown,
        before=_before(view, shown),
        after=_after(view, shown),
        weeks=weeks,
        days=days,
        today=today,
        weekdays=weekdays(),
        plan=plan,
        chosen=chosen if chosen and chosen.may_move else None,
        choices=choices,
        suggested=_suggested(choices, chosen),
        form=MoveForm(formdata=None),
        step=queries.find_undoable(asked.get("done"), me()),
        note=day_note,
        tell=tell,
    )


def _before(view: View, shown: date) -> date:
    return shown - 7 * A_DAY if view is View.WEEK else previous_month(shown)


def _after(view: View, shown: date) -> date:
    return shown + 7 * A_DAY if view is View.WEEK else next_month(shown)


def _choices(plan: Planner, chosen: Planned | None, days: list[date], today: date) -> list[tuple[date, list[str]]]:
    """Every day to which the chosen departure may go, with what speaks against it there."""
    if chosen is None:
        return []
    departure = chosen.departure
    return [
        (
            day,
            [
                tell(against)
                for against in plan.around.against(
                    departure.package, day, seats=departure.pool.capacity, departure_id=departure.id
                )
            ],
        )
        for day in days
        if day >= today and day != departure.starts_on
    ]


def _suggested(choices: list[tuple[date, list[str]]], chosen: Planned | None) -> date | None:
    """The next day against which nothing speaks."""
    free = (day for day, sentences in choices if chosen and day > chosen.departure.starts_on and not sentences)
    return next(free, None)


@planning.post("/organiser/planner/move")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def move() -> ResponseReturnValue:
    """A departure that has groups goes on to the page that says who is told."""
    form = MoveForm()
    back = {"view": form.view.data or None, "day": form.shown.data or None}
    if not form.validate_on_submit():
        for words in [*form.form_errors, *(words for field in form for words in field.errors)]:
            flash(str(words), "error")
        return redirect(url_for("planning.planner", chosen=form.departure.data, **back), 303)
    assert form.departure.data is not None
    departure = get_departure_of(form.departure.data, me())
    day = form.day.data
    if queries.find_step_of_form(me(), form.form_token.data) is None and rescheduling.count_groups(departure.id, now()):
        return redirect(url_for("bookings.change_departure", departure_id=departure.id, to=day.isoformat()), 303)
    try:
        with transaction():
            step = service.move_departure(
                departure, day, seen=form.seen.data, form_token=form.form_token.data, by=me(), now=now()
            )
    except Refusal as refusal:
        words = str(NOTHING_MOVED) if isinstance(refusal, ChangedMeanwhile) else refusal.sentence
        flash(words, "error")
        return redirect(url_for("planning.planner", chosen=departure.id, **back), 303)
    return redirect(url_for("planning.planner", done=step.id, **back | {"day": day.isoformat()}), 303)


@planning.post("/organiser/planner/undo/<int:step_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def undo(step_id: int) -> ResponseReturnValue:
    step = queries.get_step(step_id, me())
    is_done(lambda: service.undo(step_id, by=me(), now=now()), done=UNDONE)
    return redirect(_after_undoing(step), 303)


def _after_undoing(step: PlanStep) -> str:
    facts: dict[str, Any] = step.facts
    match step.what:
        case StepKind.MOVE:
            return url_for("planning.planner", day=facts["starts_on"])
        case StepKind.SERIES:
            return url_for("planning.planner", day=facts["first"])
        case StepKind.SEASON:
            return url_for("catalogue.own_menus")
