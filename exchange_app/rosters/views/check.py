"""Checking a booking without an account: with its code and a phone number of the group, or by the link of a letter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.ways import offered_channels
from exchange_app.bookings import followers
from exchange_app.bookings.calendar import Method, Sender, itinerary, itinerary_file
from exchange_app.bookings.errors import BookingNotFound
from exchange_app.bookings.labels import reason_of
from exchange_app.bookings.links import is_signed
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import find_booking_by_code, list_history
from exchange_app.bookings.rules import GOING_ON, BookingState
from exchange_app.core.clock import now
from exchange_app.core.codes import parse_code
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.sealing import keys
from exchange_app.core.settings import setting
from exchange_app.core.text import current_language
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Channel
from exchange_app.outbox.rendering import host_of_links, sender
from exchange_app.rosters.forms import CheckForm, FollowByTextForm, FollowForm
from exchange_app.rosters.proof import prove
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, client_address, limit_all, slow_down, slow_guesses
from exchange_app.web.policies import anyone

PROVEN = "proven_booking"  # the session's key: a booking's code, and until when it may be looked at
PROOF_LASTS = timedelta(minutes=30)
LETTERS = "30 per 15 minutes"  # every form that names an address, from one address
TO_KEEP = (BookingState.CONFIRMED, BookingState.DONE)  # only what is certain goes into a calendar


def _tried_code() -> str:
    """The code that somebody tries, under a keyed hash. A mistyped one is no code: it counts for the address alone."""
    code = parse_code(request.form.get("code", ""))
    return keys().fingerprint(code, "check_attempts") if code else client_address()


@rosters.route("/check", methods=["GET", "POST"])
@slow_down("5 per 15 minutes; 20 per day", by=_tried_code)
@slow_down("30 per 15 minutes")  # a school has one address for all its families
@anyone
def check() -> ResponseReturnValue:
    form = CheckForm(code=request.args.get("code", ""))  # a badge's code brings it along
    if form.validate_on_submit():
        try:
            code = prove(form.code.data, form.four_digits)
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            session[PROVEN] = [code, (now() + PROOF_LASTS).timestamp()]
            return redirect(url_for("rosters.checked"), 303)
    return render_template("rosters/check.html", form=form), form.status


@rosters.get("/check/booking")
@secret_address
@anyone
def checked() -> ResponseReturnValue:
    booking = _proven_booking()
    if booking is None:
        return redirect(url_for("rosters.check"), 303)
    return _show(booking, _own_addresses())


@rosters.post("/check/booking/letters")
@limit_all(LETTERS)
@secret_address
@anyone
def letters() -> ResponseReturnValue:
    booking = _proven_booking()
    if booking is None:
        return redirect(url_for("rosters.check"), 303)
    return _write_or_stop(booking, _own_addresses())


@rosters.get("/check/booking.ics")
@secret_address
@anyone
def calendar() -> ResponseReturnValue:
    booking = _proven_booking()
    if booking is None:
        return redirect(url_for("rosters.check"), 303)
    return _calendar_file(booking)


@rosters.get("/check/<code>/<signature>")
@slow_guesses(GUESSES)
@secret_address
@anyone
def checked_by_link(code: str, signature: str) -> ResponseReturnValue:
    booking = _signed_booking(code, signature)
    return _show(booking, _signed_addresses(booking.code, signature))


@rosters.post("/check/<code>/<signature>/letters")
@slow_guesses(GUESSES)
@limit_all(LETTERS)
@secret_address
@anyone
def letters_by_link(code: str, signature: str) -> ResponseReturnValue:
    booking = _signed_booking(code, signature)
    return _write_or_stop(booking, _signed_addresses(booking.code, signature))


@rosters.get("/check/<code>/<signature>/itinerary.ics")
@slow_guesses(GUESSES)
@secret_address
@anyone
def calendar_by_link(code: str, signature: str) -> ResponseReturnValue:
    return _calendar_file(_signed_booking(code, signature))


@rosters.get("/check/booking.html")
@secret_address
@anyone
def copy() -> ResponseReturnValue:
    booking = _proven_booking()
    return redirect(url_for("rosters.check"), 303) if booking is None else _copy(booking)


@rosters.get("/check/<code>/<signature>/copy.html")
@slow_guesses(GUESSES)
@secret_address
@anyone
def copy_by_link(code: str, signature: str) -> ResponseReturnValue:
    return _copy(_signed_booking(code, signature))


def _proven_booking() -> Booking | None:
    code, until = session.get(PROVEN, ("", 0))
    return find_booking_by_code(code) if now() < datetime.fromtimestamp(until, tz=now().tzinfo) else None


def _signed_booking(code: str, signature: str) -> Booking:
    """Raises BookingNotFound, for a wrong signature too."""
    booking = find_booking_by_code(code)
    if booking is None or not is_signed(booking, signature):
        raise BookingNotFound()
    return booking


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one way to look at a booking has its page, its calendar file, its copy and its form for letters."""

    page: str
    calendar: str
    copy: str
    letters: str


