"""Organisers plan departures. Changing one, calling it off and withdrawing it stand in `bookings`, which knows the
groups; many at once, and the board, in `planning`."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.catalogue import queries as catalogue
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.departures import queries, service
from exchange_app.departures.allotments import list_allotments
from exchange_app.departures.forms import DepartureForm, KeptFilterForm
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import NEXT_STATES, DepartureState
from exchange_app.departures.slots import is_arranged, list_slots_of_departure, room
from exchange_app.departures.views.blueprint import departures
from exchange_app.web.fragments import wants_fragment
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

SAVED = sentence("The departure is saved.")
OPENED = sentence("The departure is open: schools can register as soon as its registration begins.")
CLOSED = sentence("The departure is closed: it takes no more registrations.")
REARRANGED = sentence("The departure stops now where and when its package says.")
PACKAGE_WITHDRAWN = sentence("The package is withdrawn: visitors no longer see it.")


@departures.get("/organiser/departures")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_departures() -> ResponseReturnValue:
    form = KeptFilterForm()
    form.package.offer((package.id, package.title) for package in catalogue.list_packages_of(current_user))
    page = page_of(queries.select_departures_of(current_user, form.wanted()))
    template = "departures/_own_departures.html" if wants_fragment() else "departures/own_departures.html"
    return render_template(template, form=form, page=page)


@departures.route("/organiser/packages/<int:package_id>/departures/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def new_departure(package_id: int) -> ResponseReturnValue:
    package = catalogue.get_package_of(package_id, current_user)
    form = DepartureForm(meta=_in_zone_of(package), **_usual_terms(package))
    words = {"package_id": package_id, "title": package.title, "city": package.host_city.name}
    added: list[Departure] = []
    if is_saved(form, lambda: added.append(service.plan_departure(package, form.terms()))):
        flash(str(SAVED), "success")
        return redirect(url_for("departures.own_departure", departure_id=added[0].id), 303)
    return render_template("departures/new_departure.html", form=form, **words), status_of_form(form)


@departures.get("/organiser/departures/<int:departure_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def own_departure(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    slots = list_slots_of_departure(departure_id)
    return render_template(
        "departures/own_departure.html",
        departure=departure,
        next_states=NEXT_STATES[departure.state],
        slots=slots,
        left=room(departure, slots),
        is_arranged=departure.state not in service.WITH_SLOTS or is_arranged(departure, slots),
        allotments=list_allotments(departure_id),
    )


@departures.post("/organiser/departures/<int:departure_id>/open")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def open_departure(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    undo = "bookings.withdraw_departure" if departure.state is DepartureState.DRAFT else "departures.close_departure"
    is_done(lambda: service.open_departure(departure), done=OPENED, undo=url_for(undo, departure_id=departure_id))
    return redirect(url_for("departures.own_departure", departure_id=departure_id), 303)


@departures.post("/organiser/departures/<int:departure_id>/close")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def close_departure(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    undo = url_for("departures.open_departure", departure_id=departure_id)
    is_done(lambda: service.close_departure(departure), done=CLOSED, undo=undo)
    return redirect(url_for("departures.own_departure", departure_id=departure_id), 303)


@departures.post("/organiser/departures/<int:departure_id>/slots")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def rearrange(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure_of(departure_id, current_user)
    is_done(lambda: service.rearrange(departure), done=REARRANGED)
    return redirect(url_for("departures.own_departure", departure_id=departure_id), 303)


@departures.post("/organiser/packages/<int:package_id>/withdraw")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def withdraw_package(package_id: int) -> ResponseReturnValue:
    package = catalogue.get_package_of(package_id, current_user)
    undo = url_for("catalogue.publish_package", package_id=package_id)
    is_done(lambda: service.withdraw_package(package), done=PACKAGE_WITHDRAWN, undo=undo)
    return redirect(url_for("catalogue.own_package", package_id=package_id), 303)


def _in_zone_of(package: Package) -> dict[str, ZoneInfo]:
    """Moments are typed and shown as clocks show them in the host city."""
    return {"zone": ZoneInfo(package.host_city.time_zone)}


def _usual_terms(package: Package) -> dict[str, Any]:
    """What a new departure takes over from its package."""
    return {
        "persons_per_adult": package.persons_per_adult,
        "supervision_basis": package.supervision_basis,
        "minimum": 1,
    }
