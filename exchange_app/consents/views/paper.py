"""Consent on paper: a form to print, and what came back signed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.forms import PaperForm
from exchange_app.consents.views.blueprint import consents
from exchange_app.consents.wording import Wording, wording_of
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.formats import day
from exchange_app.web.policies import allows


@consents.route("/bookings/<code>/consents/<int:person_id>/paper", methods=["GET", "POST"])
@allows(Role.LEADER)
def paper(code: str, person_id: int) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    child = queries.get_child(booking, person_id)
    wording = wording_of(booking)
    form = PaperForm()
    form.choices.ask(wording.points)
    form.text.choices = _texts(booking, wording)
    if form.is_submitted() and _is_recorded(code, person_id, form):
        flash(gettext("The answer on paper is kept."))
        return redirect(url_for("consents.board", code=code), 303)
    if not form.is_submitted():
        form.text.data = wording.text_hash
        form.given_by.data = child.guardian_name or ""
    page = render_template("consents/paper.html", booking=booking, child=child, form=form, wording=wording)
    return page, form.status


def _texts(booking: Booking, wording: Wording) -> list[tuple[str, str]]:
    """The text as it is now, and earlier ones that asked the same, of which a signed copy may come back."""
    notices = queries.list_notices(booking)
    zone = booking.departure.zone
    earlier = [
        (notice.text_hash, gettext("version %(number)s, of %(date)s", number=number, date=day(notice.written_at, zone)))
        for number, notice in enumerate(notices, 1)
        if notice.text_hash != wording.text_hash
    ]
    return [(wording.text_hash, gettext("as it is now")), *reversed(earlier)]


def _is_recorded(code: str, person_id: int, form: PaperForm) -> bool:
    """Whether the answer was kept; if not, the form says why."""
    if not form.validate():
        return False
    try:
        with transaction():
            service.record_paper(
                bookings.lock_booking(code, me()),
                person_id,
                form.answer,
                text=form.text.data,
                signed_on=form.signed_on.data,
                by=me(),
                now=now(),
            )
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return False
    return True


@consents.post("/bookings/<code>/consents/form")
@allows(Role.LEADER)
def paper_form(code: str) -> ResponseReturnValue:
    """Printing it keeps its text, so that it is known word for word when it comes back."""
    with transaction():
        booking = bookings.lock_booking(code, me())
        wording = wording_of(booking)
        notice = service.keep_notice(booking, wording, now())
        version = queries.count_notices_until(notice)
    return render_template(
        "consents/paper_form.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        wording=wording,
        notice=notice,
        version=version,
    )
