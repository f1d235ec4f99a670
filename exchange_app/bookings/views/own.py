"""A booking's page and the school's list of bookings: its contact, cancelling, handing over."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import changes, queries, service
from exchange_app.bookings.errors import NoColleague
from exchange_app.bookings.forms import CancelForm, ContactForm, HandOverForm
from exchange_app.bookings.models import Booking
from exchange_app.bookings.todos import map_todos
from exchange_app.bookings.views.blueprint import bookings, carry_out, offer_colleagues, page_of_booking
from exchange_app.core.clock import now
from exchange_app.core.codes import parse_code
from exchange_app.core.roles import Role
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@bookings.get("/bookings")
@allows(Role.LEADER)
def index() -> ResponseReturnValue:
    page = page_of(queries.list_bookings(me()))
    moment = now()
    return render_template("bookings/index.html", page=page, todos=map_todos(page.rows, moment), now=moment)


@bookings.get("/bookings/<code>")
@allows()
def show(code: str) -> ResponseReturnValue:
    canonical = parse_code(code)
    if canonical is not None and canonical != code:
        return redirect(url_for("bookings.show", code=canonical), 301)
    return page_of_booking(code)


@bookings.post("/bookings/<code>/contact")
@allows(Role.LEADER)
def contact(code: str) -> ResponseReturnValue:
    form = ContactForm()

    def keep(booking: Booking) -> None:
        service.set_contact(booking, form.contact, by=me(), now=now())

    return carry_out(code, keep, gettext("The contact is kept."), contact_form=form)


@bookings.post("/bookings/<code>/cancel")
@allows(Role.LEADER)
def cancel(code: str) -> ResponseReturnValue:
    form = CancelForm()

    def give_up(booking: Booking) -> None:
        service.cancel_booking(booking, reason=form.reason.data or "", by=me(), now=now())

    return carry_out(code, give_up, gettext("The booking is cancelled; its seats were given back."), cancel_form=form)


@bookings.post("/bookings/<code>/hand-over")
@allows(Role.LEADER)
def hand_over(code: str) -> ResponseReturnValue:
    form = offer_colleagues(HandOverForm(), queries.get_booking(code, me()))

    def pass_on(booking: Booking) -> None:
        colleague = next((one for one in queries.list_colleagues(booking) if one.id == form.leader.data), None)
        if colleague is None:  # the colleague's account was closed meanwhile
            raise NoColleague()
        changes.hand_over(booking, colleague, by=me(), now=now())

    done = gettext("The booking is handed over; the new leader gets a letter.")
    return carry_out(code, pass_on, done, hand_over_form=form)
