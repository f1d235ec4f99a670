"""Another date for a group, what a school asks of the host after the deadline, and the host's answer. Changing the
numbers and granting stand in `rosters`, which knows who is named."""

from __future__ import annotations

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import changes, queries
from exchange_app.bookings.forms import AnswerForm, CancelForm, MoveForm, RequestForm, WithdrawForm
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.views.blueprint import bookings, carry_out, offer_dates
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.queries import get_departure
from exchange_app.web.policies import allows


@bookings.post("/bookings/<code>/move")
@allows(Role.LEADER)
def move(code: str) -> ResponseReturnValue:
    """Within the deadline at once, later by asking the host: then a reason is needed."""
    form = offer_dates(MoveForm(), queries.get_booking(code, me()))

    def go(booking: Booking) -> None:
        to = get_departure(form.departure.data, me())
        if form.ask.data:
            facts = {"departure_id": to.id}
            changes.ask_change(booking, ChangeKind.MOVE, reason=form.reason.data, by=me(), now=now(), **facts)
        else:
            changes.move_booking(booking, to, by=me(), now=now())

    return carry_out(code, go, _done(form, gettext("The group is moved.")), move_form=form)


@bookings.post("/bookings/<code>/ask-to-cancel")
@allows(Role.LEADER)
def ask_to_cancel(code: str) -> ResponseReturnValue:
    form = CancelForm()

    def ask(booking: Booking) -> None:
        changes.ask_change(booking, ChangeKind.CANCEL, reason=form.reason.data, by=me(), now=now())

    return carry_out(code, ask, asked(), cancel_form=form)


@bookings.post("/bookings/<code>/ask-for-roster")
@allows(Role.LEADER)
def ask_for_roster(code: str) -> ResponseReturnValue:
    """To change the roster after its deadline."""
    form = RequestForm()

    def ask(booking: Booking) -> None:
        changes.ask_change(booking, ChangeKind.ROSTER, reason=form.reason.data, by=me(), now=now())

    return carry_out(code, ask, asked(), request_form=form)


@bookings.post("/bookings/<code>/withdraw-request")
@allows(Role.LEADER)
def withdraw_request(code: str) -> ResponseReturnValue:
    form = WithdrawForm()

    def withdraw(booking: Booking) -> None:
        changes.check_asked(booking, form.asked.data)
        changes.withdraw_request(booking, by=me(), now=now())

    return carry_out(code, withdraw, gettext("The request is withdrawn."), withdraw_form=form)


@bookings.post("/bookings/<code>/refuse")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def refuse(code: str) -> ResponseReturnValue:
    return answer(code, changes.refuse_change, gettext("Not granted; the school is told why."))


def answer(code: str, command: Callable[..., None], done: str) -> ResponseReturnValue:
    """Answer the request that the host has read."""
    form = AnswerForm()

    def give(booking: Booking) -> None:
        changes.check_asked(booking, form.asked.data)
        command(booking, comment=form.comment.data or "", by=me(), now=now())

    return carry_out(code, give, done, answer_form=form)


def asked() -> str:
    return gettext("The host is asked; you get a letter with the answer.")


def _done(form: MoveForm, done: str) -> str:
    return asked() if form.ask.data else done
