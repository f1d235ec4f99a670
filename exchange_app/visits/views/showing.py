"""The visits of a city's agreements, and one with everything about it: answered, cancelled, carried out."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit
from exchange_app.coordination.queries.people import list_coordinators
from exchange_app.core.clock import now
from exchange_app.visits.calendar import times, visit_file
from exchange_app.visits.errors import NotYourVisit
from exchange_app.visits.forms import AnswerForm, CameForm, FollowUpForm, ReasonForm
from exchange_app.visits.models import Visit
from exchange_app.visits.queries import visits as queries
from exchange_app.visits.queries.returns import find_return
from exchange_app.visits.rules import UNDER_WAY, VisitState
from exchange_app.visits.sending import page_of, publisher
from exchange_app.visits.service import visits as service
from exchange_app.visits.views.blueprint import KEEPERS, visits
from exchange_app.visits.views.proposing import version_of
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of as page_of_list
from exchange_app.web.policies import allows

PAGE = "visits.visit"


@visits.get("/coordinator/visits")
@allows(*KEEPERS)
def index() -> ResponseReturnValue:
    is_past = request.args.get("when") == "past"
    page = page_of_list(queries.select_visits(me(), is_past=is_past))
    to_answer = {visit.id for visit in page if queries.may_answer(visit, me())}
    return render_template("visits/index.html", page=page, is_past=is_past, to_answer=to_answer)


@visits.get("/coordinator/visits/<int:visit_id>")
@allows(*KEEPERS)
def visit(visit_id: int) -> ResponseReturnValue:
    return page(queries.get_visit(visit_id, me()))


def page(found: Visit, refused: Form | None = None, name: str = "") -> str:
    """``name`` is what the refused form is for."""
    is_own = bool(queries.sides_of(found, me()))
    today = service.today_at(found, now())
    exchange = find_exchange_of_visit(found.id)
    version = {"version": found.version}
    forms: dict[str, Form] = {
        "accept": AnswerForm(None, data=version),
        "decline": ReasonForm(None, data=version, prefix="decline-"),
        "cancel": ReasonForm(None, prefix="cancel-"),
        "came": CameForm(None, data={**version, "came": found.persons}),
        "follow_up": follow_up_form(found, None),
    }
    if refused is not None:
        forms[name] = refused
    return render_template(
        "visits/visit.html",
        visit=found,
        exchange=exchange,
        link=find_return(exchange.id) if exchange else None,
        forms=forms,
        refused=refused,
        today=today,
        times=times,
        is_own=is_own,
        is_open=is_own and found.state in UNDER_WAY,
        may_answer=is_own and queries.may_answer(found, me()),
        may_correct=is_own and found.state is VisitState.CARRIED_OUT,
        may_carry_out=is_own and found.state is VisitState.ACCEPTED and found.ends_on <= today,
    )


def follow_up_form(found: Visit, formdata: object) -> FollowUpForm:
    form = FollowUpForm(formdata)
    known = list_coordinators([found.sending_city_id, found.hosting_city_id])
    form.owner_id.offer((user.id, f"{user.name} · {user.organisation.name}") for user in known)
    return form


def refuse(found: Visit, form: Form, name: str) -> ResponseReturnValue:
    """The page with what was typed; who has no such form on it is told why."""
    if queries.sides_of(found, me()):
        return page(found, form, name), 422
    flash(NotYourVisit().sentence, "error")
    return redirect(url_for(PAGE, visit_id=found.id), 303)


def _carry(visit_id: int, form: Form, name: str, command: Callable[[Visit], None], done: str) -> ResponseReturnValue:
    found = queries.get_visit(visit_id, me())
    if is_saved(form, lambda: command(queries.lock_visit(visit_id, me()))):
        flash(done, "success")
        return redirect(url_for(PAGE, visit_id=visit_id), 303)
    return refuse(found, form, name)


@visits.post("/coordinator/visits/<int:visit_id>/accept")
@allows(*KEEPERS)
def accept(visit_id: int) -> ResponseReturnValue:
    form = AnswerForm()

    def command(locked: Visit) -> None:
        service.accept_visit(locked, seen=version_of(form), by=me(), now=now())

    done = gettext("Agreed: the visit has a co-ordinator of each side and a checklist now.")
    return _carry(visit_id, form, "accept", command, done)


@visits.post("/coordinator/visits/<int:visit_id>/decline")
@allows(*KEEPERS)
def decline(visit_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="decline-")

    def command(locked: Visit) -> None:
        service.decline_visit(locked, form.reason.data, seen=version_of(form), by=me(), now=now())

    return _carry(visit_id, form, "decline", command, gettext("Turned down; the other side reads why."))


@visits.post("/coordinator/visits/<int:visit_id>/cancel")
@allows(*KEEPERS)
def cancel(visit_id: int) -> ResponseReturnValue:
    form = ReasonForm(prefix="cancel-")

    def command(locked: Visit) -> None:
        service.cancel_visit(locked, form.reason.data, by=me(), now=now())

    return _carry(visit_id, form, "cancel", command, gettext("Cancelled; the other side reads why."))


@visits.post("/coordinator/visits/<int:visit_id>/carried-out")
@allows(*KEEPERS)
def carry_out(visit_id: int) -> ResponseReturnValue:
    form = CameForm()

    def command(locked: Visit) -> None:
        service.carry_out_visit(locked, form.came.data or 0, seen=version_of(form), by=me(), now=now())

    return _carry(visit_id, form, "came", command, gettext("It counts in the ledger now. Please write the report."))


@visits.get("/coordinator/visits/<int:visit_id>/calendar.ics")
@allows(*KEEPERS)
def calendar(visit_id: int) -> ResponseReturnValue:
    found = queries.get_visit(visit_id, me())
    answer = make_response(visit_file(found, page_of(found), publisher(), now()))
    answer.mimetype = "text/calendar"
    answer.headers["Content-Disposition"] = f'attachment; filename="visit-{found.id}.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer
