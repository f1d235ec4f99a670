"""The minutes of a meeting: written, sent, confirmed or objected to, printed; with the actions that they name."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.coordination.views.agreements import KEEPERS
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.meetings.errors import MeetingNotFound, MeetingStepNotOpen, NotBegunYet
from exchange_app.meetings.forms import ConfirmForm, MinutesForm, ObjectionForm
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.rules import MeetingState
from exchange_app.meetings.service import minutes as service
from exchange_app.meetings.service.planning import EDITED
from exchange_app.meetings.views.blueprint import PAGE, lock_own_meeting, meetings, own_meeting, prepared_meeting
from exchange_app.meetings.views.preparing import action_form, page
from exchange_app.partners.queries import list_offices
from exchange_app.web.policies import allows


@meetings.route("/coordinator/meetings/<int:meeting_id>/minutes", methods=["GET", "POST"])
@allows(*KEEPERS)
def write(meeting_id: int) -> ResponseReturnValue:
    meeting = prepared_meeting(meeting_id)
    if meeting.state not in EDITED:
        raise MeetingStepNotOpen()
    if now() < meeting.starts_at:
        raise NotBegunYet()
    form = MinutesForm(meeting, service.seen_of(meeting))

    def command() -> None:
        locked = lock_own_meeting(meeting_id)
        service.write_minutes(locked, form.terms(), seen=form.seen.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The minutes are saved. Nobody else reads them until you send them."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id, _anchor="minutes"), 303)
    return render_template("meetings/write.html", form=form, meeting=meeting), status_of_form(form)


@meetings.get("/coordinator/meetings/<int:meeting_id>/minutes/print")
@allows(*SPEAKERS)
def printed(meeting_id: int) -> ResponseReturnValue:
    meeting = own_meeting(meeting_id)
    has_minutes = meeting.state in (MeetingState.HELD, MeetingState.SENT, MeetingState.CONFIRMED)
    if not has_minutes or not queries.may_read_minutes(meeting, me()):
        raise MeetingNotFound()
    return render_template("meetings/printed.html", meeting=meeting, zone=meeting.zone, at=now())


@meetings.post("/coordinator/meetings/<int:meeting_id>/actions")
@allows(*KEEPERS)
def add_action(meeting_id: int) -> ResponseReturnValue:
    meeting = prepared_meeting(meeting_id)
    form = action_form(meeting, request.form)
    offices = list_offices(meeting.agreement.city_ids)

    def command() -> None:
        service.add_action(lock_own_meeting(meeting_id), form.terms(offices), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The action is part of the minutes."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id, _anchor="actions"), 303)
    return page(own_meeting(meeting_id), form, "action"), 422


@meetings.post("/coordinator/meetings/<int:meeting_id>/actions/<int:action_id>/remove")
@allows(*KEEPERS)
def remove_action(meeting_id: int, action_id: int) -> ResponseReturnValue:
    prepared_meeting(meeting_id)
    return _done(
        meeting_id,
        lambda meeting: service.remove_action(meeting, action_id, by=me(), now=now()),
        gettext("The action is removed."),
    )


@meetings.post("/coordinator/meetings/<int:meeting_id>/minutes/send")
@allows(*KEEPERS)
def send(meeting_id: int) -> ResponseReturnValue:
    prepared_meeting(meeting_id)
    return _done(
        meeting_id,
        lambda meeting: service.send_minutes(meeting, by=me(), now=now()),
        gettext("The cities are asked to confirm the minutes."),
    )


@meetings.post("/coordinator/meetings/<int:meeting_id>/minutes/confirm")
@allows(Role.COORDINATOR)
def confirm(meeting_id: int) -> ResponseReturnValue:
    own_meeting(meeting_id)
    form = ConfirmForm()
    return _done(
        meeting_id,
        lambda meeting: service.confirm_minutes(meeting, seen=form.seen, by=me(), now=now()),
        gettext("Your city has confirmed the minutes."),
    )


def _done(meeting_id: int, command: Callable[[Meeting], None], done: str) -> ResponseReturnValue:
    is_done(lambda: command(lock_own_meeting(meeting_id)), done=done)
    return redirect(url_for(PAGE, meeting_id=meeting_id, _anchor="minutes"), 303)


@meetings.post("/coordinator/meetings/<int:meeting_id>/minutes/object")
@allows(Role.COORDINATOR)
def object_to(meeting_id: int) -> ResponseReturnValue:
    own_meeting(meeting_id)
    form = ObjectionForm()

    def command() -> None:
        service.object_to_minutes(lock_own_meeting(meeting_id), form.words.data, seen=form.seen, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The city that chairs reads your objection and mends the minutes."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id, _anchor="minutes"), 303)
    return page(own_meeting(meeting_id), form, "object"), 422
