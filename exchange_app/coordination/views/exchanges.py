"""The exchanges of a city's agreements, the checklist of each, and the template that checklists are made from."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.coordination.errors import OtherSide
from exchange_app.coordination.forms import BeginForm, CoordinatorForm, TemplateForm, TickForm
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries import exchanges as queries
from exchange_app.coordination.queries.people import city_of, list_coordinators
from exchange_app.coordination.rules import Side
from exchange_app.coordination.service import exchanges as service
from exchange_app.coordination.views.agreements import KEEPERS
from exchange_app.coordination.views.blueprint import (
    coordination,
    lock_own_agreement,
    own_agreement,
    own_agreements_in_force,
)
from exchange_app.core.clock import now
from exchange_app.papers.rules import standing
from exchange_app.web.formats import date_range
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

PAGE = "coordination.exchange"


@coordination.get("/coordinator/exchanges")
@allows(*KEEPERS)
def exchanges() -> ResponseReturnValue:
    is_past = request.args.get("when") == "past"
    page = page_of(queries.select_exchanges(me(), today=me().organisation.city.today(now()), is_past=is_past))
    return render_template(
        "coordination/exchanges.html",
        page=page,
        counts=queries.map_counts(list(page.rows)),
        is_past=is_past,
        agreements=own_agreements_in_force(),
        own_id=city_of(me()),
    )


@coordination.route("/coordinator/agreements/<int:agreement_id>/exchanges/new", methods=["GET", "POST"])
@allows(*KEEPERS)
def begin_exchange(agreement_id: int) -> ResponseReturnValue:
    """By hand; where a group has registered it begins by itself."""
    agreement = own_agreement(agreement_id)
    form = BeginForm()
    offered = {one.id: one for one in queries.list_offered_departures(agreement, me().organisation.city.today(now()))}
    form.departure_id.offer(
        (one.id, f"{date_range(one.starts_on, one.ends_on)} · {one.package.host_city.name} · {one.package.title}")
        for one in offered.values()
    )
    form.sending_city_id.offer((city.id, city.name) for city in agreement.cities)

    def command() -> None:
        locked = lock_own_agreement(agreement_id)
        city = next(one for one in locked.cities if one.id == form.sending_city_id.data)
        service.begin_exchange(locked, offered[form.departure_id.data], city, now=now())

    if is_saved(form, command):
        flash(gettext("The exchange has its checklist; its co-ordinators got a letter."), "success")
        return redirect(url_for("coordination.exchanges"), 303)
    return render_template("coordination/begin_exchange.html", form=form, agreement=agreement), form.status


@coordination.get("/coordinator/exchanges/<int:exchange_id>")
@allows(*KEEPERS)
def exchange(exchange_id: int) -> ResponseReturnValue:
    return _page(queries.get_exchange(exchange_id, me()))


def _page(found: Exchange, refused: Form | None = None, name: str = "") -> str:
    """``name`` is what the refused form is for."""
    today = service.today_of(found, now())
    own = queries.sides_of(found, me())
    ticks = {
        step.id: TickForm(None, data={"done_on": step.done_on or today, "note": step.note}, prefix=f"step-{step.id}-")
        for step in found.steps
        if step.side in own
    }
    naming = {side: _coordinator_form(found, side, None) for side in own}
    if isinstance(refused, TickForm):
        ticks[int(name)] = refused
    elif refused is not None:
        naming[Side(name)] = refused
    return render_template(
        "coordination/exchange.html",
        exchange=found,
        counts=queries.map_counts([found])[found.id],
        sides=list(Side),
        today=today,
        standings={one.id: standing(one.due_on, today, is_done=one.done_on is not None) for one in found.steps},
        ticks=ticks,
        naming=naming,
        refused=refused,
    )


def _coordinator_form(found: Exchange, side: Side, formdata: object) -> CoordinatorForm:
    current = found.coordinator_of(side)
    form = CoordinatorForm(formdata, data={"coordinator_id": current.id if current else None}, prefix=f"{side}-")
    form.coordinator_id.offer((user.id, user.name) for user in list_coordinators([found.city_of(side).id]))
    return form


@coordination.post("/coordinator/exchanges/<int:exchange_id>/coordinator/<name>")
@allows(*KEEPERS)
def name_coordinator(exchange_id: int, name: str) -> ResponseReturnValue:
    found = queries.get_exchange(exchange_id, me())
    side = Side.SENDING if name == Side.SENDING else Side.HOSTING
    form = _coordinator_form(found, side, request.form)

    def command() -> None:
        locked = queries.lock_exchange(exchange_id, me())
        service.name_coordinator(locked, side, form.coordinator_id.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Named: the co-ordinator got a letter."), "success")
        return redirect(url_for(PAGE, exchange_id=exchange_id), 303)
    return _refused(found, form, side, side.value)


@coordination.post("/coordinator/exchanges/<int:exchange_id>/steps/<int:step_id>")
@allows(*KEEPERS)
def tick_step(exchange_id: int, step_id: int) -> ResponseReturnValue:
    found = queries.get_exchange(exchange_id, me())
    step = service.find_step(found, step_id)
    form = TickForm(prefix=f"step-{step_id}-")

    def command() -> None:
        locked = queries.lock_exchange(exchange_id, me())
        service.tick_step(locked, step_id, done_on=form.done_on.data, note=form.note.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Ticked."), "success")
        return redirect(url_for(PAGE, exchange_id=exchange_id, _anchor=f"step-{step_id}"), 303)
    return _refused(found, form, step.side, str(step_id))


def _refused(found: Exchange, form: Form, side: Side, name: str) -> ResponseReturnValue:
    """The page with what was typed; who has no such form on it, since it is the other side's, is told so."""
    if side in queries.sides_of(found, me()):
        return _page(found, form, name), 422
    flash(OtherSide().sentence, "error")
    return redirect(url_for(PAGE, exchange_id=found.id), 303)


@coordination.post("/coordinator/exchanges/<int:exchange_id>/steps/<int:step_id>/open")
@allows(*KEEPERS)
def open_step(exchange_id: int, step_id: int) -> ResponseReturnValue:
    service.find_step(queries.get_exchange(exchange_id, me()), step_id)

    def command() -> None:
        service.open_step(queries.lock_exchange(exchange_id, me()), step_id, by=me())

    is_done(command, done=gettext("It is open again."))
    return redirect(url_for(PAGE, exchange_id=exchange_id, _anchor=f"step-{step_id}"), 303)


@coordination.route("/coordinator/agreements/<int:agreement_id>/checklist", methods=["GET", "POST"])
@allows(*KEEPERS)
def checklist(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    form = TemplateForm(queries.list_steps(agreement.id))
    if is_saved(form, lambda: service.set_steps(lock_own_agreement(agreement_id), form.written())):
        flash(gettext("The checklist is saved; exchanges that begin from now on have it."), "success")
        return redirect(url_for("coordination.checklist", agreement_id=agreement_id), 303)
    return render_template(
        "coordination/checklist.html", form=form, agreement=agreement, is_own=queries.has_own_steps(agreement.id)
    ), status_of_form(form)
