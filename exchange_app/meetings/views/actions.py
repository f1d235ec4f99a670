"""What offices do after meetings: which is due when, done, or dropped."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_saved
from exchange_app.coordination.views.counterparts import SPEAKERS
from exchange_app.core.clock import now
from exchange_app.meetings.forms import CloseForm
from exchange_app.meetings.models import Action
from exchange_app.meetings.queries import actions as queries
from exchange_app.meetings.rules import ActionState
from exchange_app.meetings.service import actions as service
from exchange_app.meetings.views.blueprint import meetings
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@meetings.get("/coordinator/actions")
@allows(*SPEAKERS)
def actions() -> ResponseReturnValue:
    which = request.args.get("which", "own")
    is_own, is_open = which == "own", which != "closed"
    page = page_of(queries.select_actions(me(), is_own=is_own, is_open=is_open))
    today = me().organisation.city.today(now())
    return render_template("meetings/actions.html", page=page, which=which, today=today)


@meetings.get("/coordinator/actions/<int:action_id>")
@allows(*SPEAKERS)
def action(action_id: int) -> ResponseReturnValue:
    return _page(queries.get_action(action_id, me()))


def _page(found: Action, refused: Form | None = None, name: str = "") -> str:
    """``name`` is what the refused form is for."""
    forms: dict[str, Form] = {kind: CloseForm(None, prefix=f"{kind}-") for kind in ("done", "drop")}
    if refused is not None:
        forms[name] = refused
    return render_template(
        "meetings/action.html",
        action=found,
        forms=forms,
        refused=refused,
        today=service.today_of(found, now()),
        may_close=found.state is ActionState.OPEN and queries.owns(found, me()),
    )


@meetings.post("/coordinator/actions/<int:action_id>/done")
@allows(*SPEAKERS)
def finish_action(action_id: int) -> ResponseReturnValue:
    form = CloseForm(prefix="done-")
    return _closed(
        action_id,
        form,
        "done",
        lambda found: service.finish_action(found, form.note.data, by=me(), now=now()),
        gettext("Done: the next meeting need not come back to it."),
    )


@meetings.post("/coordinator/actions/<int:action_id>/drop")
@allows(*SPEAKERS)
def drop_action(action_id: int) -> ResponseReturnValue:
    form = CloseForm(prefix="drop-")
    return _closed(
        action_id,
        form,
        "drop",
        lambda found: service.drop_action(found, form.note.data, by=me(), now=now()),
        gettext("Dropped, with your reason for everybody to read."),
    )


def _closed(action_id: int, form: Form, name: str, command: Callable[[Action], None], done: str) -> ResponseReturnValue:
    queries.get_action(action_id, me())
    if not is_saved(form, lambda: command(queries.lock_action(action_id, me()))):
        return _page(queries.get_action(action_id, me()), form, name), 422
    flash(done, "success")
    return redirect(url_for("meetings.actions"), 303)
