"""When data got, or may have got, into wrong hands: reporting it, who is affected, whom to tell, what was done."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.bookings.queries import list_departures_with_bookings
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.text import LANGUAGES, current_language
from exchange_app.core.transaction import transaction
from exchange_app.retention import breaches, queries
from exchange_app.retention.affected import list_affected
from exchange_app.retention.breaches import text_of
from exchange_app.retention.errors import BreachNotFound
from exchange_app.retention.forms import BreachForm, BreachTextForm, CallListForm
from exchange_app.retention.models import Breach
from exchange_app.retention.rules import Audience, Measure
from exchange_app.retention.views.blueprint import retention
from exchange_app.web.languages import NAMES
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows


@retention.get("/administrator/breaches")
@allows(Role.ADMINISTRATOR)
def breach_list() -> ResponseReturnValue:
    return render_template("retention/breach_list.html", page=page_of(queries.select_breaches()), measures=Measure)


@retention.route("/administrator/breaches/new", methods=["GET", "POST"])
@allows(Role.ADMINISTRATOR)
def report_breach() -> ResponseReturnValue:
    form = BreachForm(noticed_at=now())
    form.offer(list_departures_with_bookings(me()))
    made: list[int] = []

    def keep() -> None:
        token = form.form_token.data
        made.append(breaches.report_breach(form.report, form_token=token, by=me(), now=now()).id)

    if is_saved(form, keep):
        flash(gettext("The report is kept. Go through the list below."))
        return redirect(url_for("retention.breach", breach_id=made[0]), 303)
    return render_template("retention/report_breach.html", form=form), form.status


@retention.get("/administrator/breaches/<int:breach_id>")
@allows(Role.ADMINISTRATOR)
def breach(breach_id: int) -> ResponseReturnValue:
    return _show(queries.get_breach(breach_id), CallListForm(formdata=None))


def _show(found: Breach, form: CallListForm) -> ResponseReturnValue:
    groups = list_affected(found)
    page = render_template(
        "retention/breach.html",
        breach=found,
        groups=groups,
        children=sum(group.children for group in groups),
        measures=list(Measure),
        by_button={Measure.CONTAINED, Measure.REGULATOR_TOLD, Measure.GUARDIANS_TOLD, Measure.CLOSED},
        taken={one.measure: one for one in found.taken},
        audiences=list(Audience),
        languages=[(language, NAMES[language]) for language in LANGUAGES],
        is_closed=found.at_of(Measure.CLOSED) is not None,
        form=form,
    )
    return page, form.status


@retention.post("/administrator/breaches/<int:breach_id>/<any(contained, regulator_told, guardians_told, closed):done>")
@allows(Role.ADMINISTRATOR)
def take_measure(breach_id: int, done: str) -> ResponseReturnValue:
    measure = Measure(done)
    return _do(breach_id, lambda found: breaches.take_measure(found, measure, by=me(), now=now()), gettext("Noted."))


@retention.post("/administrator/breaches/<int:breach_id>/schools")
@allows(Role.ADMINISTRATOR)
def tell_schools(breach_id: int) -> ResponseReturnValue:
    return _do(
        breach_id,
        lambda found: breaches.tell_schools(found, by=me(), now=now()),
        gettext("A letter is on its way to the leader of each group."),
    )


def _do(breach_id: int, command: Callable[[Breach], object], done: str) -> ResponseReturnValue:
    is_done(lambda: command(queries.lock_breach(breach_id)), done=done)
    return redirect(url_for("retention.breach", breach_id=breach_id), 303)


@retention.post("/administrator/breaches/<int:breach_id>/guardians")
@allows(Role.ADMINISTRATOR)
def guardians_to_call(breach_id: int) -> ResponseReturnValue:
    """In full, once, as the answer to the form; that somebody looked is written down first, group by group."""
    form = CallListForm()
    found = queries.get_breach(breach_id)
    if not form.validate():
        return _show(found, form)
    with transaction():
        listed = breaches.list_guardians_to_call(found, purpose=form.purpose.data, by=me(), now=now())
    return render_template("retention/guardians_to_call.html", breach=found, listed=listed, purpose=form.purpose.data)


@retention.route(
    "/administrator/breaches/<int:breach_id>/letters/<any(guardians, schools, regulator):audience>/<language>",
    methods=["GET", "POST"],
)
@allows(Role.ADMINISTRATOR)
def breach_text(breach_id: int, audience: str, language: str) -> ResponseReturnValue:
    found = queries.get_breach(breach_id)
    if language not in LANGUAGES:
        raise BreachNotFound()
    reader = Audience(audience)
    form = BreachTextForm(words=text_of(found, reader, language).words)

    def change() -> None:
        locked = queries.lock_breach(breach_id)
        breaches.change_text(locked, reader, language, form.words.data, by=me(), now=now())

    if is_saved(form, change):
        flash(gettext("The letter is kept."))
        return redirect(
            url_for("retention.breach_text", breach_id=breach_id, audience=audience, language=language), 303
        )
    page = render_template(
        "retention/breach_text.html",
        breach=found,
        audience=reader,
        language=language,
        language_name=NAMES[language],
        form=form,
        is_closed=found.at_of(Measure.CLOSED) is not None,
    )
    return page, form.status


@retention.get("/breaches/<int:breach_id>")
@allows(Role.LEADER)
def breach_of_school(breach_id: int) -> ResponseReturnValue:
    """What a leader sees, once the schools were told: which groups of theirs, and the letter to hand on. Raises
    BreachNotFound where none is."""
    found = queries.get_told_breach(breach_id)
    groups = list_affected(found, school_id=me().organisation_id)
    if not groups:
        raise BreachNotFound()
    language = current_language()
    return render_template(
        "retention/breach_of_school.html",
        breach=found,
        groups=groups,
        to_schools=text_of(found, Audience.SCHOOLS, language).words,
        to_guardians=[(NAMES[one], one, text_of(found, Audience.GUARDIANS, one).words) for one in LANGUAGES],
    )
