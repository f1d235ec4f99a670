"""The mailbox: every letter as its reader sees it, and what a person may do with one that is stuck."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox import queries, service
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.reading import masked, read_letter, title_of
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows, anyone_in_demo_else

outbox = Blueprint("outbox", __name__)

# A letter is shown as a mail program shows it: its own styles, nothing loaded, no scripts, links in a new window.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@outbox.get("/mailbox")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def mailbox() -> ResponseReturnValue:
    only_trouble = request.args.get("show") == "trouble"
    letters = queries.list_letters_in_trouble() if only_trouble else queries.list_letters()
    return render_template(
        "outbox/mailbox.html", page=page_of(letters), only_trouble=only_trouble, title_of=title_of, masked=masked
    )


@outbox.get("/mailbox/<int:letter_id>")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def letter(letter_id: int) -> ResponseReturnValue:
    found = queries.get_letter(letter_id)
    return render_template("outbox/letter.html", letter=found, readable=read_letter(found, now()))


@outbox.get("/mailbox/<int:letter_id>/html")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def letter_html(letter_id: int) -> ResponseReturnValue:
    response = Response(read_letter(queries.get_letter(letter_id), now()).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@outbox.get("/mailbox/<int:letter_id>/attachments/<int:number>")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def attachment(letter_id: int, number: int) -> ResponseReturnValue:
    attachments = read_letter(queries.get_letter(letter_id), now()).attachments
    if number >= len(attachments):
        raise LetterNotFound()
    wanted = attachments[number]
    response = Response(wanted.content, content_type=wanted.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=wanted.filename)
    return response


@outbox.post("/mailbox/<int:letter_id>/send-again")
@allows(Role.ADMINISTRATOR)
def send_again(letter_id: int) -> ResponseReturnValue:
    return _settle(letter_id, lambda: service.send_again(letter_id, now()), gettext("The letter will be sent again."))


@outbox.post("/mailbox/<int:letter_id>/stop")
@allows(Role.ADMINISTRATOR)
def stop(letter_id: int) -> ResponseReturnValue:
    return _settle(letter_id, lambda: service.stop_letter(letter_id), gettext("The letter will not be sent."))


@outbox.post("/mailbox/<int:letter_id>/arrived")
@allows(Role.ADMINISTRATOR)
def arrived(letter_id: int) -> ResponseReturnValue:
    return _settle(
        letter_id, lambda: service.note_arrival(letter_id, now()), gettext("The letter is noted as delivered.")
    )


def _settle(letter_id: int, command: Callable[[], None], done: str) -> ResponseReturnValue:
    with transaction():
        command()
    flash(done)
    return redirect(url_for("outbox.letter", letter_id=letter_id), 303)
