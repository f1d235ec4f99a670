"""The mailbox: every letter as its reader sees it, how letters fare, and what people do with those that are stuck; and
for everybody who signs in the letters to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import current_user

from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict
from exchange_app.core.roles import Role
from exchange_app.core.settings import setting
from exchange_app.core.transaction import transaction
from exchange_app.outbox import pausing, queries, resending, service
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.forms import MailboxForm, SearchForm
from exchange_app.outbox.inbox import get_letter_of, mark_read, select_inbox
from exchange_app.outbox.labels import given_up_in_words, problem_in_words
from exchange_app.outbox.models import Letter
from exchange_app.outbox.outlets import list_away
from exchange_app.outbox.purging import is_purged
from exchange_app.outbox.queries import Asked, Cause, LetterFilter, Moments
from exchange_app.outbox.reading import ReadableLetter, masked, read_letter, title_of, words_of_kind
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.notices import say_done
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows, anyone_in_demo_else

outbox = Blueprint("outbox", __name__)

CHARTED_DAYS = 14
MOST_CAUSES = 10
WITH_CAUSES = (Asked.RETRYING, Asked.FAILED, Asked.DOUBTFUL)

# A letter is shown as a mail program shows it: its own styles, nothing loaded, no scripts, links in a new window.
LETTER_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@outbox.get("/mailbox")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def mailbox() -> ResponseReturnValue:
    at = _moments(now())
    form = MailboxForm()
    wanted = form.wanted()
    return render_template(
        "outbox/mailbox.html",
        form=form,
        search=SearchForm(typed=form.about.data),
        kept=_kept("kind", "about", "reader"),
        counts=queries.count_answers(wanted, at),
        outlets=list_away(),
        paused_at=(paused_at := pausing.find_pause()),
        overdue=pausing.count_overdue(paused_at) if paused_at else 0,
        counted=queries.COUNTED,
        days=queries.list_day_figures(at.midnight.date(), ZoneInfo(HOME_ZONE), days=CHARTED_DAYS),
        causes=_causes(wanted, at),
        most_at_once=resending.MOST_AT_ONCE,
        page=page_of(queries.list_letters(wanted, at)),
        title_of=title_of,
        masked=masked,
        problem_in_words=problem_in_words,
    )


def _moments(moment: datetime) -> Moments:
    """The letters of all cities stand here together; their days are those of Beijing time."""
    zone = ZoneInfo(HOME_ZONE)
    return Moments(moment, midnight=datetime.combine(moment.astimezone(zone), time(), zone))


def _kept(*names: str) -> dict[str, Any]:
    """What the address narrows the list by, for links to the same letters."""
    return {name: request.args[name] for name in names if request.args.get(name)}


def _causes(wanted: LetterFilter, at: Moments) -> list[Cause]:
    return list(queries.list_causes(wanted, at, limit=MOST_CAUSES)) if wanted.asked in WITH_CAUSES else []


@outbox.post("/mailbox/search")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def search() -> ResponseReturnValue:
    form = SearchForm()
    found = form.found() if form.validate_on_submit() else {}
    return redirect(url_for("outbox.mailbox", **_kept("show", "kind"), **found), 303)


@outbox.post("/mailbox/send-again")
@allows(Role.ADMINISTRATOR)
def send_failed_again() -> ResponseReturnValue:
    """Of the letters that the address names, as it does for the list."""
    wanted = MailboxForm().wanted()
    with transaction():
        count = resending.send_failed_again(wanted, _moments(now()))
    flash(ngettext("One letter will be sent again.", "%(num)s letters will be sent again.", count))
    return redirect(url_for("outbox.mailbox", show=Asked.FAILED, **_kept("kind", "about", "reader")), 303)


@outbox.post("/mailbox/pause")
@allows(Role.ADMINISTRATOR)
def pause() -> ResponseReturnValue:
    with transaction():
        pausing.pause(current_user.id, now())
    return redirect(url_for("outbox.mailbox"), 303)


@outbox.post("/mailbox/stop-overdue")
@allows(Role.ADMINISTRATOR)
def stop_overdue() -> ResponseReturnValue:
    with transaction():
        count = pausing.stop_overdue(current_user.id, now())
    flash(ngettext("One letter will not be sent.", "%(num)s letters will not be sent.", count))
    return redirect(url_for("outbox.mailbox"), 303)


@outbox.post("/mailbox/resume")
@allows(Role.ADMINISTRATOR)
def resume() -> ResponseReturnValue:
    with transaction():
        pausing.resume(current_user.id, now())
    flash(gettext("Letters leave again."))
    return redirect(url_for("outbox.mailbox"), 303)


@outbox.get("/mailbox/<int:letter_id>")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def letter(letter_id: int) -> ResponseReturnValue:
    found = queries.get_letter(letter_id)
    readable, refusal = _readable(found, now())
    return render_template(
        "outbox/letter.html",
        letter=found,
        readable=readable,
        refusal=refusal,
        title=readable.subject if readable else words_of_kind(found),
        is_purged=is_purged(found),
        kept_days=setting("LETTERS_KEPT_DAYS"),
        problem_in_words=problem_in_words,
        given_up_in_words=given_up_in_words,
        masked=masked,
    )


def _readable(letter: Letter, moment: datetime) -> tuple[ReadableLetter | None, Conflict | None]:
    """The letter, or why it cannot be read: its page shows where it stands in either case."""
    try:
        return read_letter(letter, moment), None
    except Conflict as refusal:
        return None, refusal


@outbox.get("/mailbox/<int:letter_id>/html")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def letter_html(letter_id: int) -> ResponseReturnValue:
    return _as_in_a_mail_program(queries.get_letter(letter_id))


def _as_in_a_mail_program(letter: Letter) -> Response:
    response = Response(read_letter(letter, now()).html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@outbox.get("/mailbox/<int:letter_id>/attachments/<int:number>")
@anyone_in_demo_else(Role.ADMINISTRATOR)
def attachment(letter_id: int, number: int) -> ResponseReturnValue:
    return _attachment(queries.get_letter(letter_id), number)


def _attachment(letter: Letter, number: int) -> Response:
    attachments = read_letter(letter, now()).attachments
    if number >= len(attachments):
        raise LetterNotFound()
    wanted = attachments[number]
    response = Response(wanted.content, content_type=wanted.content_type)
    response.headers.set("Content-Disposition", "attachment", filename=wanted.filename)
    return response


@outbox.get("/inbox")
@allows()
def inbox() -> ResponseReturnValue:
    page = page_of(select_inbox(current_user.id))
    return render_template("outbox/inbox.html", page=page, title_of=title_of)


@outbox.post("/inbox/read")
@allows()
def read_all() -> ResponseReturnValue:
    with transaction():
        mark_read(current_user.id, now())
    return redirect(url_for("outbox.inbox"), 303)


@outbox.post("/inbox/<int:letter_id>")
@allows()
def open_letter(letter_id: int) -> ResponseReturnValue:
    found = get_letter_of(letter_id, current_user.id)
    with transaction():
        mark_read(current_user.id, now(), [found.id])
    return redirect(url_for("outbox.own_letter", letter_id=found.id), 303)


@outbox.get("/inbox/<int:letter_id>")
@allows()
def own_letter(letter_id: int) -> ResponseReturnValue:
    found = get_letter_of(letter_id, current_user.id)
    return render_template("outbox/own_letter.html", letter=found, readable=read_letter(found, now()))


@outbox.get("/inbox/<int:letter_id>/html")
@allows()
def own_letter_html(letter_id: int) -> ResponseReturnValue:
    return _as_in_a_mail_program(get_letter_of(letter_id, current_user.id))


@outbox.get("/inbox/<int:letter_id>/attachments/<int:number>")
@allows()
def own_attachment(letter_id: int, number: int) -> ResponseReturnValue:
    return _attachment(get_letter_of(letter_id, current_user.id), number)


@outbox.post("/mailbox/<int:letter_id>/send-again")
@allows(Role.ADMINISTRATOR)
def send_again(letter_id: int) -> ResponseReturnValue:
    return _settle(
        letter_id, lambda: resending.send_one_again(letter_id, now()), gettext("The letter will be sent again.")
    )


@outbox.post("/mailbox/<int:letter_id>/stop")
@allows(Role.ADMINISTRATOR)
def stop(letter_id: int) -> ResponseReturnValue:
    done, undo = gettext("The letter will not be sent."), url_for("outbox.send_again", letter_id=letter_id)
    return _settle(letter_id, lambda: service.stop_letter(letter_id, now()), done, undo=undo)


@outbox.post("/mailbox/<int:letter_id>/arrived")
@allows(Role.ADMINISTRATOR)
def arrived(letter_id: int) -> ResponseReturnValue:
    return _settle(
        letter_id, lambda: service.note_arrival(letter_id, now()), gettext("The letter is noted as delivered.")
    )


def _settle(letter_id: int, command: Callable[[], None], done: str, *, undo: str | None = None) -> ResponseReturnValue:
    with transaction():
        command()
    say_done(done, undo=undo)
    return redirect(url_for("outbox.letter", letter_id=letter_id), 303)
