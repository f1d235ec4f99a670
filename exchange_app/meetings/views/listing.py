"""Which meetings there are and are proposed, how often an agreement's cities meet, and what they decided."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.views.agreements import KEEPERS
from exchange_app.coordination.views.blueprint import lock_own_agreement, own_agreement, own_agreements_in_force
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.meetings.forms import CallForm, RhythmForm
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.service import planning as service
from exchange_app.meetings.views.blueprint import PAGE, meetings
from exchange_app.partners.models import Agreement
from exchange_app.partners.queries import get_agreement
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@meetings.get("/coordinator/meetings")
@allows(*SPEAKERS)
def index() -> ResponseReturnValue:
    is_over = request.args.get("when") == "past"
    page = page_of(queries.select_meetings(me(), is_over=is_over))
    return render_template(
        "meetings/index.html",
        page=page,
        is_over=is_over,
        answers=queries.map_answers(list(page.rows)),
        proposals=[(one, service.propose_meeting(one, now())) for one in own_agreements_in_force()],
        may_call=me().role in KEEPERS,
    )


@meetings.route("/coordinator/agreements/<int:agreement_id>/meetings/new", methods=["GET", "POST"])
@allows(*KEEPERS)
def call(agreement_id: int) -> ResponseReturnValue:
    """Chair and day are those whose turn it is, until somebody chooses others."""
    agreement = own_agreement(agreement_id)
    proposal = service.propose_meeting(agreement, now())
    zone = _zone_typed(agreement) or proposal.chair.zone
    begins = datetime.combine(proposal.on, proposal.rhythm.begins, proposal.chair.zone)
    known = {"chair_city_id": proposal.chair.id, "starts_at": begins, "minutes": proposal.rhythm.minutes}
    form = CallForm(data=known, meta={"zone": zone})
    form.chair_city_id.offer((city.id, city.name) for city in agreement.cities)
    called: list[Meeting] = []

    def command() -> None:
        locked = lock_own_agreement(agreement_id)
        chair_id, token = form.chair_city_id.data, form.form_token.data
        called.append(service.call_meeting(locked, chair_id, form.terms(), form_token=token, by=me(), now=now()))

    if is_saved(form, command):
        flash(gettext("The meeting is on the list: its agenda and invitations come next."), "success")
        return redirect(url_for(PAGE, meeting_id=called[0].id), 303)
    return render_template("meetings/call.html", form=form, agreement=agreement, proposal=proposal), form.status


def _zone_typed(agreement: Agreement) -> object:
    """Of the city that was chosen to chair: times are typed in it."""
    typed = request.form.get("chair_city_id", "")
    return next((city.zone for city in agreement.cities if str(city.id) == typed), None)


@meetings.route("/coordinator/agreements/<int:agreement_id>/meetings/plan", methods=["GET", "POST"])
@allows(*KEEPERS)
def plan(agreement_id: int) -> ResponseReturnValue:
    agreement = own_agreement(agreement_id)
    rhythm = queries.rhythm_of(agreement_id)
    form = RhythmForm(data={"every_months": rhythm.every_months, "begins": rhythm.begins, "minutes": rhythm.minutes})
    if is_saved(form, lambda: service.set_rhythm(lock_own_agreement(agreement_id), form.rhythm())):
        flash(gettext("The plan is saved; the next meeting is proposed by it."), "success")
        return redirect(url_for("meetings.index"), 303)
    is_own = queries.find_rhythm(agreement_id) is not None
    page = "meetings/plan.html"
    return render_template(page, form=form, agreement=agreement, is_own=is_own), status_of_form(form)


@meetings.get("/coordinator/agreements/<int:agreement_id>/decisions")
@allows(*SPEAKERS)
def decisions(agreement_id: int) -> ResponseReturnValue:
    """What the cities of an agreement decided in all their meetings."""
    agreement = get_agreement(agreement_id, city_of(me()))
    page = page_of(queries.select_decisions(agreement.id))
    return render_template("meetings/decisions.html", agreement=agreement, page=page)
