"""Registering a group, its first step: numbers and contact hold the seats, or a place on the waiting list. Whoever has
the roster at hand too may be done at once."""

from __future__ import annotations

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts.sessions import me
from exchange_app.bookings import service as bookings
from exchange_app.bookings import waiting
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queue import list_waiting_of
from exchange_app.bookings.rules import BookingState
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.errors import GroupsWaiting, NotEnoughSeats, SlotFull, SoldOut
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure
from exchange_app.departures.seats import around
from exchange_app.departures.service import check_registration
from exchange_app.rosters import service
from exchange_app.rosters.asked import asked_before_confirmation
from exchange_app.rosters.forms import RegisterForm
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.downloads import template_download
from exchange_app.rosters.views.handing_in import read_handed_in, tell_what_was_left_out
from exchange_app.web.errors import beside_field, status_of
from exchange_app.web.policies import allows

NO_ROOM = (NotEnoughSeats, SoldOut, SlotFull, GroupsWaiting)  # whoever is refused for these may join the waiting list


@rosters.route("/departures/<int:departure_id>/register", methods=["GET", "POST"])
@allows(Role.LEADER)
def register(departure_id: int) -> ResponseReturnValue:
    departure = get_departure(departure_id, me())
    moment = now()
    if request.method == "GET":
        check_registration(departure, moment)
        return _show(_fresh_form(), departure), 200
    form = RegisterForm()
    try:
        booking = _register(form, departure, moment)
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        page = _show(form, get_departure(departure_id, me()), has_no_room=isinstance(refusal, NO_ROOM))
        return page, form.status if refusal.field else status_of(refusal)
    if booking is None:
        return _show(form, departure), form.status
    return _go_on(booking, form)


def _fresh_form() -> RegisterForm:
    """With the numbers that the address hands over, and the contact of whoever registers."""
    return RegisterForm(
        data={
            "pupils": request.args.get("pupils", type=int),
            "staff": request.args.get("staff", type=int),
            "contact_name": current_user.name,
            "contact_email": current_user.email,
            "contact_phone": current_user.phone,
        }
    )


def _register(form: RegisterForm, departure: Departure, moment: datetime) -> Booking | None:
    """The booking that the form makes, or made when it was sent before; None where the form has to be mended first.

    Raises the refusals of `bookings.service.hold_seats`.
    """
    form.validate()
    _check_supervision(form, departure)
    party, by, token = form.party, me(), form.form_token.data
    if form.queue.data:
        if form.errors or party is None:
            return None
        with transaction():
            return waiting.join_list(departure, party, form.contact, form_token=token, by=by, now=moment)
    if form.hold.data:
        if form.errors or party is None:
            return None
        contact = form.contact if form.has_contact else None
        with transaction():
            return bookings.hold_seats(departure, party, form_token=token, by=by, now=moment, contact=contact)
    asked = asked_before_confirmation(departure.package)
    reading = read_handed_in(form, asked, departure.today(moment))
    if form.errors or party is None:
        return None
    with transaction():
        booking = service.register_group(departure, party, reading, form.contact, form_token=token, by=by, now=moment)
    tell_what_was_left_out(reading)
    return booking


def _check_supervision(form: RegisterForm, departure: Departure) -> None:
    """Said together with whatever else is wrong, not after it."""
    if form.party is None:
        return
    try:
        bookings.check_supervision(form.party, departure)
    except Invalid as refusal:
        beside_field(form, refusal)


def _go_on(booking: Booking, form: RegisterForm) -> ResponseReturnValue:
    if booking.state is BookingState.WAITING:
        flash(gettext("The group is on the waiting list; this page shows its place."))
    if booking.state is BookingState.HELD and form.hold.data:
        return redirect(url_for("rosters.register_roster", code=booking.code), 303)
    if booking.state is BookingState.HELD:
        flash(gettext("Your seats are held. Mend the rows below, then submit the booking."))
        return redirect(url_for("rosters.roster", code=booking.code), 303)
    return redirect(url_for("bookings.show", code=booking.code), 303)


def _show(form: RegisterForm, departure: Departure, *, has_no_room: bool = False) -> str:
    """``has_no_room``: the group as it was typed does not fit, and so may queue."""
    pools = around(departure, current_user.organisation)
    aside = sum(left for _pool_id, left in pools.allotments.values())
    is_short = any(pool.short for pool in pools.pools.values())
    left = aside if is_short else aside + min(pool.left for pool in pools.pools.values())
    return render_template(
        "rosters/register.html",
        form=form,
        departure=departure,
        package=departure.package,
        asked=asked_before_confirmation(departure.package),
        had_file=bool(form.roster_file.data),
        is_at_once=_is_at_once(form),
        is_full=left == 0,
        may_queue=left == 0 or has_no_room,
        left=left,
        waiting=len(list_waiting_of(departure.id)),
    )


def _is_at_once(form: RegisterForm) -> bool:
    """Whether everything stands on one page, the roster too."""
    if form.is_submitted():
        return form.has_roster or not (form.hold.data or form.queue.data)
    return "at_once" in request.args


@rosters.get("/departures/<int:departure_id>/register/template")
@allows(Role.LEADER)
def template_to_register(departure_id: int) -> ResponseReturnValue:
    departure = get_departure(departure_id, me())
    return template_download(asked_before_confirmation(departure.package))