def _own_addresses() -> Addresses:
    names = "rosters.checked", "rosters.calendar", "rosters.copy", "rosters.letters"
    return Addresses(*map(url_for, names))


def _signed_addresses(code: str, signature: str) -> Addresses:
    names = "rosters.checked_by_link", "rosters.calendar_by_link", "rosters.copy_by_link", "rosters.letters_by_link"
    return Addresses(*(url_for(name, code=code, signature=signature) for name in names))


def _follow_form(**options: Any) -> FollowForm:
    return (FollowByTextForm if Channel.TEXT in offered_channels() else FollowForm)(**options)


def _write_or_stop(booking: Booking, addresses: Addresses) -> ResponseReturnValue:
    form = _follow_form()
    if not form.validate():
        return _show(booking, addresses, form), form.status
    try:
        with transaction():
            if form.stop.data:
                followers.unfollow(booking, form.email.data)
            else:
                followers.follow(booking, form.email.data, language=current_language(), now=now())
    except Conflict as refusal:
        beside_field(form, refusal)
        return _show(booking, addresses, form), form.status
    flash(gettext("No more letters go to this address.") if form.stop.data else gettext("You get word by letter."))
    return redirect(addresses.page, 303)


def _show(booking: Booking, addresses: Addresses, form: FollowForm | None = None) -> str:
    state = booking.state_at(now())
    history = list_history(booking.id)
    return render_template(
        "rosters/checked.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        state=state,
        reason=next((reason for event in reversed(history) if (reason := reason_of(event))), ""),
        days=itinerary(booking.departure),
        calendar_address=addresses.calendar if state in TO_KEEP else None,
        copy_address=addresses.copy if state in TO_KEEP else None,
        letters_address=addresses.letters if state in GOING_ON else None,
        form=form or _follow_form(formdata=None),
        is_text_offered=Channel.TEXT in offered_channels(),
    )


def _copy(booking: Booking) -> Response:
    """One file with everything that a family needs on the way. Raises BookingNotFound as long as the booking is not
    certain."""
    if booking.state not in TO_KEEP:
        raise BookingNotFound()
    page = render_template(
        "rosters/copy.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        state=booking.state,
        days=itinerary(booking.departure),
        calendar_address=None,
        page_address=setting("PUBLIC_URL") + url_for("rosters.check"),
        at=now(),
    )
    return Response(page, headers={"Content-Disposition": f'attachment; filename="{booking.code}.html"'})


def _calendar_file(booking: Booking) -> Response:
    """Raises BookingNotFound as long as the booking is not certain."""
    if booking.state not in TO_KEEP:
        raise BookingNotFound()
    moment = now()
    publisher = Sender(address=sender().addr_spec, host=host_of_links())
    content = itinerary_file(booking, Method.PUBLISH, publisher, moment, changed_at=moment)
    return Response(
        content,
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{booking.code}.ics"'},
    )
