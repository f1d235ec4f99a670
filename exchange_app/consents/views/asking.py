"""Making links: for one child, as a sheet for the class, and for those who have not answered.

Only a link's hash is stored, so each of these pages makes new links, which it shows once; a page that is opened instead
of sent leads back to the board.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.consents import queries, service
from exchange_app.consents.rules import ConsentState
from exchange_app.consents.views.blueprint import consents, link_address
from exchange_app.consents.views.board import rows_of
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters.models import Participant
from exchange_app.web.codes import qr_code
from exchange_app.web.policies import allows


@dataclass(frozen=True, slots=True)
class NewLink:
    name: str
    class_name: str
    address: str

    @property
    def code(self) -> Markup:
        return qr_code(self.address)


@consents.route("/bookings/<code>/consents/<int:person_id>/link", methods=["GET", "POST"])
@allows(Role.LEADER)
def link(code: str, person_id: int) -> ResponseReturnValue:
    return _show_new_links(code, "consents/link.html", lambda booking: [queries.get_child(booking, person_id)])


@consents.route("/bookings/<code>/consents/sheet", methods=["GET", "POST"])
@allows(Role.LEADER)
def sheet(code: str) -> ResponseReturnValue:
    """For the whole class, or with ``missing`` for those who have not answered."""
    whom = _unanswered if request.form.get("missing") else _everybody
    return _show_new_links(code, "consents/sheet.html", whom)


@consents.route("/bookings/<code>/consents/reminder", methods=["GET", "POST"])
@allows(Role.LEADER)
def reminder(code: str) -> ResponseReturnValue:
    return _show_new_links(code, "consents/reminder.html", _unanswered)


def _everybody(booking: Booking) -> Sequence[Participant]:
    return queries.list_children(booking.id)


def _unanswered(booking: Booking) -> Sequence[Participant]:
    return [row.child for row in rows_of(booking) if row.state is ConsentState.MISSING]


def _show_new_links(code: str, template: str, whom: Callable[[Booking], Sequence[Participant]]) -> ResponseReturnValue:
    board = redirect(url_for("consents.board", code=code), 303)
    if request.method == "GET":
        whom(bookings.get_booking(code, me()))  # whoever may not know of them gets no board either
        return board
    try:
        with transaction():
            booking = bookings.lock_booking(code, me())
            children = whom(booking)
            tokens = service.make_links(booking, children, by=me(), now=now())
    except Conflict as refusal:
        flash(refusal.sentence, "error")
        return board
    if not tokens:
        flash(gettext("Every guardian has answered."))
        return board
    return render_template(
        template,
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        links=[NewLink(child.name, child.class_name or "", link_address(tokens[child.uid])) for child in children],
    )
