"""For paper: badges that everybody wears, and the itinerary for families who read no screen."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.bookings.calendar import itinerary
from exchange_app.core.clock import now
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.settings import setting
from exchange_app.rosters.rules import Role
from exchange_app.trips import arrangements, queries
from exchange_app.trips.forms import BadgesForm
from exchange_app.trips.views.blueprint import trips
from exchange_app.web.codes import qr_code
from exchange_app.web.policies import allows


@trips.get("/bookings/<code>/badges")
@allows(UserRole.LEADER)
def badges(code: str) -> ResponseReturnValue:
    """The code on a badge leads to a page that asks for a phone number of the group: it gives a stranger nothing."""
    booking = queries.get_trip(code, me())
    form = BadgesForm()
    layouts = arrangements.layouts_of(booking)
    return render_template(
        "trips/badges.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        people=arrangements.list_people(booking),
        layouts=layouts,
        staff=Role.STAFF,
        form=form,
        picture=qr_code(setting("PUBLIC_URL") + url_for("rosters.check", code=booking.code)),
    )


@trips.get("/bookings/<code>/itinerary")
@allows(UserRole.LEADER)
def itinerary_sheet(code: str) -> ResponseReturnValue:
    booking = queries.get_trip(code, me())
    return render_template(
        "trips/itinerary_sheet.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        days=itinerary(booking.departure),
        at=now(),
        picture=qr_code(setting("PUBLIC_URL") + url_for("rosters.check", code=booking.code)),
    )
