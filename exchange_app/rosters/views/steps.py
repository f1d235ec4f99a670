"""The three steps of a registration whose seats are held: the group, its roster, a last look before it is submitted.

Each step has an address of its own that any leader of the school may open. Where the time ran out, the same form holds
the seats again and does what it was sent for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState, FormStep, shortfall
from exchange_app.bookings.service import changes_until, set_contact, submit_booking
from exchange_app.bookings.views.blueprint import known_contact
from exchange_app.catalogue.labels import asked_of as asked_in_words
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries, service
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.forms import GroupStepForm, RosterStepForm, StepForm
from exchange_app.rosters.keeping import Imported
from exchange_app.rosters.views.blueprint import rosters
from exchange_app.rosters.views.handing_in import read_handed_in, tell_what_became, tell_what_was_left_out
from exchange_app.web.errors import beside_field
from exchange_app.web.policies import allows

UNFINISHED = (BookingState.HELD, BookingState.EXPIRED)


@rosters.route("/bookings/<code>/register/group", methods=["GET", "POST"])
@allows(Role.LEADER)
def register_group(code: str) -> ResponseReturnValue:
    booking = bookings.get_booking(code, me())
    form = GroupStepForm(data={"pupils": booking.pupils, "staff": booking.staff, **known_contact(booking)})

    def put_in(booking: Booking) -> None:
        party = form.party
        assert party is not None  # the form was valid
        if form.again.data:
            service.hold_again(booking, party, by=me(), now=now())
        if party != booking.party:
            service.change_party(booking, party, by=me(), now=now())
        set_contact(booking, form.contact, by=me(), now=now())

    if form.validate_on_submit() and _is_taken(code, form, put_in):
        return redirect(url_for("rosters.register_roster", code=code), 303)
    return _show("rosters/register_group.html", code, form, FormStep.GROUP)


@rosters.route("/bookings/<code>/register/roster", methods=["GET", "POST"])
@allows(Role.LEADER)
def register_roster(code: str) -> ResponseReturnValue:
    form = RosterStepForm()
    if form.is_submitted():
        imported = _hand_in(code, form)
        if imported is not None:
            page = "rosters.roster" if imported.to_mend else "rosters.register_send"
            return redirect(url_for(page, code=code, _anchor="rows" if imported.to_mend else None), 303)
    return _show("rosters/register_roster.html", code, form, FormStep.ROSTER, had_file=bool(form.roster_file.data))


def _hand_in(code: str, form: RosterStepForm) -> Imported | None:
    """What became of the roster; None where the form has to be mended first."""
    booking = bookings.get_booking(code, me())
    moment = now()
    form.validate()
    if not form.has_roster:
        form.roster_file.errors = [gettext("Choose a file, or paste the cells below.")]
    reading = read_handed_in(form, asked_of(booking), booking.departure.today(moment))
    imported: list[Imported] = []

    def take(booking: Booking) -> None:
        _hold_again_if_asked(form, booking)
        imported.append(service.import_roster(booking, reading, by=me(), now=moment))

    if form.errors or not _is_taken(code, form, take):
        return None
    tell_what_became(imported[0])
    tell_what_was_left_out(reading)
    return imported[0]


@rosters.route("/bookings/<code>/register/send", methods=["GET", "POST"])
@allows(Role.LEADER)
def register_send(code: str) -> ResponseReturnValue:
    form = StepForm()

    def send(booking: Booking) -> None:
        _hold_again_if_asked(form, booking)
        submit_booking(booking, by=me(), now=now())

    if form.validate_on_submit() and _is_taken(code, form, send):
        flash(gettext("The booking is submitted."))
        return redirect(url_for("bookings.show", code=code), 303)
    return _show("rosters/register_send.html", code, form, FormStep.SEND)


def _hold_again_if_asked(form: StepForm, booking: Booking) -> None:
    if form.again.data:
        service.hold_again(booking, booking.party, by=me(), now=now())


def _is_taken(code: str, form: StepForm, take: Callable[[Booking], None]) -> bool:
    """Whether the step was taken; if not, the form says why."""
    try:
        with transaction():
            take(bookings.lock_booking(code, me()))
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return False
    return True


def _show(template: str, code: str, form: StepForm, step: FormStep, **words: Any) -> ResponseReturnValue:
    """What is handed in or ended has no steps any more: its own page says how it stands."""
    booking = bookings.get_booking(code, me())
    moment = now()
    state = booking.state_at(moment)
    if state not in UNFINISHED:
        return redirect(url_for("bookings.show", code=booking.code), 303)
    departure = booking.departure
    page = render_template(
        template,
        form=form,
        step=step,
        booking=booking,
        departure=departure,
        package=departure.package,
        is_over=state is BookingState.EXPIRED,
        may_hold_again=departure.takes_registrations(moment),
        lacks=shortfall(booking.party, departure.persons_per_adult),
        asked=asked_in_words(departure.package),
        to_mend=len(queries.list_unmended(booking.id)),
        changes_until=changes_until(booking),
        today=departure.today(moment),
        **words,
    )
    return page, form.status
