"""What co-ordinators, and organisers for their own office, do: write, attach, publish, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.models import Publication
from exchange_app.catalogue.views.saving import is_done, is_saved, status_of_form
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.noticeboard import queries, service
from exchange_app.noticeboard.forms import FileForm, NoticeForm
from exchange_app.noticeboard.models import Notice
from exchange_app.noticeboard.views.blueprint import noticeboard
from exchange_app.partners.models import Organisation
from exchange_app.partners.paper_files import ACCEPTED, MOST_BYTES, read_paper
from exchange_app.partners.queries import list_departments
from exchange_app.web.files import takes_file
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

WRITERS = (Role.COORDINATOR, Role.ORGANISER, Role.ADMINISTRATOR)


@noticeboard.get("/noticeboard")
@allows(*WRITERS)
def kept() -> ResponseReturnValue:
    asked = request.args.get("state")
    state = Publication(asked) if asked in {one.value for one in Publication} else None
    page = page_of(queries.select_kept(me(), state))
    return render_template("noticeboard/kept.html", page=page, state=state, states=list(Publication))


@noticeboard.route("/noticeboard/new", methods=["GET", "POST"])
@allows(*WRITERS)
def write() -> ResponseReturnValue:
    offices = queries.list_offices(me())
    form = NoticeForm(**_beginning(offices))
    form.offer(offices, list_departments())
    written: list[Notice] = []

    def command() -> None:
        terms = form.terms()
        written.append(service.write_notice(_chosen(offices, terms.office_id), terms, by=me(), now=now()))

    if is_saved(form, command):
        flash(gettext("The draft is kept. Look at it, attach what belongs to it, then publish it."), "success")
        return redirect(url_for("noticeboard.edit", notice_id=written[0].id), 303)
    return render_template("noticeboard/write.html", form=form), status_of_form(form)


def _beginning(offices: Sequence[Organisation]) -> dict[str, Any]:
    """For the own office where the writer may, valid from today."""
    own = [office.id for office in offices if office.id == me().organisation_id]
    today = me().organisation.city.today(now())
    return {"office_id": own[0] if own else None, "valid_from": today}


def _chosen(offices: Sequence[Organisation], office_id: int) -> Organisation:
    """The form offers no other."""
    return next(office for office in offices if office.id == office_id)


@noticeboard.route("/noticeboard/<int:notice_id>", methods=["GET", "POST"])
@allows(*WRITERS)
def edit(notice_id: int) -> ResponseReturnValue:
    return _edit_page(queries.get_kept_notice(notice_id, me()))


def _edit_page(notice: Notice, refused: FileForm | None = None) -> ResponseReturnValue:
    offices = queries.list_offices(me())
    offices = offices if notice.office in offices else [*offices, notice.office]
    form = NoticeForm(formdata=None, obj=notice) if refused else NoticeForm(obj=notice, seen=service.seen_of(notice))
    if refused:
        form.seen.data = service.seen_of(notice)
    form.offer(offices, list_departments())

    def command() -> None:
        terms = form.terms()
        office = _chosen(offices, terms.office_id)
        service.change_notice(notice, office, terms, seen=form.seen.data, by=me(), now=now())

    if not refused and is_saved(form, command):
        flash(gettext("Saved."), "success")
        return redirect(url_for("noticeboard.edit", notice_id=notice.id), 303)
    page = render_template(
        "noticeboard/edit.html",
        form=form,
        file_form=refused or FileForm(formdata=None),
        notice=notice,
        readers=queries.count_readers(notice),
        kinds_of_files=ACCEPTED,
        megabytes=MOST_BYTES // 1024 // 1024,
    )
    return page, status_of_form(refused or form)


@noticeboard.post("/noticeboard/<int:notice_id>/files")
@takes_file(MOST_BYTES)
@allows(*WRITERS)
def attach(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_kept_notice(notice_id, me())
    form = FileForm()

    def command() -> None:
        upload = form.file.data
        service.attach_file(notice, read_paper(upload.stream, upload.filename or ""))

    if is_saved(form, command):
        flash(gettext("The file is attached."), "success")
        return redirect(url_for("noticeboard.edit", notice_id=notice_id, _anchor="files"), 303)
    return _edit_page(notice, form)


@noticeboard.post("/noticeboard/<int:notice_id>/files/<int:file_id>/remove")
@allows(*WRITERS)
def remove_file(notice_id: int, file_id: int) -> ResponseReturnValue:
    notice = queries.get_kept_notice(notice_id, me())
    queries.find_in(notice, file_id)
    return _do(notice, lambda: service.remove_file(notice, file_id), gettext("The attachment is gone."))


@noticeboard.post("/noticeboard/<int:notice_id>/publish")
@allows(*WRITERS)
def publish(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_kept_notice(notice_id, me())
    return _do(notice, lambda: service.publish_notice(notice, by=me(), now=now()), gettext("It is published."))


@noticeboard.post("/noticeboard/<int:notice_id>/withdraw")
@allows(*WRITERS)
def withdraw(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_kept_notice(notice_id, me())
    done = gettext("It is withdrawn. Publish it again to show it again.")
    return _do(notice, lambda: service.withdraw_notice(notice, by=me(), now=now()), done)


def _do(notice: Notice, command: Callable[[], object], done: str) -> ResponseReturnValue:
    is_done(command, done=done)
    return redirect(url_for("noticeboard.edit", notice_id=notice.id), 303)


@noticeboard.post("/noticeboard/<int:notice_id>/delete")
@allows(*WRITERS)
def delete(notice_id: int) -> ResponseReturnValue:
    notice = queries.get_kept_notice(notice_id, me())
    if is_done(lambda: service.delete_draft(notice), done=gettext("The draft is deleted.")):
        return redirect(url_for("noticeboard.kept"), 303)
    return redirect(url_for("noticeboard.edit", notice_id=notice_id), 303)
