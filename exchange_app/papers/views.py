"""The checklist of a group's papers, that of all groups of a school, and the template of a city."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.papers import queries, service
from exchange_app.papers.errors import PaperNotFound
from exchange_app.papers.forms import TemplateForm, TickForm
from exchange_app.papers.rules import Paper
from exchange_app.papers.todos import LIST, PAGES
from exchange_app.partners.queries import list_cities
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

papers = Blueprint("papers", __name__)


@papers.get("/papers")
@allows(Role.LEADER, Role.HEAD)
def index() -> ResponseReturnValue:
    page = page_of(queries.select_groups(me()))
    return render_template("papers/index.html", page=page, lines=queries.map_lines(list(page.rows), now()), now=now())


@papers.get("/bookings/<code>/papers")
@allows(Role.LEADER, Role.HEAD, Role.ADMINISTRATOR)
def show(code: str) -> ResponseReturnValue:
    return _page(code)


def _page(code: str, refused: tuple[Paper, TickForm] | None = None) -> str:
    booking = queries.get_group(code, me())
    moment = now()
    lines = queries.map_lines([booking], moment)[booking.id]
    forms = {line.paper: _fresh_form(line, booking.departure.today(moment)) for line in lines if line.is_ticked}
    return render_template(
        "papers/show.html",
        booking=booking,
        departure=booking.departure,
        lines=lines,
        forms=forms | dict([refused] if refused else []),
        pages=PAGES,
        today=booking.departure.today(moment),
        at=moment,
        is_leader=me().role is Role.LEADER,
    )


def _fresh_form(line: queries.Line, today: object) -> TickForm:
    known = {"done_on": line.tick.done_on, "note": line.tick.note} if line.tick else {"done_on": today}
    return TickForm(formdata=None, data=known, prefix=f"{line.paper}-")


@papers.post("/bookings/<code>/papers/<paper>")
@allows(Role.LEADER)
def tick(code: str, paper: str) -> ResponseReturnValue:
    kind = _paper(paper)
    form = TickForm(prefix=f"{kind}-")

    def command() -> None:
        booking = queries.lock_group(code, me())
        service.tick_paper(booking, kind, done_on=form.done_on.data, note=form.note.data, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Ticked."), "success")
        return redirect(url_for(LIST, code=code, _anchor=kind), 303)
    return _page(code, (kind, form)), status_of_form(form)


@papers.post("/bookings/<code>/papers/<paper>/open")
@allows(Role.LEADER)
def untick(code: str, paper: str) -> ResponseReturnValue:
    kind = _paper(paper)
    queries.get_group(code, me())
    done = gettext("It is open again.")
    is_done(lambda: service.open_paper(queries.lock_group(code, me()), kind), done=done)
    return redirect(url_for(LIST, code=code, _anchor=kind), 303)


def _paper(name: str) -> Paper:
    """Raises PaperNotFound."""
    if name not in {paper.value for paper in Paper}:
        raise PaperNotFound()
    return Paper(name)


@papers.get("/organiser/papers")
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def templates() -> ResponseReturnValue:
    if me().role is Role.ORGANISER:
        return redirect(url_for("papers.template", city_id=me().organisation.city_id), 303)
    return render_template("papers/templates.html", cities=list_cities())


@papers.route("/organiser/papers/<int:city_id>", methods=["GET", "POST"])
@allows(Role.ORGANISER, Role.ADMINISTRATOR)
def template(city_id: int) -> ResponseReturnValue:
    city = queries.get_city_of(city_id, me())
    form = TemplateForm(queries.map_dues(city.id))
    if is_saved(form, lambda: service.set_dues(city, form.dues())):
        flash(gettext("The papers are saved; due dates follow at once."), "success")
        return redirect(url_for("papers.template", city_id=city.id), 303)
    return render_template("papers/template.html", form=form, city=city), status_of_form(form)
