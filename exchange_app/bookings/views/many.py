"""Deciding about several groups at once, and taking that back."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import approvals, queries
from exchange_app.bookings.errors import ReasonMissing
from exchange_app.bookings.forms import DecideManyForm
from exchange_app.bookings.views.blueprint import bookings
from exchange_app.bookings.views.desk import MOST_AT_ONCE, answers_named, page_of_desk
from exchange_app.core.clock import now
from exchange_app.core.codes import spaced_code
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.policies import allows


@bookings.post("/organiser/bookings/decide")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def decide_many() -> ResponseReturnValue:
    """One after the other, each in a transaction of its own: somebody who has decided about one of them meanwhile does
    not keep the others waiting."""
    form = DecideManyForm()
    is_yes = not form.decline.data
    if form.validate() and not is_yes and not (form.comment.data or "").strip():
        beside_field(form, ReasonMissing(field="comment"))
    if form.errors:
        return page_of_desk(form), 422
    answers = []
    for code, turn in form.named[:MOST_AT_ONCE]:
        try:
            answers.append(_decide(code, turn, is_yes=is_yes, comment=form.comment.data or ""))
        except Refusal as refusal:
            flash(f"{spaced_code(code)}{gettext(': ')}{refusal.sentence}", "error")
    return redirect(_back(decided=".".join(map(str, answers)) or None), 303)


def _decide(code: str, turn: str, *, is_yes: bool, comment: str) -> int:
    """The answer's id. Raises what `approvals.approve_booking` and `decline_booking` raise, BookingNotFound or
    AnsweredMeanwhile."""
    with transaction():
        booking = queries.lock_booking(code, me())
        approvals.check_turn(booking, turn)
        decide = approvals.approve_booking if is_yes else approvals.decline_booking
        decide(booking, comment=comment, by=me(), now=now())
        return queries.list_approvals(booking.id)[-1].id


@bookings.post("/organiser/bookings/take-back")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def take_back_many() -> ResponseReturnValue:
    """What was decided at once, as far as nobody has decided further; the leaders are told that it is open again."""
    undone = 0
    for answer_id, code in queries.map_codes_answered(answers_named(request.args.get("decided", "")), me()).items():
        try:
            with transaction():
                booking = queries.lock_booking(code, me())
                approvals.check_last(booking, str(answer_id), by=me())
                approvals.take_back(booking, reason=gettext("This was decided by mistake."), by=me(), now=now())
            undone += 1
        except Refusal as refusal:
            flash(f"{spaced_code(code)}{gettext(': ')}{refusal.sentence}", "error")
    if undone:
        flash(ngettext("One decision is taken back.", "%(num)s decisions are taken back.", undone), "success")
    return redirect(_back(), 303)


def _back(**more: Any) -> str:
    """To the desk with what the address asked for."""
    kept: dict[str, Any] = {name: request.args.get(name) or None for name in ("state", "departure", "page")}
    return url_for("bookings.desk", **kept | more)
