"""The programme of a visit, its report with files, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.core.clock import now
from exchange_app.partners.paper_files import ACCEPTED, MOST_BYTES, read_paper
from exchange_app.visits.errors import FileMissing
from exchange_app.visits.forms import FileForm, ProgrammeForm, ReportForm
from exchange_app.visits.models import Visit
from exchange_app.visits.queries import visits as queries
from exchange_app.visits.service import parts as service
from exchange_app.visits.service.visits import write_report
from exchange_app.visits.views.blueprint import KEEPERS, visits
from exchange_app.visits.views.proposing import version_of
from exchange_app.visits.views.showing import PAGE, follow_up_form, refuse
from exchange_app.web.files import hand_out, takes_file
from exchange_app.web.policies import allows


@visits.route("/coordinator/visits/<int:visit_id>/programme", methods=["GET", "POST"])
@allows(*KEEPERS)
def programme(visit_id: int) -> ResponseReturnValue:
    found = queries.get_own_visit(visit_id, me())
    form = ProgrammeForm(
        found, queries.list_bases(found.hosting_city), queries.list_members_to_choose(found.hosting_city)
    )

    def command() -> None:
        locked = queries.lock_visit(visit_id, me())
        service.set_programme(locked, form.written(), seen=version_of(form), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The programme is saved; the other side hears of it tomorrow morning."), "success")
        return redirect(url_for(PAGE, visit_id=visit_id, _anchor="programme"), 303)
    return render_template("visits/programme.html", form=form, visit=found), form.status


@visits.route("/coordinator/visits/<int:visit_id>/report", methods=["GET", "POST"])
@allows(*KEEPERS)
def report(visit_id: int) -> ResponseReturnValue:
    found = queries.get_own_visit(visit_id, me())
    form = ReportForm(obj=found)

    def command() -> None:
        write_report(queries.lock_visit(visit_id, me()), form.terms(), by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The report is saved."), "success")
        return redirect(url_for(PAGE, visit_id=visit_id, _anchor="report"), 303)
    return render_template("visits/report.html", form=form, visit=found), form.status


# --------------------------------------------------------------------------------------------------------------- files


@visits.route("/coordinator/visits/<int:visit_id>/files/new", methods=["GET", "POST"])
@takes_file(MOST_BYTES)
@allows(*KEEPERS)
def add_file(visit_id: int) -> ResponseReturnValue:
    found = queries.get_own_visit(visit_id, me())
    form = FileForm()

    def command() -> None:
        if form.upload is None:
            raise FileMissing()
        file = read_paper(*form.upload)
        service.add_file(queries.lock_visit(visit_id, me()), file, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("The file is with the report."), "success")
        return redirect(url_for(PAGE, visit_id=visit_id, _anchor="report"), 303)
    most = MOST_BYTES // 1024 // 1024
    page = render_template("visits/add_file.html", form=form, visit=found, accepted=ACCEPTED, megabytes=most)
    return page, form.status


@visits.get("/coordinator/visits/<int:visit_id>/files/<int:file_id>")
@allows(*KEEPERS)
def file(visit_id: int, file_id: int) -> ResponseReturnValue:
    found = queries.get_file(file_id, visit_id, me())
    return hand_out(found.content, found.content_type, found.filename)


@visits.post("/coordinator/visits/<int:visit_id>/files/<int:file_id>/remove")
@allows(*KEEPERS)
def remove_file(visit_id: int, file_id: int) -> ResponseReturnValue:
    return _done(
        visit_id,
        "report",
        lambda locked: service.remove_file(locked, file_id, by=me()),
        gettext("The file is removed."),
    )


# ----------------------------------------------------------------------------------------------------------- follow-ups


@visits.post("/coordinator/visits/<int:visit_id>/follow-ups")
@allows(*KEEPERS)
def add_follow_up(visit_id: int) -> ResponseReturnValue:
    found = queries.get_own_visit(visit_id, me())
    form = follow_up_form(found, request.form)

    def command() -> None:
        locked = queries.lock_visit(visit_id, me())
        told = form.words.data, form.owner_id.data, form.due_on.data
        service.add_follow_up(locked, *told, by=me(), now=now())

    if is_saved(form, command):
        flash(gettext("Written down; who sees to it is reminded."), "success")
        return redirect(url_for(PAGE, visit_id=visit_id, _anchor="follow-ups"), 303)
    return refuse(found, form, "follow_up")


@visits.post("/coordinator/visits/<int:visit_id>/follow-ups/<int:follow_up_id>/done")
@allows(*KEEPERS)
def do_follow_up(visit_id: int, follow_up_id: int) -> ResponseReturnValue:
    def command(locked: Visit) -> None:
        service.do_follow_up(locked, follow_up_id, by=me(), now=now())

    return _done(visit_id, "follow-ups", command, gettext("Done."))


@visits.post("/coordinator/visits/<int:visit_id>/follow-ups/<int:follow_up_id>/open")
@allows(*KEEPERS)
def reopen_follow_up(visit_id: int, follow_up_id: int) -> ResponseReturnValue:
    def command(locked: Visit) -> None:
        service.reopen_follow_up(locked, follow_up_id, by=me())

    return _done(visit_id, "follow-ups", command, gettext("It is open again."))


@visits.post("/coordinator/visits/<int:visit_id>/follow-ups/<int:follow_up_id>/remove")
@allows(*KEEPERS)
def remove_follow_up(visit_id: int, follow_up_id: int) -> ResponseReturnValue:
    def command(locked: Visit) -> None:
        service.remove_follow_up(locked, follow_up_id, by=me())

    return _done(visit_id, "follow-ups", command, gettext("Removed."))


def _done(visit_id: int, anchor: str, command: Callable[[Visit], None], done: str) -> ResponseReturnValue:
    queries.get_visit(visit_id, me())  # a stranger's is not found, rather than refused
    is_done(lambda: command(queries.lock_visit(visit_id, me())), done=done)
    return redirect(url_for(PAGE, visit_id=visit_id, _anchor=anchor), 303)
