"""Copying a season, with a preview of what will be made."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.models import Menu, Package
from exchange_app.catalogue.queries import get_menu_of
from exchange_app.catalogue.views.saving import is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.planning import queries, seasons, service
from exchange_app.planning.forms import SeasonForm
from exchange_app.planning.models import PlanStep, StepKind
from exchange_app.planning.views.blueprint import planning
from exchange_app.web.forms import OnceForm
from exchange_app.web.policies import allows


@planning.route("/organiser/menus/<int:menu_id>/copy", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def copy_season(menu_id: int) -> ResponseReturnValue:
    menu = get_menu_of(menu_id, me())
    packages = seasons.list_packages(menu, me())
    form = SeasonForm(title=menu.title)
    form.offer(packages)
    once = OnceForm()
    season = _season(form, menu, packages) if form.is_asked and form.validate() else None
    steps: list[PlanStep] = []
    if season and is_saved(once, lambda: steps.append(_copy(season, once))):
        return redirect(url_for("planning.copied", step_id=steps[0].id), 303)
    page = render_template("planning/copy_season.html", menu=menu, form=form, once=once, season=season)
    return page, 422 if form.errors else status_of_form(once)


def _season(form: SeasonForm, menu: Menu, packages: Sequence[Package]) -> seasons.Season | None:
    try:
        shift = form.shift_from(menu.season_from)
    except ValueError as problem:
        form.begins.errors = [str(problem)]
        return None
    chosen = [package for package in packages if package.id in form.packages.data]
    departures = seasons.list_departures(chosen, menu) if form.with_departures.data else []
    return seasons.Season(menu, chosen, departures, shift, form.title.data)


def _copy(season: seasons.Season, once: OnceForm) -> PlanStep:
    return service.copy_season(season, form_token=once.form_token.data, by=me(), now=now())


@planning.get("/organiser/copied/<int:step_id>")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def copied(step_id: int) -> ResponseReturnValue:
    step = queries.get_step(step_id, me())
    if step.what is not StepKind.SEASON or step.undone_at is not None:
        return redirect(url_for("catalogue.own_menus"), 303)
    menu = get_menu_of(step.facts["menu"], me())
    return render_template(
        "planning/copied.html", step=step, menu=menu, packages=seasons.list_copies(step.facts["packages"], me())
    )
