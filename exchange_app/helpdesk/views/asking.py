"""Asking for help without an account, and what somebody does with their request who knows its code and PIN."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.catalogue.views.saving import is_saved
from exchange_app.core.clock import now
from exchange_app.core.codes import parse_code
from exchange_app.core.errors import Invalid, Refusal
from exchange_app.core.sealing import keys
from exchange_app.core.settings import setting
from exchange_app.core.text import current_language
from exchange_app.core.transaction import transaction
from exchange_app.helpdesk import queries, service
from exchange_app.helpdesk.forms import AddForm, AskForm, OpenForm
from exchange_app.helpdesk.models import HelpRequest
from exchange_app.helpdesk.rules import OF_THE_PERSON, Topic
from exchange_app.helpdesk.sending import kept_until
from exchange_app.helpdesk.service import Question
from exchange_app.helpdesk.views.blueprint import helpdesk
from exchange_app.partners.queries import list_cities_with_counties
from exchange_app.web.errors import beside_field
from exchange_app.web.headers import secret_address
from exchange_app.web.limits import client_address, limit_all, slow_down
from exchange_app.web.policies import anyone

# The session's keys: a request's code, and until when it may be looked at, or its PIN is shown.
PROVEN, ASKED = "proven_help_request", "asked_help_request"
PROOF_LASTS = timedelta(minutes=30)
PIN_SHOWN = timedelta(minutes=10)  # phones load pages again by themselves
QUESTIONS = "20 per hour; 60 per day"  # a service centre asks for several people from one address
WORDS = "30 per hour"


@helpdesk.route("/help/ask", methods=["GET", "POST"])
@limit_all(QUESTIONS)
@secret_address
@anyone
def ask() -> ResponseReturnValue:
    form = AskForm(list_cities_with_counties())
    if request.method == "GET":
        form.topic.data, form.place.data = request.args.get("topic"), request.args.get("place")
    asked: list[HelpRequest] = []
    if is_saved(form, lambda: asked.append(service.ask(_question(form), form_token=form.form_token.data, now=now()))):
        session[ASKED] = [asked[0].code, (now() + PIN_SHOWN).timestamp()]
        return redirect(url_for("helpdesk.asked"), 303)
    days = {topic: queries.answer_days(topic) for topic in Topic}
    return render_template("helpdesk/ask.html", form=form, days=days, kept=_kept_days()), form.status


def _question(form: AskForm) -> Question:
    city_id, county_id = form.places[form.place.data]
    return Question(
        topic=form.topic.data,
        city_id=city_id,
        county_id=county_id,
        words=form.words.data,
        contact=form.contact.data,
        language=current_language(),
        home_city_id=form.home_city_id.data if form.is_home_told.data else None,
    )


@helpdesk.get("/help/asked")
@secret_address
@anyone
def asked() -> ResponseReturnValue:
    """The code and, for some minutes in this browser only, the PIN."""
    known = _named_in(ASKED)
    if known is None:
        return redirect(url_for("helpdesk.open_request"), 303)
    return render_template("helpdesk/asked.html", help_request=known, kept=_kept_days())


def _tried_code() -> str:
    """The code that somebody tries, under a keyed hash. A mistyped one is no code: it counts for the address alone."""
    code = parse_code(request.form.get("code", ""))
    return keys().fingerprint(code, "help_attempts") if code else client_address()


@helpdesk.route("/help/open", methods=["GET", "POST"])
@slow_down("5 per 15 minutes; 20 per day", by=_tried_code)
@slow_down("30 per 15 minutes")
@anyone
def open_request() -> ResponseReturnValue:
    form = OpenForm()
    if form.validate_on_submit():
        try:
            proven = service.prove(form.code.data, form.pin.data)
        except Invalid as refusal:
            beside_field(form, refusal)
        else:
            session[PROVEN] = [proven.code, (now() + PROOF_LASTS).timestamp()]
            if form.words.data:
                return _page(proven, AddForm(formdata=None, data={"words": form.words.data}))
            return redirect(url_for("helpdesk.show"), 303)
    return render_template("helpdesk/open_request.html", form=form), form.status


@helpdesk.get("/help/request")
@secret_address
@anyone
def show() -> ResponseReturnValue:
    known = _named_in(PROVEN)
    return _page(known, AddForm(formdata=None)) if known else _ask_for_proof()


@helpdesk.post("/help/request/add")
@limit_all(WORDS)
@secret_address
@anyone
def add() -> ResponseReturnValue:
    known = _named_in(PROVEN)
    form = AddForm()
    if known is None and form.words.data:
        again = OpenForm(formdata=None, data={"words": form.words.data})
        return render_template("helpdesk/open_request.html", form=again), 422
    if known is None:
        return _ask_for_proof()
    if is_saved(form, lambda: service.add_words(_locked(known), form.words.data, now=now())):
        flash(gettext("Your words are with the office."), "success")
        return redirect(url_for("helpdesk.show"), 303)
    return _page(known, form), form.status


@helpdesk.post("/help/request/withdraw")
@secret_address
@anyone
def withdraw() -> ResponseReturnValue:
    return _end(service.withdraw, gettext("The request is withdrawn; what you wrote is deleted."), "helpdesk.show")


@helpdesk.post("/help/request/delete")
@secret_address
@anyone
def delete() -> ResponseReturnValue:
    return _end(service.delete_by_person, gettext("Everything about your request is deleted."), "helpdesk.index")


@helpdesk.post("/help/request/leave")
@secret_address
@anyone
def leave() -> ResponseReturnValue:
    """On somebody else's computer: the code and the PIN are asked for again."""
    session.pop(PROVEN, None)
    session.pop(ASKED, None)
    return redirect(url_for("helpdesk.open_request"), 303)


def _end(command: Callable[..., None], done: str, endpoint: str) -> ResponseReturnValue:
    known = _named_in(PROVEN)
    if known is None:
        return _ask_for_proof()
    try:
        with transaction():
            command(_locked(known), now=now())
    except Refusal as refusal:
        flash(refusal.sentence, "error")
        return redirect(url_for("helpdesk.show"), 303)
    session.pop(ASKED, None)
    flash(done, "success")
    return redirect(url_for(endpoint), 303)


def _locked(known: HelpRequest) -> HelpRequest:
    return queries.lock_request_of(known.code)


def _named_in(key: str) -> HelpRequest | None:
    """The request that this browser may show for now."""
    code, until = session.get(key, ("", 0))
    return queries.find_request(code) if now() < datetime.fromtimestamp(until, tz=now().tzinfo) else None


def _ask_for_proof() -> ResponseReturnValue:
    return redirect(url_for("helpdesk.open_request"), 303)


def _page(known: HelpRequest, form: AddForm) -> str:
    return render_template(
        "helpdesk/show.html",
        help_request=known,
        form=form,
        of_the_person=OF_THE_PERSON,
        kept_until=kept_until(known),
        is_overdue=known.is_overdue(now()),
    )


def _kept_days() -> int:
    days: int = setting("HELP_KEPT_DAYS")
    return days
