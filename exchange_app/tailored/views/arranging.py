"""Writing a version of a trip: activities over days, dates, size, words; the host also writes price and conditions."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.tailored import queries, service
from exchange_app.tailored.errors import InquiryNotFound
from exchange_app.tailored.forms import ArrangeForm
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.rules import Side, Step, Terms, may
from exchange_app.tailored.views.blueprint import days_of, misfits_of, tailored
from exchange_app.web.policies import allows


@tailored.route("/tailored/<int:inquiry_id>/arrange", methods=["GET", "POST"])
@allows(Role.LEADER, Role.ORGANISER, Role.ADMINISTRATOR)
def arrange(inquiry_id: int) -> ResponseReturnValue:
    inquiry = queries.get_inquiry(inquiry_id, me())
    form, terms = _form(inquiry)
    if is_saved(form, lambda: _keep(inquiry_id, form)):
        if form.is_sending:
            flash(gettext("Sent. You get a letter as soon as the other side answers."), "success")
            return redirect(url_for("tailored.show", inquiry_id=inquiry_id), 303)
        flash(gettext("The draft is kept."), "success")
        return redirect(url_for("tailored.arrange", inquiry_id=inquiry_id, _anchor="fits"), 303)
    shown = form.terms(queries.map_items(form.item_ids())) if form.is_submitted() else terms
    page = render_template(
        "tailored/arrange.html",
        inquiry=inquiry,
        form=form,
        items=queries.map_items(form.item_ids()),
        days=days_of(shown),
        terms=shown,
        misfits=misfits_of(inquiry, shown),
        is_host=queries.side_of(me()) is Side.HOST,
    )
    return page, status_of_form(form)


@tailored.post("/tailored/<int:inquiry_id>/check")
@allows(Role.LEADER, Role.ORGANISER, Role.ADMINISTRATOR)
def check(inquiry_id: int) -> ResponseReturnValue:
    """What does not fit as things are typed; nothing is kept."""
    inquiry = queries.get_inquiry(inquiry_id, me())
    form, _ = _form(inquiry)
    form.validate()
    terms = form.terms(queries.map_items(form.item_ids()))
    return render_template("tailored/_fits.html", terms=terms, days=days_of(terms), misfits=misfits_of(inquiry, terms))


def _form(inquiry: Inquiry) -> tuple[ArrangeForm, Terms]:
    """The draft of the user's side, or what it would begin with. Raises InquiryNotFound where it is not to be written
    any more."""
    side = queries.side_of(me())
    if not may(inquiry.state, side, Step.SEND, None):
        raise InquiryNotFound()
    terms, seen = service.terms_to_change(inquiry, side)
    draft = inquiry.draft_of(side)
    form = ArrangeForm(terms, is_host=side is Side.HOST, seen=seen, words=draft.words if draft else "")
    form.offer(queries.list_items_of_city(inquiry.city_id))
    form.is_sending = request.form.get("do") == "send"
    return form, terms


def _keep(inquiry_id: int, form: ArrangeForm) -> None:
    inquiry = queries.lock_inquiry(inquiry_id, me())
    terms = form.terms(queries.map_items(form.item_ids()))
    service.keep_draft(inquiry, terms, form.words.data, seen=form.seen.data, by=me(), now=now())
    if form.is_sending:
        service.send_draft(inquiry, by=me(), now=now())
