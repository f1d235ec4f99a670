"""Where whoever is invited answers: by the link of the letter without signing in, or on the meeting's page."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.meetings.calendar import title_of
from exchange_app.meetings.errors import InvitationNotFound
from exchange_app.meetings.forms import AnswerForm
from exchange_app.meetings.links import is_answering
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.rules import Answer
from exchange_app.meetings.service import inviting as service
from exchange_app.meetings.views.blueprint import PAGE, lock_own_meeting, meetings, own_meeting
from exchange_app.meetings.views.preparing import page
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_guesses
from exchange_app.web.policies import allows, anyone


@meetings.route("/meetings/answer/<int:invitation_id>/<signature>", methods=["GET", "POST"])
@slow_guesses(GUESSES)
@secret_address
@anyone
def answer(invitation_id: int, signature: str) -> ResponseReturnValue:
    """Opening the page changes nothing: mail scanners follow links. The letter's links bring an answer that is chosen
    already."""
    invitation = queries.get_invitation(invitation_id)
    if not is_answering(invitation, signature):
        raise InvitationNotFound()
    form = AnswerForm(data={"answer": _chosen() or invitation.answer, "stand_in": invitation.stand_in})

    def command() -> None:
        fresh = queries.lock_invitation(invitation_id)
        service.answer_invitation(fresh, form.answer.data, form.stand_in.data, now=now())

    if is_saved(form, command):
        flash(gettext("Thank you: your answer is noted. You can change it until the meeting begins."), "success")
        return redirect(url_for("meetings.answer", invitation_id=invitation_id, signature=signature), 303)
    meeting = invitation.meeting
    return render_template(
        "meetings/answer.html",
        form=form,
        invitation=invitation,
        meeting=meeting,
        title=title_of(meeting),
        zone=meeting.zone,
        is_open=service.can_be_answered(invitation, now()),
        is_invited=service.is_invited(invitation),
    ), status_of_form(form)


def _chosen() -> Answer | None:
    typed = request.args.get("answer")
    return next((one for one in Answer if one == typed), None)


@meetings.post("/coordinator/meetings/<int:meeting_id>/answer")
@allows(*SPEAKERS)
def answer_here(meeting_id: int) -> ResponseReturnValue:
    own_meeting(meeting_id)
    form = AnswerForm()

    def command() -> None:
        invitation = queries.find_invitation_of(lock_own_meeting(meeting_id), me())
        if invitation is None:
            raise InvitationNotFound()
        service.answer_invitation(invitation, form.answer.data, form.stand_in.data, now=now())

    if is_saved(form, command):
        flash(gettext("Your answer is noted; you can change it until the meeting begins."), "success")
        return redirect(url_for(PAGE, meeting_id=meeting_id), 303)
    return page(own_meeting(meeting_id), form, "answer"), 422
