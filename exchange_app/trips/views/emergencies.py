"""What a leader has at hand if something happens, and reports of what happened."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.roles import Role as UserRole
from exchange_app.rosters.disclosures import disclose
from exchange_app.rosters.masking import MaskedPerson, masked
from exchange_app.rosters.queries import list_disclosures, list_participants
from exchange_app.rosters.rules import Role, Sheet
from exchange_app.trips import arrangements, incidents, queries
from exchange_app.trips.forms import DisclosureForm, IncidentForm
from exchange_app.trips.rules import EMERGENCY_NUMBERS
from exchange_app.trips.views.blueprint import is_carried_out, trips
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@trips.route("/bookings/<code>/emergency", methods=["GET", "POST"])
@allows(UserRole.LEADER)
def emergency(code: str) -> ResponseReturnValue:
    """Masked; the answer to the form shows everything in full, once, and that is written down first."""
    booking = queries.get_trip(code, me())
    form = DisclosureForm()
    asks_for_health = "health_note" in booking.departure.package.asked_fields
    sheet = Sheet.HEALTH if form.with_health.data and asks_for_health else Sheet.PHONES

    def write_down(booking: Booking) -> None:
        disclose(booking, sheet, purpose=form.purpose.data, by=me(), now=now())

    is_disclosed = is_carried_out(code, form, write_down)
    notes = queries.find_notes(booking.departure_id)
    participants = list_participants(booking.id)
    people: list[Any] = list(participants) if is_disclosed else [masked(participant) for participant in participants]
    page = render_template(
        "trips/emergency.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        people=people,
        staff=Role.STAFF,
        is_disclosed=is_disclosed,
        with_health=is_disclosed and sheet is Sheet.HEALTH,
        asks_for_health=asks_for_health,
        noted=_count_noted(people) if not is_disclosed else 0,
        numbers=notes.emergency if notes and notes.emergency else EMERGENCY_NUMBERS,
        disclosures=list_disclosures(booking.id),
        form=form,
        at=now(),
    )
    return page, 200 if is_disclosed else form.status


def _count_noted(people: list[MaskedPerson]) -> int:
    return sum(person.has_health_note for person in people)


@trips.route("/bookings/<code>/incidents/new", methods=["GET", "POST"])
@allows(UserRole.LEADER)
def report(code: str) -> ResponseReturnValue:
    booking = queries.get_trip(code, me())
    form = IncidentForm(meta={"zone": booking.departure.zone}, happened_at=now())
    form.offer(arrangements.list_people(booking))
    made: list[int] = []

    def keep(booking: Booking) -> None:
        token = form.form_token.data
        made.append(incidents.report_incident(booking, form.happening, form_token=token, by=me(), now=now()).id)

    if is_carried_out(code, form, keep):
        flash(gettext("The report is kept. Your school's head, the host and your education bureau are told."))
        return redirect(url_for("trips.incident", incident_id=made[0]), 303)
    page = render_template("trips/report.html", booking=booking, departure=booking.departure, form=form)
    return page, form.status


@trips.get("/incidents/<int:incident_id>")
@allows()
def incident(incident_id: int) -> ResponseReturnValue:
    """Who is concerned is for the school alone."""
    found = queries.get_incident(incident_id, me())
    is_school = me().role in (UserRole.LEADER, UserRole.HEAD)
    return render_template(
        "trips/incident.html",
        incident=found,
        booking=found.booking,
        departure=found.booking.departure,
        package=found.booking.departure.package,
        names=(found.names or "").splitlines() if is_school else [],
        is_leader=me().role is UserRole.LEADER,
        is_host=me().role in (UserRole.ORGANISER, UserRole.ADMINISTRATOR),
    )


@trips.get("/organiser/incidents")
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def reported() -> ResponseReturnValue:
    return render_template("trips/reported.html", page=page_of(queries.select_incidents(me())))
