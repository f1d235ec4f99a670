"""A host writes to the leaders of a departure's groups: write, preview, send, watch how far it comes, stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings import messages
from exchange_app.bookings.forms import MessageForm
from exchange_app.bookings.message_sending import read_before_sending
from exchange_app.bookings.models import Booking
from exchange_app.bookings.views.blueprint import bookings
from exchange_app.catalogue.views.saving import is_done
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.text import LANGUAGES, sentence
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import get_departure_of
from exchange_app.outbox.reading import ReadableLetter
from exchange_app.web.errors import beside_field
from exchange_app.web.fragments import wants_fragment
from exchange_app.web.headers import POLICY, csp_nonce
from exchange_app.web.policies import allows

STOPPED = sentence("Stopped: the letters that had not gone out will not be sent.")
# The preview shows letters in frames, which take over the page's policy; their elements carry their own styles.
PREVIEW_POLICY = POLICY + "; style-src-attr 'unsafe-inline'"


@bookings.get("/organiser/departures/<int:departure_id>/messages")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def messages_of(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    written = messages.list_messages_of(departure.id)
    template = "bookings/_messages.html" if wants_fragment() else "bookings/messages_of.html"
    return render_template(template, departure=departure, written=written, progress=messages.map_progress(written))


@bookings.route("/organiser/departures/<int:departure_id>/messages/new", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def write_message(departure_id: int) -> ResponseReturnValue:
    """What is sent here comes from the preview, to be changed."""
    return _page_of_writing(get_departure_of(departure_id, me()), MessageForm())


def _page_of_writing(departure: Departure, form: MessageForm) -> ResponseReturnValue:
    page = render_template(
        "bookings/write_message.html",
        departure=departure,
        form=form,
        most_a_day=messages.MOST_A_DAY,
    )
    return page, form.status


@bookings.route("/organiser/departures/<int:departure_id>/messages/preview", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def preview_message(departure_id: int) -> ResponseReturnValue:
    """Opened by itself it has nothing to show."""
    departure = get_departure_of(departure_id, me())
    form = MessageForm()
    if not form.is_submitted():
        return redirect(url_for("bookings.write_message", departure_id=departure_id), 303)
    if form.validate():
        try:
            if form.test.data:
                _send_test(departure, form)
            return _page_of_preview(departure, form)
        except Invalid as refusal:
            beside_field(form, refusal)
    return _page_of_writing(departure, form)


def _send_test(departure: Departure, form: MessageForm) -> None:
    """Raises NobodyToWriteTo."""
    with transaction():
        messages.send_test(departure, form.text, to=form.to, by=me(), now=now())
    flash(gettext("A test goes to %(address)s.", address=me().email))


@dataclass(frozen=True, slots=True)
class Reading:
    """How the message is read by ``readers`` groups whose letters are in the language."""

    language: str
    letter: ReadableLetter
    readers: int


def _page_of_preview(departure: Departure, form: MessageForm) -> Response:
    """Raises NobodyToWriteTo."""
    groups = messages.list_addressed(departure, form.to, now())
    response = make_response(
        render_template(
            "bookings/preview_message.html",
            departure=departure,
            form=form,
            groups=groups,
            readings=[_reading(form, groups, language) for language in LANGUAGES],
            now=now(),
        )
    )
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY.format(nonce=csp_nonce())
    return response


def _reading(form: MessageForm, groups: Sequence[Booking], language: str) -> Reading:
    """As one of those reads it who are written to in the language; where there is nobody, as anybody would."""
    readers = [group for group in groups if group.language == language]
    example = (readers or groups)[0]
    return Reading(language, read_before_sending(form.text, example.id, language, now()), len(readers))


@bookings.post("/organiser/departures/<int:departure_id>/messages")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def send_message(departure_id: int) -> ResponseReturnValue:
    departure = get_departure_of(departure_id, me())
    form = MessageForm()
    if form.validate():
        try:
            with transaction():
                message = messages.send_message(
                    departure, form.text, to=form.to, form_token=form.form_token.data, by=me(), now=now()
                )
        except (Invalid, Conflict) as refusal:
            beside_field(form, refusal)
        else:
            return redirect(url_for("bookings.message", message_id=message.id), 303)
    return _page_of_writing(departure, form)


@bookings.get("/organiser/messages/<int:message_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def message(message_id: int) -> ResponseReturnValue:
    found = messages.get_message_of(message_id, me())
    template = "bookings/_message_progress.html" if wants_fragment() else "bookings/message.html"
    return render_template(
        template,
        message=found,
        departure=found.departure,
        progress=messages.map_progress([found])[found.id],
        letters=messages.list_letters_of(found),
        is_stopped=messages.is_stopped,
        is_fragment=wants_fragment(),
    )


@bookings.post("/organiser/messages/<int:message_id>/stop")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def stop_message(message_id: int) -> ResponseReturnValue:
    found = messages.get_message_of(message_id, me())
    is_done(lambda: messages.stop_message(found, now=now()), done=STOPPED)
    return redirect(url_for("bookings.message", message_id=message_id), 303)
