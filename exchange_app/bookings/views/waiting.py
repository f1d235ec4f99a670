"""The waiting list: what a group is offered, and how the list stands."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import waiting
from exchange_app.bookings.forms import CancelForm, PartyForm
from exchange_app.bookings.labels import tell
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queue import list_list_events, list_offered_of, list_waiting_of
from exchange_app.bookings.rules import MOST_PASSES
from exchange_app.bookings.views.blueprint import bookings, carry_out
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures.queries import get_departure_of
from exchange_app.web.policies import allows


@bookings.post("/bookings/<code>/accept")
@allows(Role.LEADER)
def accept(code: str) -> ResponseReturnValue:
    def take(booking: Booking) -> None:
        waiting.accept_offer(booking, by=me(), now=now())

    return carry_out(code, take, gettext("The seats are yours; the group is handed in."), cancel_form=CancelForm())


@bookings.post("/bookings/<code>/turn-down")
@allows(Role.LEADER)
def turn_down(code: str) -> ResponseReturnValue:
    form = CancelForm()

    def leave(booking: Booking) -> None:
        waiting.turn_down_offer(booking, by=me(), now=now())

    return carry_out(code, leave, gettext("The seats go to the next group."), cancel_form=form)


@bookings.post("/bookings/<code>/size")
@allows(Role.LEADER)
def change_size(code: str) -> ResponseReturnValue:
    """Of a group that waits."""
    form = PartyForm()

    def resize(booking: Booking) -> None:
        assert form.party is not None
        waiting.change_waiting(booking, form.party, by=me(), now=now())

    return carry_out(code, resize, gettext("The group on the waiting list is changed."), party_form=form)


@bookings.get("/organiser/departures/<int:departure_id>/waiting")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def waiting_list(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    return render_template(
        "bookings/waiting_list.html",
        departure=departure,
        package=departure.package,
        line=list_waiting_of(departure.id),
        offered=list_offered_of(departure.id),
        most_passes=MOST_PASSES,
        log=[(event, tell(event)) for event in list_list_events(departure.id)],
    )
