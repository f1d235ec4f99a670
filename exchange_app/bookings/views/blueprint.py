"""Where the pages of bookings are gathered, and how a command is carried out on one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from exchange_app.accounts.sessions import me
from exchange_app.bookings import approvals, queries, service
from exchange_app.bookings.forms import (
    AnswerForm,
    CancelForm,
    ContactForm,
    DecisionForm,
    HandOverForm,
    MoveForm,
    PartyForm,
    RequestForm,
    TakeBackForm,
    WithdrawForm,
)
from exchange_app.bookings.labels import reason_of, tell
from exchange_app.bookings.links import check_path
from exchange_app.bookings.models import Approval, Booking, ChangeRequest
from exchange_app.bookings.queue import largest_that_fits, place_in_line
from exchange_app.bookings.rules import CHANGEABLE, OPEN_FOR_ROSTER, BookingState, shortfall
from exchange_app.bookings.todos import map_todos
from exchange_app.core.clock import now
from exchange_app.core.codes import parse_code, spaced_code
from exchange_app.core.database import db
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import list_alternatives
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form

bookings = Blueprint("bookings", __name__)
bookings.add_app_template_filter(spaced_code)


def page_of_booking(code: str, **refused: Form) -> str:
    """``refused`` forms take the place of the fresh ones."""
    booking = queries.get_booking(code, me())
    moment = now()
    state = booking.state_at(moment)
    history = queries.list_history(booking.id)
    is_school = current_user.role is Role.LEADER
    asked = queries.find_open_request(booking.id)
    last = approvals.find_last(booking, me())
    forms = (_fresh_forms_of_school(booking) if is_school else _fresh_forms_of_deciders()) | refused
    _name_what_is_shown(forms, turn=approvals.turn_of(booking), answer=last, asked=asked)
    return render_template(
        "bookings/show.html",
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        state=state,
        is_open=state in OPEN_FOR_ROSTER,
        is_changeable=state in CHANGEABLE,
        is_roster_locked=moment >= booking.roster_due_at,
        has_leave=booking.roster_open_until is not None and moment < booking.roster_open_until,
        changes_until=service.changes_until(booking),
        is_change_in_time=moment < service.changes_until(booking),
        lacks=shortfall(booking.party, booking.departure.persons_per_adult),
        place=place_in_line(booking) if state is BookingState.WAITING else None,
        largest=largest_that_fits(booking) if state is BookingState.WAITING else None,
        answers=queries.list_approvals(booking.id),
        asked=asked,
        asked_date=_asked_date(asked),
        may_decide=approvals.may_decide(me(), booking),
        may_take_back=moment < booking.departure.meets_at and last,
        history=[(event, tell(event), reason_of(event)) for event in history],
        reason=next((reason for event in reversed(history) if (reason := reason_of(event))), ""),
        check_url=current_app.config["PUBLIC_URL"] + check_path(booking),
        is_school=is_school,
        is_host=current_user.role in (Role.ORGANISER, Role.ADMINISTRATOR),
        todos=map_todos([booking], moment)[booking.id] if is_school else (),
        today=booking.departure.today(moment),
        now=moment,
        **forms,
    )


def _name_what_is_shown(
    forms: Mapping[str, Form], *, turn: str, answer: Approval | None, asked: ChangeRequest | None
) -> None:
    """Forms say what their sender saw; one that was refused, what its sender sees from now on."""
    for form in forms.values():
        match form:
            case DecisionForm():
                form.turn.data = turn
            case TakeBackForm():
                form.answer.data = answer.id if answer else ""
            case AnswerForm() | WithdrawForm():
                form.asked.data = asked.id if asked else ""


def _asked_date(asked: ChangeRequest | None) -> Departure | None:
    """The departure that a school asks to be moved to."""
    departure_id = asked.facts.get("departure_id") if asked else None
    return db.session.get(Departure, departure_id) if departure_id else None


def _fresh_forms_of_school(booking: Booking) -> dict[str, Form]:
    numbers = {"pupils": booking.pupils, "staff": booking.staff}
    return {
        "contact_form": ContactForm(formdata=None, data=known_contact(booking)),
        "cancel_form": CancelForm(formdata=None),
        "party_form": PartyForm(formdata=None, data=numbers),
        "move_form": offer_dates(MoveForm(formdata=None), booking),
        "hand_over_form": offer_colleagues(HandOverForm(formdata=None), booking),
        "request_form": RequestForm(formdata=None),
        "withdraw_form": WithdrawForm(formdata=None),
    }


def _fresh_forms_of_deciders() -> dict[str, Form]:
    return {
        "decision_form": DecisionForm(formdata=None),
        "take_back_form": TakeBackForm(formdata=None),
        "answer_form": AnswerForm(formdata=None),
    }


def offer_dates(form: MoveForm, booking: Booking) -> MoveForm:
    form.offer(list_alternatives(booking.departure, persons=booking.persons, now=now(), count=20))
    return form


def offer_colleagues(form: HandOverForm, booking: Booking) -> HandOverForm:
    form.offer(queries.list_colleagues(booking))
    return form


def known_contact(booking: Booking) -> dict[str, str | None]:
    """The booking's contact; before there is one, whoever fills it in."""
    if booking.has_contact:
        known = booking.contact_name, booking.contact_email, booking.contact_phone
    else:
        known = current_user.name, current_user.email, current_user.phone
    return dict(zip(("contact_name", "contact_email", "contact_phone"), known, strict=True))


def carry_out(
    code: str, command: Callable[[Booking], None], done: str | Callable[[Booking], str], **shown: Form
) -> ResponseReturnValue:
    """Do the command to the locked booking and go back to its page, which says what was ``done``; or show the page with
    what is wrong in the form."""
    (form,) = shown.values()
    if form.validate():
        try:
            with transaction():
                booking = queries.lock_booking(code, me())
                command(booking)
                said = done if isinstance(done, str) else done(booking)
        except (Invalid, Conflict) as refusal:
            beside_field(form, refusal)
        else:
            flash(said)
            return redirect(url_for("bookings.show", code=parse_code(code)), 303)
    return page_of_booking(code, **shown), form.status
