"""The guardian's page: no account, no script, the link alone. Opening it changes nothing."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.bookings.links import check_path
from exchange_app.consents import queries, service
from exchange_app.consents.errors import LinkUnknown, TextChanged
from exchange_app.consents.forms import OF_DEFAULT, AnswerForm
from exchange_app.consents.rules import ConsentState
from exchange_app.consents.views.blueprint import consents
from exchange_app.consents.wording import wording_of
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.transaction import transaction
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import GUESSES, slow_guesses
from exchange_app.web.policies import anyone

GONE = 410  # there was such a link; unlike a guess it is not counted


@consents.route("/c/<token>", methods=["GET", "POST"])
@slow_guesses(GUESSES)
@secret_address
@anyone
def answer(token: str) -> ResponseReturnValue:
    form = AnswerForm()
    try:
        if form.is_submitted() and _is_answered(token, form):
            flash(gettext("Thank you. Your answer is kept; the school sees it at once."))
            return redirect(url_for("consents.answer", token=token), 303)
        return _show(token, form), form.status
    except NotFound as refusal:
        return tell_why_not(token, refusal)


@consents.post("/c/<token>/withdraw")
@slow_guesses(GUESSES)
@secret_address
@anyone
def withdraw(token: str) -> ResponseReturnValue:
    try:
        with transaction():
            service.withdraw_by_link(token, now=now())
    except NotFound as refusal:
        return tell_why_not(token, refusal)
    except Conflict as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(gettext("Your consent is withdrawn; the school sees it at once."))
    return redirect(url_for("consents.answer", token=token), 303)


def _is_answered(token: str, form: AnswerForm) -> bool:
    """Whether the answer was kept; if not, the form says why. Raises as `queries.get_asked` does."""
    wording = wording_of(queries.get_asked(token, now()).booking)
    form.choices.ask(wording.points)
    is_valid = form.validate()
    if form.text.data != wording.text_hash:  # said together with whatever else is wrong, not after it
        beside_field(form, TextChanged())
        return False
    if not is_valid:
        return False
    try:
        with transaction():
            service.answer_by_link(token, form.answer, seen=form.text.data, now=now())
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return False
    return True


def _show(token: str, form: AnswerForm) -> str:
    """Raises as `queries.get_asked` does."""
    asked = queries.get_asked(token, now())
    booking, given = asked.booking, asked.answer
    wording = wording_of(booking)
    if not form.is_submitted():
        stands = given is not None and given.state is not ConsentState.WITHDRAWN
        form.choices.ask(wording.points, given.choices if given and stands else OF_DEFAULT)
        form.given_by.data = given.given_by if given else ""
    form.text.data = wording.text_hash
    return render_template(
        "consents/answer.html",
        token=token,
        form=form,
        wording=wording,
        child=asked.child,
        given=given,
        standing=queries.find_standing(booking, asked.child),
        booking=booking,
        departure=booking.departure,
        package=booking.departure.package,
        check_path=check_path(booking),
        is_asking=service.is_asking(booking, now()),
    )


def tell_why_not(token: str, refusal: NotFound) -> ResponseReturnValue:
    """A page that helps on; whoever has had a good link is told whom to call."""
    link = queries.find_link(token)
    booking = queries.get_booking_of(link) if link else None
    page = render_template("consents/_no_link.html", refusal=refusal, booking=booking)
    return page, 404 if isinstance(refusal, LinkUnknown) else GONE
