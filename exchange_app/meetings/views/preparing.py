"""One meeting: what is known of it, its day and place, its agenda, its cancelling."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.coordination.queries.people import city_of
from exchange_app.coordination.views.agreements import KEEPERS
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.meetings.forms import ActionForm, AgendaForm, AnswerForm, CancelForm, ObjectionForm, WhenAndWhereForm
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.queries.actions import list_people_of
from exchange_app.meetings.rules import TO_COME, Answer, MeetingState
from exchange_app.meetings.service import planning as service
from exchange_app.meetings.service.inviting import can_be_answered
from exchange_app.meetings.service.minutes import cities_awaited
from exchange_app.meetings.service.planning import EDITED
from exchange_app.meetings.views.blueprint import PAGE, lock_own_meeting, meetings, own_meeting, prepared_meeting
from exchange_app.partners.queries import list_offices
from exchange_app.web.forms import Form
from exchange_app.web.policies import allows


@meetings.get("/coordinator/meetings/<int:meeting_id>")
@allows(*SPEAKERS)
def show(meeting_id: int) -> ResponseReturnValue:
    return page(own_meeting(meeting_id))


def page(meeting: Meeting, refused: Form | None = None, name: str = "") -> str:
    """``name`` is what the refused form is for."""
    user, moment = me(), now()
    may_prepare = queries.speaks_for_chair(meeting, user)
    own = queries.find_invitation_of(meeting, user)
    is_answering = own is not None and can_be_answered(own, moment)
    is_confirming = user.role is Role.COORDINATOR and city_of(user) in cities_awaited(meeting)
    is_writing = may_prepare and moment >= meeting.starts_at and meeting.state in EDITED
    read = {"round": meeting.minutes_round}
    forms: dict[str, Form] = {"cancel": CancelForm(None, prefix="cancel-"), "object": ObjectionForm(None, data=read)}
    if own is not None and is_answering:
        forms["answer"] = AnswerForm(None, data={"answer": own.answer, "stand_in": own.stand_in})
    if is_writing:
        forms["action"] = action_form(meeting, None)
    if refused is not None:
        forms[name] = refused
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        zone=meeting.zone,
        forms=forms,
        refused=refused,
        own=own,
        may_prepare=may_prepare,
        may_edit_agenda=may_prepare and meeting.state in EDITED,
        may_read_minutes=queries.may_read_minutes(meeting, user),
        is_answering=is_answering,
        is_confirming=is_confirming,
        is_writing=is_writing,
        is_to_come=meeting.state in TO_COME,
        has_minutes=meeting.state in (MeetingState.HELD, MeetingState.SENT, MeetingState.CONFIRMED),
        awaited=[city for city in meeting.agreement.cities if city.id in cities_awaited(meeting)],
        answers=queries.map_answers([meeting])[meeting.id],
        all_answers=list(Answer),
    )


def action_form(meeting: Meeting, formdata: object) -> ActionForm:
    offices = list_offices(meeting.agreement.city_ids)
    people = list_people_of([office.id for office in offices])
    form = ActionForm(formdata, prefix="action-")
    form.office_id.offer((one.id, f"{one.city.name} · {one.name}") for one in offices)
    names = {office.id: office.name for office in offices}
    form.person_id.offer((user.id, f"{user.name} · {names[user.organisation_id]}") for user in people)
    return form


@meetings.route("/coordinator/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@allows(*KEEPERS)
def edit(meeting_id: int) -> ResponseReturnValue:
    meeting = prepared_meeting(meeting_id)
    known = {name: getattr(meeting, name) for name in ("starts_at", "minutes", "place", "link")}
    form = WhenAndWhereForm(data=known, meta={"zone": meeting.zone})

    def command() -> None:
        service.change_meeting(lock_own_meeting(meeting_id), form.terms(), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Saved. Whoever was invited got a letter if anything is different."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id), 303)
    return render_template("meetings/edit.html", form=form, meeting=meeting, zone=meeting.zone), status_of_form(form)


@meetings.post("/coordinator/meetings/<int:meeting_id>/cancel")
@allows(*KEEPERS)
def cancel(meeting_id: int) -> ResponseReturnValue:
    prepared_meeting(meeting_id)
    form = CancelForm(prefix="cancel-")

    def command() -> None:
        service.cancel_meeting(lock_own_meeting(meeting_id), form.reason.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The meeting is cancelled; whoever was invited got a letter."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id), 303)
    return page(own_meeting(meeting_id), form, "cancel"), 422


@meetings.route("/coordinator/meetings/<int:meeting_id>/agenda", methods=["GET", "POST"])
@allows(*KEEPERS)
def agenda(meeting_id: int) -> ResponseReturnValue:
    meeting = prepared_meeting(meeting_id)
    topics = queries.list_topics(meeting, now().astimezone(meeting.zone).date())
    form = AgendaForm(meeting.items, topics)

    def command() -> None:
        locked = lock_own_meeting(meeting_id)
        service.set_agenda(locked, form.rows(locked), form.chosen(), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The agenda is saved."), "success")
        onwards = "meetings.agenda" if "more" in request.form else PAGE
        return redirect(url_for(onwards, meeting_id=meeting_id), 303)
    return render_template("meetings/agenda.html", form=form, meeting=meeting, topics=topics), status_of_form(form)
