"""A booking's page, the school's list of bookings, and the host's desk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from exchange_app.accounts.models import User
from exchange_app.bookings import queries, service
from exchange_app.bookings.forms import CallOffForm, CancelForm, ContactForm, DecisionForm, DeskFilter
from exchange_app.bookings.labels import reason_of, tell
from exchange_app.bookings.links import check_path
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import OPEN_FOR_ROSTER, SEATED, parse_code, spaced_code
from exchange_app.catalogue.forms import readable
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.errors import StateNotReachable
from exchange_app.departures.queries import get_departure_of
from exchange_app.departures.rules import NEXT_STATES, DepartureState
from exchange_app.web.errors import beside_field
from exchange_app.web.formats import date_range
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

bookings = Blueprint("bookings", __name__)
bookings.add_app_template_filter(spaced_code)


@bookings.get("/bookings")
@allows(Role.LEADER)
def index() -> ResponseReturnValue:
    page = page_of(queries.list_bookings(_me()))
    return render_template("bookings/index.html", page=page, now=now())


@bookings.get("/bookings/<code>")
@allows()
def show(code: str) -> ResponseReturnValue:
    canonical = parse_code(code)
    if canonical is not None and canonical != code:
        return redirect(url_for("bookings.show", code=canonical), 301)
    return _page_of_booking(code)


def _page_of_booking(code: str, **refused: Form) -> str:
    """``refused`` forms take the place of the fresh ones."""
    booking = queries.get_booking(code, _me())
    moment = now()
    history = queries.list_history(booking.id)
    forms = {
        "contact_form": ContactForm(formdata=None, data=_known_contact(booking)),
        "cancel_form": CancelForm(formdata=None),
        "decision_form": DecisionForm(formdata=None),
    }
    return render_template(
        "bookings/show.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        state=booking.state_at(moment),
        is_open=booking.state_at(moment) in OPEN_FOR_ROSTER,
        is_roster_locked=moment >= booking.departure.roster_due_at,
        history=[(event, tell(event), reason_of(event)) for event in history],
        reason=next((reason for event in reversed(history) if (reason := reason_of(event))), ""),
        check_url=current_app.config["PUBLIC_URL"] + check_path(booking),
        is_school=current_user.role is Role.LEADER,
        is_host=current_user.role is Role.ORGANISER,
        now=moment,
        **forms | refused,
    )


def _known_contact(booking: Booking) -> dict[str, str | None]:
    """The booking's contact; before there is one, whoever fills it in."""
    if booking.has_contact:
        known = booking.contact_name, booking.contact_email, booking.contact_phone
    else:
        known = current_user.name, current_user.email, current_user.phone
    return dict(zip(("contact_name", "contact_email", "contact_phone"), known, strict=True))


@bookings.post("/bookings/<code>/contact")
@allows(Role.LEADER)
def contact(code: str) -> ResponseReturnValue:
    form = ContactForm()

    def keep(booking: Booking) -> None:
        service.set_contact(booking, form.contact, by=_me(), now=now())

    return _carry_out(code, keep, gettext("The contact is kept."), contact_form=form)


@bookings.post("/bookings/<code>/submit")
@allows(Role.LEADER)
def submit(code: str) -> ResponseReturnValue:
    """Takes the contact along: it stands filled in above the button."""
    form = ContactForm()

    def hand_in(booking: Booking) -> None:
        service.set_contact(booking, form.contact, by=_me(), now=now())
        service.submit_booking(booking, by=_me(), now=now())

    return _carry_out(code, hand_in, gettext("The booking is submitted."), contact_form=form)


@bookings.post("/bookings/<code>/cancel")
@allows(Role.LEADER)
def cancel(code: str) -> ResponseReturnValue:
    form = CancelForm()

    def give_up(booking: Booking) -> None:
        service.cancel_booking(booking, reason=form.reason.data or "", by=_me(), now=now())

    return _carry_out(code, give_up, gettext("The booking is cancelled; its seats were given back."), cancel_form=form)


@bookings.post("/bookings/<code>/confirm")
@allows(Role.ORGANISER)
def confirm(code: str) -> ResponseReturnValue:
    form = DecisionForm()

    def say_yes(booking: Booking) -> None:
        service.confirm_booking(booking, comment=form.comment.data or "", by=_me(), now=now())

    return _carry_out(code, say_yes, gettext("The group is confirmed; its leader is told."), decision_form=form)


@bookings.post("/bookings/<code>/decline")
@allows(Role.ORGANISER)
def decline(code: str) -> ResponseReturnValue:
    form = DecisionForm()

    def say_no(booking: Booking) -> None:
        service.decline_booking(booking, comment=form.comment.data or "", by=_me(), now=now())

    return _carry_out(code, say_no, gettext("The group is declined; its leader is told why."), decision_form=form)


def _carry_out(code: str, command: Callable[[Booking], None], done: str, **shown: Form) -> ResponseReturnValue:
    """Do the command to the locked booking and go back to its page; or show the page with what is wrong in the form."""
    (form,) = shown.values()
    if form.validate():
        try:
            with transaction():
                command(queries.lock_booking(code, _me()))
        except (Invalid, Conflict) as refusal:
            beside_field(form, refusal)
        else:
            flash(done)
            return redirect(url_for("bookings.show", code=parse_code(code)), 303)
    return _page_of_booking(code, **shown), form.status


# ------------------------------------------------------------------------------------------------ the host's desk


@bookings.get("/organiser/bookings")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def desk() -> ResponseReturnValue:
    form = DeskFilter()
    form.departure.choices = [("", gettext("Any departure")), *_offered_departures()]
    wanted = readable(form)
    groups = queries.list_desk(_me(), state=wanted.get("state"), departure_id=wanted.get("departure"))
    return render_template("bookings/desk.html", form=form, page=page_of(groups), now=now())


def _offered_departures() -> list[tuple[int, str]]:
    return [
        (departure.id, f"{date_range(departure.starts_on, departure.ends_on)} · {departure.package.title}")
        for departure in queries.list_departures_with_bookings(_me())
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
    departure = get_departure_of(departure_id, _me())
    groups = queries.list_bookings_of_departure(departure.id)
    return render_template(
        "bookings/of_departure.html",
        departure=departure,
        package=departure.package,
        groups=groups,
        totals=_totals(groups),
        may_call_off=DepartureState.CALLED_OFF in NEXT_STATES[departure.state],
        now=now(),
    )


@bookings.route("/organiser/departures/<int:departure_id>/call-off", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def call_off(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, _me())
    if DepartureState.CALLED_OFF not in NEXT_STATES[departure.state]:
        raise StateNotReachable()
    form = CallOffForm()
    if form.validate_on_submit():
        try:
            with transaction():
                service.call_off_departure(departure, reason=form.reason.data, by=_me(), now=now())
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


def _me() -> User:
    """The user behind Flask-Login's stand-in."""
    me: User = current_user._get_current_object()
    return me
