"""Who is invited to a meeting, and what a co-ordinator notes of their answers."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.views.agreements import KEEPERS
from exchange_app.core.clock import now
from exchange_app.meetings.forms import GuestForm, MembersForm, NoteForm
from exchange_app.meetings.models import Meeting
from exchange_app.meetings.queries import meetings as queries
from exchange_app.meetings.service import inviting as service
from exchange_app.meetings.views.blueprint import PAGE, lock_own_meeting, meetings, prepared_meeting
from exchange_app.partners.queries import list_offices
from exchange_app.web.forms import Form
from exchange_app.web.policies import allows

PEOPLE = "meetings.people"


@meetings.get("/coordinator/meetings/<int:meeting_id>/people")
@allows(*KEEPERS)
def people(meeting_id: int) -> ResponseReturnValue:
    return _page(prepared_meeting(meeting_id))


def _page(meeting: Meeting, refused: Form | None = None) -> str:
    members = MembersForm(None, data={"user_ids": [one.user_id for one in meeting.invited if one.user_id]})
    guest = GuestForm(None)
    if isinstance(refused, MembersForm):
        members = refused
    elif isinstance(refused, GuestForm):
        guest = refused
    _offer_members(members, meeting)
    guest.office_id.offer((one.id, f"{one.city.name} · {one.name}") for one in list_offices(meeting.agreement.city_ids))
    noted = [one for one in meeting.invited if service.can_be_answered(one, now())]
    return render_template(
        "meetings/people.html",
        meeting=meeting,
        members=members,
        guest=guest,
        refused=refused,
        notes={one.id: NoteForm(None, data={"answer": one.answer}) for one in noted},
        waiting=[one for one in meeting.invited if one.sent_at is None],
    )


def _offer_members(form: MembersForm, meeting: Meeting) -> None:
    form.user_ids.choices = [
        (user.id, f"{user.name} · {user.organisation.city.name} · {user.organisation.name}")
        for user in queries.list_members(meeting.agreement)
    ]


@meetings.post("/coordinator/meetings/<int:meeting_id>/members")
@allows(*KEEPERS)
def set_members(meeting_id: int) -> ResponseReturnValue:
    form = MembersForm()
    _offer_members(form, prepared_meeting(meeting_id))
    return _carried_out(
        meeting_id,
        form,
        lambda meeting: service.set_members(meeting, form.user_ids.data or (), by=me(), now=now()),
        gettext("The list of those who are invited is saved."),
    )


@meetings.post("/coordinator/meetings/<int:meeting_id>/guests")
@allows(*KEEPERS)
def add_guest(meeting_id: int) -> ResponseReturnValue:
    offices = list_offices(prepared_meeting(meeting_id).agreement.city_ids)
    form = GuestForm()
    form.office_id.offer((one.id, one.name) for one in offices)
    return _carried_out(
        meeting_id,
        form,
        lambda meeting: service.add_guest(meeting, form.terms(offices), by=me(), now=now()),
        gettext("The guest is on the list."),
    )


def _carried_out(meeting_id: int, form: Form, command: Callable[[Meeting], object], done: str) -> ResponseReturnValue:
    if not is_saved(form, lambda: command(lock_own_meeting(meeting_id))):
        return _page(prepared_meeting(meeting_id), form), 422
    flash(done, "success")
    return redirect(url_for(PEOPLE, meeting_id=meeting_id), 303)


@meetings.post("/coordinator/meetings/<int:meeting_id>/invite")
@allows(*KEEPERS)
def invite(meeting_id: int) -> ResponseReturnValue:
    prepared_meeting(meeting_id)

    def command() -> None:
        service.invite(lock_own_meeting(meeting_id), by=me(), now=now())

    is_done(command, done=gettext("The invitations are on their way, each with an entry for the calendar."))
    return redirect(url_for(PAGE, meeting_id=meeting_id), 303)


@meetings.post("/coordinator/meetings/<int:meeting_id>/invitations/<int:invitation_id>/withdraw")
@allows(*KEEPERS)
def withdraw(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    service.find_invited(prepared_meeting(meeting_id), invitation_id)

    def command() -> None:
        service.withdraw_invitation(lock_own_meeting(meeting_id), invitation_id, by=me(), now=now())

    is_done(command, done=gettext("The invitation is taken back."))
    return redirect(url_for(PEOPLE, meeting_id=meeting_id), 303)


@meetings.post("/coordinator/meetings/<int:meeting_id>/invitations/<int:invitation_id>/note")
@allows(*KEEPERS)
def note_answer(meeting_id: int, invitation_id: int) -> ResponseReturnValue:
    service.find_invited(prepared_meeting(meeting_id), invitation_id)
    form = NoteForm()

    def command() -> None:
        service.note_answer(lock_own_meeting(meeting_id), invitation_id, form.answer.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The answer is noted."), "success")
    else:
        flash(str(form.form_errors[0]) if form.form_errors else gettext("Choose one of the list."), "error")
    return redirect(url_for(PEOPLE, meeting_id=meeting_id), 303)
