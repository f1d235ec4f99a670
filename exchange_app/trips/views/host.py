"""A departure on its day, as its host sees it: counts, and names only where it said why it needs them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.text import in_every_language
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure_of
from exchange_app.rosters.models import Participant
from exchange_app.rosters.rules import Role
from exchange_app.trips import disclosures, queries, survey
from exchange_app.trips.forms import NotesForm
from exchange_app.trips.labels import MARK_WORDS
from exchange_app.trips.models import RollCall
from exchange_app.trips.rules import EMERGENCY_NUMBERS, PlaceKind, Tally
from exchange_app.trips.views.blueprint import trips
from exchange_app.web.policies import allows


@dataclass(frozen=True, slots=True)
class LastCall:
    call: RollCall
    tally: Tally


@trips.get("/organiser/departures/<int:departure_id>/trip")
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def host(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    groups = queries.list_travelling(departure.id)
    ids = [group.id for group in groups]
    return render_template(
        "trips/host.html",
        departure=departure,
        package=departure.package,
        groups=groups,
        places=queries.map_place_counts(ids),
        kinds=list(PlaceKind),
        last_calls=_last_calls(ids),
        notes=queries.find_notes(departure.id),
    )


def _last_calls(booking_ids: Sequence[int]) -> dict[int, LastCall]:
    """Of each group the call that was entered into last, by the id of the booking."""
    calls = queries.list_calls(booking_ids)
    tallies = queries.map_tallies([call.id for call in calls])
    called = [call for call in calls if tallies[call.id].latest]
    called.sort(key=lambda call: (tallies[call.id].latest, call.id))
    return {call.booking_id: LastCall(call, tallies[call.id]) for call in called}


@trips.route("/organiser/departures/<int:departure_id>/trip/notes", methods=["GET", "POST"])
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def notes(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    known = queries.find_notes(departure.id)
    form = NotesForm(obj=known) if known else NotesForm(emergency=in_every_language(EMERGENCY_NUMBERS))

    def write() -> None:
        disclosures.write_notes(departure, emergency=form.emergency.data, names_reason=form.names_reason.data)

    if is_saved(form, write):
        flash(gettext("Your notes are kept."))
        return redirect(url_for("trips.host", departure_id=departure_id), 303)
    page = render_template("trips/notes.html", departure=departure, package=departure.package, form=form)
    return page, status_of_form(form)


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """What the day sheet says of one group; ``names`` only where they are needed."""

    booking: Booking
    pupils: int
    staff: int
    meals: Counter[str]
    names: Sequence[str]


@trips.get("/organiser/departures/<int:departure_id>/day-sheet")
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def day_sheet(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    return _sheet(departure, queries.list_travelling(departure.id), with_names=False)


@trips.post("/organiser/departures/<int:departure_id>/day-sheet")
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def day_sheet_with_names(departure_id: int) -> ResponseReturnValue:
    """Each school sees afterwards that its names were looked at, and why."""
    departure = get_departure_of(departure_id, me())
    groups = queries.list_travelling(departure.id)
    try:
        with transaction():
            disclosures.disclose_names(departure, groups, by=me(), now=now())
    except Refusal as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("trips.day_sheet", departure_id=departure_id), 303)
    return _sheet(departure, groups, with_names=True)


def _sheet(departure: Departure, groups: Sequence[Booking], *, with_names: bool) -> str:
    people = queries.map_participants([group.id for group in groups])
    asks_for_meals = "meal_need" in departure.package.asked_fields
    return render_template(
        "trips/day_sheet.html",
        departure=departure,
        package=departure.package,
        sheets=[_sheet_of(group, people[group.id], asks_for_meals, with_names) for group in groups],
        places=queries.map_place_counts([group.id for group in groups]),
        kinds=list(PlaceKind),
        stops=queries.list_stops(departure.package_id),
        notes=queries.find_notes(departure.id),
        with_names=with_names,
        at=now(),
    )


def _sheet_of(booking: Booking, people: Sequence[Participant], asks_for_meals: bool, with_names: bool) -> GroupSheet:
    pupils = sum(person.role is Role.PUPIL for person in people)
    return GroupSheet(
        booking=booking,
        pupils=pupils,
        staff=len(people) - pupils,
        meals=Counter(person.meal_need for person in people if asks_for_meals and person.meal_need),
        names=[person.name for person in people] if with_names else [],
    )


@trips.get("/organiser/departures/<int:departure_id>/survey")
@allows(UserRole.ORGANISER, UserRole.ADMINISTRATOR)
def departure_survey(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    groups = queries.list_travelling(departure.id)
    return render_template(
        "trips/departure_survey.html",
        departure=departure,
        package=departure.package,
        mark_words=MARK_WORDS,
        results=survey.results_of([group.id for group in groups]),
    )
