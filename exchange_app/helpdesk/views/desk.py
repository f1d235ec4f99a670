"""What an office does with requests: lists, one request with everything that was said, and the answer to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.core.clock import now
from exchange_app.core.codes import parse_code
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import queries, service
from exchange_app.helpdesk.forms import AnswerForm, CloseForm, DeskForm, NoteForm, PassOnForm
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.rules import OF_THE_PERSON, Show
from exchange_app.helpdesk.sending import kept_until
from exchange_app.helpdesk.views.blueprint import helpdesk
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

ANSWER, NOTE, PASS_ON, CLOSE = "answer", "note", "pass_on", "close"


@helpdesk.get("/office/help")
@allows(Role.ORGANISER, Role.COORDINATOR)
def desk() -> ResponseReturnValue:
    form = DeskForm()
    form.validate()
    show, topic, moment = form.show.data or Show.WAITING, form.topic.data, now()
    return render_template(
        "helpdesk/desk.html",
        form=form,
        show=show,
        counts=queries.count_requests(me(), topic, moment),
        page=page_of(queries.select_requests(me(), show, topic, moment)),
        now=moment,
    )


@helpdesk.get("/office/help/<code>")
@allows(Role.ORGANISER, Role.COORDINATOR)
def request_of(code: str) -> ResponseReturnValue:
    return _page(queries.get_request(code, me()))


@helpdesk.post("/office/help/<code>/contact")
@allows(Role.ORGANISER, Role.COORDINATOR)
def contact(code: str) -> ResponseReturnValue:
    with transaction():
        shown = service.show_contact(queries.lock_request(code, me()), by=me(), now=now())
    return _page(queries.get_request(code, me()), contact=shown)


@helpdesk.post("/office/help/<code>/take")
@allows(Role.ORGANISER, Role.COORDINATOR)
def take(code: str) -> ResponseReturnValue:
    locked = _locking(code)
    is_done(lambda: service.take(locked(), by=me()), done=gettext("You see to this request."))
    return _back(code)


@helpdesk.post("/office/help/<code>/answer")
@allows(Role.ORGANISER, Role.COORDINATOR)
def answer(code: str) -> ResponseReturnValue:
    form, locked = AnswerForm(prefix=ANSWER), _locking(code)
    if is_saved(form, lambda: service.answer(locked(), form.words.data, by=me(), now=now())):
        flash(gettext("The answer is there to be read."), "success")
        return _back(code)
    return _refused(code, ANSWER, form)


@helpdesk.post("/office/help/<code>/note")
@allows(Role.ORGANISER, Role.COORDINATOR)
def note(code: str) -> ResponseReturnValue:
    queries.get_request(code, me())
    form = NoteForm(prefix=NOTE)

    def command() -> None:
        service.add_note(queries.lock_copied_request(code, me()), form.words.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The office that answers reads your note."), "success")
        return _back(code)
    return _refused(code, NOTE, form)


@helpdesk.post("/office/help/<code>/pass-on")
@allows(Role.ORGANISER, Role.COORDINATOR)
def pass_on(code: str) -> ResponseReturnValue:
    offices = queries.list_other_offices(queries.get_request(code, me()))
    form, locked = PassOnForm(offices, prefix=PASS_ON), _locking(code)

    def command() -> None:
        service.pass_on(locked(), form.office_id.data, form.words.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The request is with the other office now."), "success")
        return redirect(url_for("helpdesk.desk"), 303)
    return _refused(code, PASS_ON, form)


@helpdesk.post("/office/help/<code>/close")
@allows(Role.ORGANISER, Role.COORDINATOR)
def close(code: str) -> ResponseReturnValue:
    form, locked = CloseForm(prefix=CLOSE), _locking(code)
    if is_saved(form, lambda: service.close(locked(), form.chosen, form.words.data, by=me(), now=now())):
        flash(gettext("The request is closed."), "success")
        return _back(code)
    return _refused(code, CLOSE, form)


def _locking(code: str) -> Callable[[], HelpRequest]:
    """How a command gets the request. A stranger's is not found, whatever the form says."""
    queries.get_request(code, me())
    return lambda: queries.lock_request(code, me())


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("helpdesk.request_of", code=parse_code(code)), 303)


def _refused(code: str, name: str, form: Form) -> ResponseReturnValue:
    return _page(queries.get_request(code, me()), forms={name: form}), form.status


def _page(found: HelpRequest, *, forms: dict[str, Form] | None = None, contact: str | None = None) -> str:
    is_ours = found.office_id == me().organisation_id
    fresh: dict[str, Any] = {
        ANSWER: AnswerForm(formdata=None, prefix=ANSWER),
        NOTE: NoteForm(formdata=None, prefix=NOTE),
        CLOSE: CloseForm(formdata=None, prefix=CLOSE),
    }
    if is_ours and found.is_open:
        fresh[PASS_ON] = PassOnForm(queries.list_other_offices(found), formdata=None, prefix=PASS_ON)
    return render_template(
        "helpdesk/request_of.html",
        help_request=found,
        forms=fresh | (forms or {}),
        is_ours=is_ours,
        contact=contact,
        of_the_person=OF_THE_PERSON,
        kept_until=kept_until(found),
        is_overdue=found.is_overdue(now()),
    )
