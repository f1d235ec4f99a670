"""One person of a roster: added by hand, changed, removed."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.asked import fields_shown
from exchange_app.rosters.forms import PersonForm
from exchange_app.rosters.keeping import values_of
from exchange_app.rosters.masking import masked
from exchange_app.rosters.rules.showing import VEILED
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.roster import is_changed, reasons_of, refusal_to_change
from exchange_app.web.policies import allows


@rosters.route("/bookings/<code>/roster/add", methods=["GET", "POST"])
@allows(Role.LEADER)
def add(code: str) -> ResponseReturnValue:
    form = PersonForm()

    def put_in(booking: Booking) -> None:
        service.add_person(booking, form.values, by=me(), now=now())

    if form.is_submitted() and is_changed(code, form, put_in):
        flash(gettext("The person is in the roster."))
        return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)
    return render_template("rosters/add.html", **_words(code, form)), form.status


@rosters.route("/bookings/<code>/roster/<int:person_id>", methods=["GET", "POST"])
@allows(Role.LEADER)
def change(code: str, person_id: int) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    participant = queries.get_participant(booking, person_id)
    values = values_of(participant) | dict.fromkeys(VEILED, "")
    person = masked(participant)
    form = PersonForm(data=values)

    def put_in(booking: Booking) -> None:
        service.change_person(booking, person_id, form.values, by=me(), now=now())

    if form.is_submitted() and is_changed(code, form, put_in):
        flash(gettext("The person is changed."))
        return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)
    return render_template("rosters/change.html", person=person, **_words(code, form)), form.status


def _words(code: str, form: PersonForm) -> dict[str, Any]:
    """What both pages show; the form asks no more than the booking's package does."""
    booking = bookings.get_booking(code, me())
    fields = fields_shown(booking)
    form.ask_only(fields)
    return {
        "booking": booking,
        "form": form,
        "fields": fields,
        "reasons": reasons_of(booking),
        "refusal": refusal_to_change(booking),
    }


@rosters.route("/bookings/<code>/roster/<int:person_id>/swap", methods=["GET", "POST"])
@allows(Role.LEADER)
def swap(code: str, person_id: int) -> ResponseReturnValue:
    """Somebody else comes in this person's place."""
    booking = bookings.get_booking(code, me())
    participant = queries.get_participant(booking, person_id)
    person = masked(participant)
    form = PersonForm(data={"role": participant.role})

    def put_in(booking: Booking) -> None:
        service.swap_person(booking, person_id, form.values, by=me(), now=now())

    if form.is_submitted() and is_changed(code, form, put_in):
        flash(gettext("The other person takes the seat."))
        return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)
    return render_template("rosters/swap.html", person=person, **_words(code, form)), form.status


@rosters.post("/bookings/<code>/roster/<int:person_id>/cancel")
@allows(Role.LEADER)
def cancel(code: str, person_id: int) -> ResponseReturnValue:
    """This person does not come: the name goes, and the seat is free for others."""
    try:
        with transaction():
            service.cancel_person(bookings.lock_booking(code, me()), person_id, by=me(), now=now())
    except (Invalid, Conflict) as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(gettext("The person does not come; the seat was given back."))
    return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)


@rosters.post("/bookings/<code>/roster/<int:person_id>/remove")
@allows(Role.LEADER)
def remove(code: str, person_id: int) -> ResponseReturnValue:
    with transaction():
        service.remove_person(bookings.lock_booking(code, me()), person_id, by=me(), now=now())
    flash(gettext("The person is no longer in the roster."))
    return redirect(url_for("rosters.roster", code=code, _anchor="people"), 303)
