"""Deciding about a group: the school's head, the host, the education bureau, each in their turn."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import approvals, queries
from exchange_app.bookings.forms import DecisionForm, TakeBackForm
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.views.blueprint import bookings, carry_out
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

DECIDERS = (Role.HEAD, Role.ORGANISER, Role.BUREAU, Role.ADMINISTRATOR)


@bookings.get("/decisions")
@allows(Role.HEAD, Role.BUREAU)
def decisions() -> ResponseReturnValue:
    approver = queries.APPROVER_OF[me().role]
    page = page_of(queries.list_decisions(me()))
    answers = queries.map_answers([booking.id for booking in page], approver)
    return render_template("bookings/decisions.html", page=page, approver=approver, answers=answers)


@bookings.post("/bookings/<code>/confirm")
@allows(*DECIDERS)
def confirm(code: str) -> ResponseReturnValue:
    form = DecisionForm()

    def say_yes(booking: Booking) -> None:
        approvals.check_turn(booking, form.turn.data)
        approvals.approve_booking(booking, comment=form.comment.data or "", by=me(), now=now())

    def done(booking: Booking) -> str:
        if booking.state is BookingState.CONFIRMED:
            return gettext("The group is confirmed; its leader is told.")
        return gettext("You agreed; whoever comes next is told.")

    return carry_out(code, say_yes, done, decision_form=form)


@bookings.post("/bookings/<code>/decline")
@allows(*DECIDERS)
def decline(code: str) -> ResponseReturnValue:
    form = DecisionForm()

    def say_no(booking: Booking) -> None:
        approvals.check_turn(booking, form.turn.data)
        approvals.decline_booking(booking, comment=form.comment.data or "", by=me(), now=now())

    return carry_out(code, say_no, gettext("The group is declined; its leader is told why."), decision_form=form)


@bookings.post("/bookings/<code>/take-back")
@allows(*DECIDERS)
def take_back(code: str) -> ResponseReturnValue:
    form = TakeBackForm()

    def undo(booking: Booking) -> None:
        approvals.check_last(booking, form.answer.data, by=me())
        approvals.take_back(booking, reason=form.reason.data or "", by=me(), now=now())

    return carry_out(code, undo, gettext("The decision is taken back; decide again."), take_back_form=form)
