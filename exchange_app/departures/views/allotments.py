"""Organisers set seats of a departure aside for a city or a school, and give them back before their time."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.departures import allotments as service
from exchange_app.departures import queries
from exchange_app.departures.allotments import get_allotment, list_allotments
from exchange_app.departures.errors import GroupsWaiting, NotEnoughSeats, SlotClosed, SlotFull, SoldOut
from exchange_app.departures.forms import AllotmentForm
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.departures.slots import list_slots_of_departure, room
from exchange_app.departures.views.blueprint import departures
from exchange_app.partners.queries import list_cities, list_schools
from exchange_app.web.policies import allows

ABOUT_SEATS = (GroupsWaiting, NotEnoughSeats, SlotClosed, SlotFull, SoldOut)
USUALLY_BEFORE_CLOSING = timedelta(days=7)

ADDED = sentence("The seats are set aside.")
RELEASED = sentence("What was left of these seats is open to everybody.")


@departures.route("/organiser/departures/<int:departure_id>/allotments", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def allotments(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    form = AllotmentForm(meta={"zone": departure.zone}, release_at=_usual_release(departure))
    form.holder.offer(list_cities(), list_schools())

    def add() -> None:
        try:
            service.set_aside(departure, **form.terms(), now=now())
        except ABOUT_SEATS as refusal:
            refusal.field = "seats"
            raise

    if is_saved(form, add):
        flash(str(ADDED), "success")
        return redirect(url_for("departures.allotments", departure_id=departure_id), 303)
    page = render_template(
        "departures/allotments.html",
        departure=departure,
        left=room(departure, list_slots_of_departure(departure_id)),
        allotments=list_allotments(departure_id),
        form=form,
        may_add=departure.state is DepartureState.OPEN and now() < departure.closes_at,
    )
    return page, status_of_form(form)


@departures.post("/organiser/departures/<int:departure_id>/allotments/<int:allotment_id>/release")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def release_allotment(departure_id: int, allotment_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    allotment = get_allotment(departure, allotment_id)
    is_done(lambda: service.release(allotment, now=now()), done=RELEASED)
    return redirect(url_for("departures.allotments", departure_id=departure_id), 303)


def _usual_release(departure: Departure) -> datetime:
    """Some days before registration closes, so that others can still take what returns."""
    usual = departure.closes_at - USUALLY_BEFORE_CLOSING
    return usual if usual > now() else departure.closes_at
