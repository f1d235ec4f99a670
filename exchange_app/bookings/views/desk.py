"""The host's desk: groups, departures with their groups, changing and calling off."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries, rescheduling, service
from exchange_app.bookings.approvals import may_decide, turn_of
from exchange_app.bookings.forms import CallOffForm, DecideManyForm, DeskFilter, StateFilter
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import SEATED, BookingState, shortfall
from exchange_app.bookings.views.blueprint import bookings
from exchange_app.catalogue.forms import readable
from exchange_app.catalogue.terms import fingerprint
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.text import sentence
from exchange_app.core.transaction import transaction
from exchange_app.departures.errors import StateNotReachable
from exchange_app.departures.forms import DepartureForm
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure_of
from exchange_app.departures.rules import NEXT_STATES, NOTICE_FOR_MINIMUM, DepartureState
from exchange_app.departures.service import Terms, terms_of, terms_on_day
from exchange_app.web.errors import beside_field
from exchange_app.web.formats import date_range
from exchange_app.web.forms import YEARS
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

MOST_AT_ONCE = 100

SAVED = sentence("The departure is saved.")
WITHDRAWN = sentence("The departure is a draft again: visitors no longer see it.")


@bookings.get("/organiser/bookings")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def desk() -> ResponseReturnValue:
    return page_of_desk(DecideManyForm(formdata=None))


def page_of_desk(decide_form: DecideManyForm) -> str:
    """The groups that the address asks for, and the form that decides about several; refused, with what is wrong."""
    form = DeskFilter()
    form.departure.choices = [("", gettext("Any departure")), *_offered_departures()]
    wanted = readable(form)
    groups = queries.list_desk(me(), state=wanted.get("state"), departure_id=wanted.get("departure"))
    decided = answers_named(request.args.get("decided", ""))
    page = page_of(groups)
    return render_template(
        "bookings/desk.html",
        form=form,
        state=wanted.get("state"),
        departure_id=wanted.get("departure"),
        counts=in_order(queries.count_desk(me(), departure_id=wanted.get("departure"))),
        page=page,
        requests=queries.list_open_requests(me()),
        decide_form=decide_form,
        open={booking.id for booking in page if may_decide(me(), booking)},
        turn_of=turn_of,
        decided=queries.map_codes_answered(decided, me()) if decided else {},
        shortfall=shortfall,
        seated=SEATED,
        now=now(),
    )


def in_order(counts: Mapping[BookingState, int]) -> dict[BookingState, int]:
    """What waits for somebody first, then what is settled."""
    states = [state for state in BookingState if counts.get(state)]
    return {state: counts[state] for state in sorted(states, key=lambda state: state is not BookingState.SUBMITTED)}


def answers_named(typed: str) -> list[int]:
    """The answers that an address names by their ids, with points between."""
    return [int(one) for one in typed.split(".")[:MOST_AT_ONCE] if one.isascii() and one.isdigit() and len(one) < 16]


def _offered_departures() -> list[tuple[int, str]]:
    return [
        (departure.id, f"{date_range(departure.starts_on, departure.ends_on)} · {departure.package.title}")
        for departure in queries.list_departures_with_bookings(me())
    ]


@dataclass(frozen=True, slots=True)
class Totals:
    """What the groups that have seats come to."""

    groups: int
    pupils: int
    staff: int
    named: int

    @property
    def persons(self) -> int:
        return self.pupils + self.staff


def _totals(groups: Sequence[Booking]) -> Totals:
    seated = [group for group in groups if group.state in SEATED]
    return Totals(
        len(seated),
        sum(group.pupils for group in seated),
        sum(group.staff for group in seated),
        sum(group.named for group in seated),
    )


@bookings.get("/organiser/departures/<int:departure_id>/bookings")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def of_departure(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    groups = queries.list_bookings_of_departure(departure.id)
    state = readable(StateFilter()).get("state")
    persons = queries.count_persons(departure.id)
    return render_template(
        "bookings/of_departure.html",
        departure=departure,
        package=departure.package,
        groups=groups,
        shown=[group for group in groups if state is None or group.state is state],
        state=state,
        counts=in_order(Counter(group.state for group in groups)),
        totals=_totals(groups),
        may_call_off=DepartureState.CALLED_OFF in NEXT_STATES[departure.state],
        persons=persons,
        is_below_minimum=persons < departure.minimum,
        minimum_until=departure.meets_at - NOTICE_FOR_MINIMUM,
        may_call_off_for_minimum=not departure.package.price_minor or now() <= departure.meets_at - NOTICE_FOR_MINIMUM,
        shortfall=shortfall,
        seated=SEATED,
        now=now(),
    )


@bookings.route("/organiser/departures/<int:departure_id>/edit", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def change_departure(departure_id: int) -> ResponseReturnValue:
    """Here and not among the departures' pages, because its groups may have to be told."""
    departure = get_departure_of(departure_id, me())
    seen = terms_of(departure)
    form = DepartureForm(
        obj=_on_day_asked(departure) or departure,
        meta={"zone": departure.zone},
        seen=fingerprint(seen),
        capacity=seen.capacity,
    )
    words = {
        "departure_id": departure_id,
        "title": departure.package.title,
        "city": departure.package.host_city.name,
        "groups": rescheduling.count_groups(departure_id, now()),
    }
    if is_saved(
        form,
        lambda: rescheduling.change_departure(departure, form.terms(), seen=form.seen.data, by=me(), now=now()),
    ):
        flash(str(SAVED), "success")
        return redirect(url_for("departures.own_departure", departure_id=departure_id), 303)
    return render_template("bookings/change_departure.html", form=form, **words), status_of_form(form)


def _on_day_asked(departure: Departure) -> Terms | None:
    """What the departure would be on the day that the planner asks for in the address; a form is made of it, and
    nothing is changed before that is sent."""
    try:
        day = date.fromisoformat(request.args.get("to", ""))
    except ValueError:
        return None
    return terms_on_day(departure, day, now=now()) if day.year in YEARS else None


@bookings.route("/organiser/departures/<int:departure_id>/call-off", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def call_off(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    if DepartureState.CALLED_OFF not in NEXT_STATES[departure.state]:
        raise StateNotReachable()
    form = CallOffForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.call_off_departure(
                    departure, cause=form.cause.data, reason=form.reason.data, by=me(), now=now()
                )
        except (Invalid, Conflict) as refusal:
            beside_field(form, refusal)
        else:
            flash(gettext("The departure is called off; every group is told why."))
            return redirect(url_for("bookings.of_departure", departure_id=departure_id), 303)
    page = render_template(
        "bookings/call_off.html",
        form=form,
        departure=departure,
        package=departure.package,
        groups=queries.count_seated(departure.id),
    )
    return page, form.status


@bookings.post("/organiser/departures/<int:departure_id>/withdraw")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def withdraw_departure(departure_id: int) -> ResponseReturnValue:
    """Here and not among the departures' pages, because groups may wait."""
    departure = get_departure_of(departure_id, me())
    undo = url_for("departures.open_departure", departure_id=departure_id)
    is_done(lambda: service.withdraw_departure(departure), done=WITHDRAWN, undo=undo)
    return redirect(url_for("departures.own_departure", departure_id=departure_id), 303)
