"""The board of common problems: raised, discussed, assigned to offices of several cities, settled; and the lessons."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.forms import AssignForm, ProblemFilterForm, ProblemForm, WordsForm
from exchange_app.coordination.models import Exchange, Problem
from exchange_app.coordination.queries import problems as queries
from exchange_app.coordination.queries.exchanges import list_upcoming_exchanges
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.rules import OPEN_STATES
from exchange_app.coordination.service import problems as service
from exchange_app.coordination.views.blueprint import coordination, own_agreements_in_force
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.partners.queries import list_agreements, list_offices
from exchange_app.web.formats import date_range
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

PAGE = "coordination.problem"
LOOKED_BACK = timedelta(days=90)


@coordination.get("/coordinator/problems")
@allows(*SPEAKERS)
def problems() -> ResponseReturnValue:
    form = _filter_form()
    wanted = form.wanted()
    return render_template(
        "coordination/problems.html",
        page=page_of(queries.select_problems(me(), wanted)),
        form=form,
        wanted=wanted,
        counts=queries.count_problem_states(me()),
        may_raise=bool(own_agreements_in_force()),
    )


@coordination.get("/coordinator/lessons")
@allows(*SPEAKERS)
def lessons() -> ResponseReturnValue:
    form = _filter_form()
    page = page_of(queries.select_lessons(me(), form.wanted()))
    return render_template("coordination/lessons.html", page=page, form=form)


def _filter_form() -> ProblemFilterForm:
    form = ProblemFilterForm()
    form.agreement.offer((one.id, one.name) for one in list_agreements(city_of(me())))
    return form


@coordination.route("/coordinator/problems/new", methods=["GET", "POST"])
@allows(*SPEAKERS)
def raise_problem() -> ResponseReturnValue:
    agreements = {one.id: one for one in own_agreements_in_force()}
    exchanges = {
        one.id: one
        for agreement_id in agreements
        for one in list_upcoming_exchanges(me().organisation.city.today(now()) - LOOKED_BACK, agreement_id=agreement_id)
    }
    form = ProblemForm()
    form.agreement_id.offer((one.id, one.name) for one in agreements.values())
    form.exchange_id.offer((one.id, _named(one)) for one in exchanges.values())
    if len(agreements) == 1 and form.agreement_id.data is None:
        form.agreement_id.data = next(iter(agreements))
    raised: list[Problem] = []

    def command() -> None:
        exchange = exchanges.get(form.exchange_id.data)
        agreement = agreements[form.agreement_id.data]
        token = form.form_token.data
        raised.append(service.raise_problem(agreement, form.terms(), exchange, form_token=token, by=me(), now=now()))

    if is_saved(form, command):
        flash(gettext("The offices of the agreement's cities see the problem now."), "success")
        return redirect(url_for(PAGE, problem_id=raised[0].id), 303)
    return render_template("coordination/raise_problem.html", form=form, agreements=agreements), form.status


def _named(exchange: Exchange) -> str:
    title = exchange.departure.package.title if exchange.departure else exchange.title
    cities = f"{exchange.sending_city.name} → {exchange.hosting_city.name}"
    return f"{date_range(exchange.starts_on, exchange.ends_on)} · {cities} · {title}"


@coordination.get("/coordinator/problems/<int:problem_id>")
@allows(*SPEAKERS)
def problem(problem_id: int) -> ResponseReturnValue:
    return _page(queries.get_problem(problem_id, me()))


def _page(found: Problem, refused: Form | None = None, name: str = "") -> str:
    """``name`` is what the refused form is for."""
    forms: dict[str, Form] = {kind: WordsForm(None, prefix=f"{kind}-") for kind in ("comment", "settle", "aside")}
    if found.state in OPEN_STATES:
        forms["assign"] = _assign_form(found, None)
    if refused is not None:
        forms[name] = refused
    return render_template(
        "coordination/problem.html",
        problem=found,
        forms=forms,
        refused=refused,
        is_open=found.state in OPEN_STATES,
    )


def _assign_form(found: Problem, formdata: object) -> AssignForm:
    cities = found.agreement.cities
    offices = list_offices([city.id for city in cities])
    return AssignForm(cities, offices, found.assignments, formdata=formdata)


@coordination.post("/coordinator/problems/<int:problem_id>/comment")
@allows(*SPEAKERS)
def comment_on_problem(problem_id: int) -> ResponseReturnValue:
    form = WordsForm(prefix="comment-")
    return _carried_out(
        problem_id,
        form,
        "comment",
        lambda found: service.comment_on(found, form.words.data, by=me(), now=now()),
        gettext("Your comment is there; those concerned hear of it tomorrow morning."),
    )


@coordination.post("/coordinator/problems/<int:problem_id>/assign")
@allows(*SPEAKERS)
def assign_problem(problem_id: int) -> ResponseReturnValue:
    form = _assign_form(queries.get_problem(problem_id, me()), request.form)
    return _carried_out(
        problem_id,
        form,
        "assign",
        lambda found: service.assign_problem(found, form.written(), form.words.data, by=me(), now=now()),
        gettext("Assigned: the offices got a letter."),
    )


@coordination.post("/coordinator/problems/<int:problem_id>/settle")
@allows(*SPEAKERS)
def settle_problem(problem_id: int) -> ResponseReturnValue:
    form = WordsForm(prefix="settle-")
    return _carried_out(
        problem_id,
        form,
        "settle",
        lambda found: service.settle_problem(found, form.words.data, by=me(), now=now()),
        gettext("Settled: what was learnt stands among the lessons."),
    )


@coordination.post("/coordinator/problems/<int:problem_id>/set-aside")
@allows(*SPEAKERS)
def set_problem_aside(problem_id: int) -> ResponseReturnValue:
    form = WordsForm(prefix="aside-")
    return _carried_out(
        problem_id,
        form,
        "aside",
        lambda found: service.set_problem_aside(found, form.words.data, by=me(), now=now()),
        gettext("Set aside; it can be raised again."),
    )


@coordination.post("/coordinator/problems/<int:problem_id>/reopen")
@allows(*SPEAKERS)
def reopen_problem(problem_id: int) -> ResponseReturnValue:
    queries.get_problem(problem_id, me())

    def command() -> None:
        service.reopen_problem(queries.lock_problem(problem_id, me()), by=me(), now=now())

    is_done(command, done=gettext("The problem is open again."))
    return redirect(url_for(PAGE, problem_id=problem_id), 303)


def _carried_out(
    problem_id: int, form: Form, name: str, command: Callable[[Problem], None], done: str
) -> ResponseReturnValue:
    queries.get_problem(problem_id, me())
    if not is_saved(form, lambda: command(queries.lock_problem(problem_id, me()))):
        return _page(queries.get_problem(problem_id, me()), form, name), 422
    flash(done, "success")
    return redirect(url_for(PAGE, problem_id=problem_id), 303)
