"""Roll calls, on a phone that may have no connection: it keeps their pages and sends later what was entered."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.core.clock import now
from exchange_app.core.roles import Role as UserRole
from exchange_app.core.transaction import transaction
from exchange_app.rosters.rules import Role
from exchange_app.trips import arrangements, queries, roll
from exchange_app.trips.forms import CallForm, OwnCallForm
from exchange_app.trips.rules import Presence, Tally
from exchange_app.trips.schemas import read_sent
from exchange_app.trips.views.blueprint import do, is_carried_out, trips
from exchange_app.web.codes import qr_code
from exchange_app.web.policies import allows, anyone


@trips.get("/roll/<code>")
@allows(UserRole.LEADER)
def roll_calls(code: str) -> ResponseReturnValue:
    return _list(code)


def _list(code: str, refused: OwnCallForm | None = None) -> ResponseReturnValue:
    booking = queries.get_trip(code, me())
    zone = booking.departure.zone
    form = refused or OwnCallForm(formdata=None, meta={"zone": zone}, at=now())
    calls = queries.list_calls([booking.id])
    page = render_template(
        "trips/roll_calls.html",
        **_words(booking),
        calls=calls,
        tallies=queries.map_tallies([call.id for call in calls]),
        persons=booking.named,
        form=form,
        code_to_scan=_code_to_scan(booking),
        pages=[_page_of(booking, call_id=call.id) for call in calls],
    )
    return page, form.status


def _words(booking: Booking) -> dict[str, Any]:
    return {"booking": booking, "departure": booking.departure, "package": booking.departure.package}


def _page_of(booking: Booking, *, call_id: int) -> str:
    return url_for("trips.roll_call", code=booking.code, call_id=call_id)


def _code_to_scan(booking: Booking) -> Markup:
    """The address of the group's roll calls."""
    address = current_app.config["PUBLIC_URL"] + url_for("trips.roll_calls", code=booking.code)
    return qr_code(address)


@trips.post("/roll/<code>")
@allows(UserRole.LEADER)
def add_call(code: str) -> ResponseReturnValue:
    form = OwnCallForm(meta={"zone": queries.get_trip(code, me()).departure.zone})

    def add(booking: Booking) -> None:
        assert form.at.data is not None  # the form was valid
        roll.add_call(booking, form.title.data, form.at.data, form_token=form.form_token.data)

    if is_carried_out(code, form, add):
        return redirect(url_for("trips.roll_calls", code=code), 303)
    return _list(code, form)


@trips.post("/roll/<code>/itinerary")
@allows(UserRole.LEADER)
def take_calls(code: str) -> ResponseReturnValue:
    do(code, roll.take_calls_from_itinerary, gettext("The roll calls of the itinerary are in the list."))
    return redirect(url_for("trips.roll_calls", code=code), 303)


@trips.post("/roll/<code>/<int:call_id>/remove")
@allows(UserRole.LEADER)
def remove_call(code: str, call_id: int) -> ResponseReturnValue:
    do(code, lambda booking: roll.remove_call(booking, call_id), gettext("The roll call is removed."))
    return redirect(url_for("trips.roll_calls", code=code), 303)


@trips.route("/roll/<code>/<int:call_id>", methods=["GET", "POST"])
@allows(UserRole.LEADER)
def roll_call(code: str, call_id: int) -> ResponseReturnValue:
    form = CallForm()

    def enter(booking: Booking) -> None:
        queries.get_call(booking, call_id)
        moment, token = now(), form.form_token.data
        if form.everybody.data:
            assert form.head_count.data is not None  # the form was valid
            roll.mark_all_present(booking, call_id, form.head_count.data, form_token=token, by=me(), now=moment)
        else:
            roll.keep_entries(booking, form.entries(call_id, moment), sent_at=moment, by=me(), now=moment)

    if is_carried_out(code, form, enter):
        flash(gettext("It is kept."))
        return redirect(url_for("trips.roll_call", code=code, call_id=call_id), 303)
    booking = queries.get_trip(code, me())
    call = queries.get_call(booking, call_id)
    calls = queries.list_calls([booking.id])
    page = render_template(
        "trips/roll_call.html",
        **_words(booking),
        call=call,
        calls=calls,
        tally=queries.map_tallies([call.id])[call.id],
        people=arrangements.list_people(booking),
        staff=Role.STAFF,
        presences=list(Presence),
        form=form,
        pages=[_page_of(booking, call_id=other.id) for other in calls],
    )
    return page, form.status


@trips.get("/roll/<code>/state")
@allows(UserRole.LEADER)
def roll_state(code: str) -> ResponseReturnValue:
    """Where the calls stand, and a token to send entries with: a page that was kept for days has an old one."""
    booking = queries.get_trip(code, me())
    return jsonify(csrf_token=generate_csrf(), calls=_tallies(booking))


@trips.post("/roll/<code>/entries")
@allows(UserRole.LEADER)
def keep_entries(code: str) -> ResponseReturnValue:
    """Answers which entries the phone may forget, and where the calls stand. Raises EntriesUnreadable."""
    with transaction():
        booking = queries.lock_trip(code, me())
        sent = read_sent(request.get_json(silent=True))
        roll.keep_entries(booking, sent.entries, sent_at=sent.sent_at, by=me(), now=now())
    return jsonify(kept=[entry.client_id for entry in sent.entries], calls=_tallies(booking))


def _tallies(booking: Booking) -> dict[int, dict[str, Any]]:
    calls = queries.list_calls([booking.id])
    return {call_id: _as_data(tally) for call_id, tally in queries.map_tallies([call.id for call in calls]).items()}


def _as_data(tally: Tally) -> dict[str, Any]:
    return {"states": {person: state.value for person, state in tally.states.items()}, "count": tally.head_count}


@trips.get("/roll/worker.js")
@anyone
def roll_worker() -> Response:
    """The script that keeps the pages beside it on the phone; it works for addresses below its own alone."""
    return current_app.send_static_file("roll-worker.js")
