"""Invitations to the events of other cities, as their co-ordinators read and answer them."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.rules import day_in
from exchange_app.publicity.forms import AnswerForm
from exchange_app.publicity.queries import campaigns as queries
from exchange_app.publicity.service import campaigns as service
from exchange_app.publicity.views.blueprint import publicity
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

GUESTS = (Role.COORDINATOR, Role.ADMINISTRATOR)


@publicity.get("/publicity/invitations")
@allows(*GUESTS)
def invitations() -> ResponseReturnValue:
    page = page_of(queries.select_invitations(me(), day_in(HOME_ZONE, now())))
    return render_template("publicity/invitations.html", page=page)


@publicity.route("/publicity/invitations/<int:invitation_id>", methods=["GET", "POST"])
@allows(*GUESTS)
def invitation(invitation_id: int) -> ResponseReturnValue:
    found = queries.get_invitation(invitation_id, me())
    form = AnswerForm(answer=found.answer, people=found.people, words=found.answer_words)

    def command() -> None:
        given = form.answer.data, form.people.data or 0, form.words.data
        service.answer_invitation(found, *given, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Your answer is on its way."), "success")
        return redirect(url_for("publicity.invitation", invitation_id=invitation_id), 303)
    return render_template("publicity/invitation.html", form=form, invitation=found), status_of_form(form)
