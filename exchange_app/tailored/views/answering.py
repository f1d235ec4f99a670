"""A trip as school and host see it: its versions side by side, who is to act next, and the steps that each may take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done
from exchange_app.core.clock import now
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.tailored import queries, service
from exchange_app.tailored.agreement import agree as agree_to
from exchange_app.tailored.errors import DateNotNamed
from exchange_app.tailored.forms import AgreeForm, AnswerForm
from exchange_app.tailored.labels import tell
from exchange_app.tailored.models import Inquiry, Version
from exchange_app.tailored.rules import Side, Step, may
from exchange_app.tailored.views.blueprint import days_of, misfits_of, tailored
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

BOTH_SIDES = (Role.LEADER, Role.ORGANISER, Role.ADMINISTRATOR)


@tailored.get("/organiser/tailored")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def desk() -> ResponseReturnValue:
    return render_template(
        "tailored/desk.html",
        page=page_of(queries.select_inquiries(me())),
        expires_at=service.expires_at,
        now=now(),
    )


@tailored.get("/tailored/<int:inquiry_id>")
@allows(*BOTH_SIDES, Role.HEAD)
def show(inquiry_id: int) -> ResponseReturnValue:
    return _page(inquiry_id)


@tailored.get("/tailored/packages/<int:package_id>")
@allows(*BOTH_SIDES, Role.HEAD)
def of_package(package_id: int) -> ResponseReturnValue:
    """What school and host agreed on, for the pages of the booking and the package."""
    inquiry = queries.get_inquiry_of_package(package_id, me())
    return redirect(url_for("tailored.show", inquiry_id=inquiry.id), 303)


def _page(inquiry_id: int, **refused: Form) -> str:
    """``refused`` forms take the place of the fresh ones."""
    inquiry = queries.get_inquiry(inquiry_id, me())
    side = queries.side_of(me())
    current = inquiry.current
    written_by = current.side if current else None
    acts = me().role is not Role.HEAD
    forms = {"agree_form": AgreeForm(formdata=None), "words_form": AnswerForm(formdata=None)} | refused
    for form in forms.values():
        form.version.data = inquiry.version
        if isinstance(form, AgreeForm) and current is not None:
            form.offer(current.terms)
    return render_template(
        "tailored/show.html",
        inquiry=inquiry,
        current=current,
        compared=_compared(inquiry, side),
        draft=inquiry.draft_of(side),
        days_of=days_of,
        misfits=misfits_of(inquiry, current.terms) if current and inquiry.turn else [],
        side=side,
        is_school=side is Side.SCHOOL,
        can={step.value for step in Step if acts and may(inquiry.state, side, step, written_by)},
        is_free=inquiry.organiser_id is None,
        may_take_on=me().role is Role.ORGANISER,
        history=[(event, tell(event)) for event in queries.list_events(inquiry.id)],
        expires_at=service.expires_at(inquiry),
        now=now(),
        **forms,
    )


def _compared(inquiry: Inquiry, side: Side) -> list[Version]:
    """The latest version of each side, the reader's own first."""
    both = (inquiry.latest_of(side), inquiry.latest_of(side.other))
    return [version for version in both if version is not None]


@tailored.post("/tailored/<int:inquiry_id>/agree")
@allows(*BOTH_SIDES)
def agree(inquiry_id: int) -> ResponseReturnValue:
    form = AgreeForm()
    current = queries.get_inquiry(inquiry_id, me()).current
    if current is not None:
        form.offer(current.terms)

    def command(inquiry: Inquiry) -> None:
        agree_to(inquiry, _day(form.starts_on.data), version=form.seen, by=me(), now=now())

    done = gettext("Agreed. The seats are held for the group; next it is handed in.")
    return _carry_out(inquiry_id, form, command, done, "agree_form")


def _day(chosen: str) -> date:
    try:
        return date.fromisoformat(chosen)
    except ValueError:
        raise DateNotNamed() from None


@tailored.post("/tailored/<int:inquiry_id>/write")
@allows(*BOTH_SIDES)
def write(inquiry_id: int) -> ResponseReturnValue:
    return _answer(inquiry_id, service.write_words, gettext("Your words are sent; the other side answers next."))


@tailored.post("/tailored/<int:inquiry_id>/decline")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def decline(inquiry_id: int) -> ResponseReturnValue:
    return _answer(inquiry_id, service.decline, gettext("Declined; the school is told why."))


@tailored.post("/tailored/<int:inquiry_id>/withdraw")
@allows(Role.LEADER)
def withdraw(inquiry_id: int) -> ResponseReturnValue:
    return _answer(inquiry_id, service.withdraw, gettext("The trip is withdrawn."))


def _answer(inquiry_id: int, command: Callable[..., None], done: str) -> ResponseReturnValue:
    form = AnswerForm()

    def give(inquiry: Inquiry) -> None:
        command(inquiry, form.words.data or "", version=form.seen, by=me(), now=now())

    return _carry_out(inquiry_id, form, give, done, "words_form")


def _carry_out(
    inquiry_id: int, form: Any, command: Callable[[Inquiry], object], done: str, name: str
) -> ResponseReturnValue:
    """Do the command to the locked inquiry and go back to its page; or show the page with what is wrong."""
    if form.validate():
        try:
            with transaction():
                command(queries.lock_inquiry(inquiry_id, me()))
        except (Invalid, Conflict) as refusal:
            beside_field(form, refusal)
        else:
            flash(done, "success")
            return redirect(url_for("tailored.show", inquiry_id=inquiry_id), 303)
    return _page(inquiry_id, **{name: form}), form.status


@tailored.post("/tailored/<int:inquiry_id>/take-on")
@allows(Role.ORGANISER)
def take_on(inquiry_id: int) -> ResponseReturnValue:
    done = gettext("You look after this trip now; the other organisers of the city no longer see it.")
    return _do(inquiry_id, service.take_on, done)


@tailored.post("/tailored/<int:inquiry_id>/hand-back")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def hand_back(inquiry_id: int) -> ResponseReturnValue:
    return _do(inquiry_id, service.hand_back, gettext("The organisers of the city see this trip again."))


def _do(inquiry_id: int, command: Callable[..., None], done: str) -> ResponseReturnValue:
    queries.get_inquiry(inquiry_id, me())
    is_done(lambda: command(queries.lock_inquiry(inquiry_id, me()), by=me(), now=now()), done=done)
    return redirect(url_for("tailored.desk"), 303)
