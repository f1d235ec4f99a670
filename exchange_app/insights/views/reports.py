"""Reports of a city and of its agreements: asked for, followed while they are made, read, printed and taken along."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from exchange_app.accounts.sessions import me
from exchange_app.catalogue.views.saving import is_done, is_saved
from exchange_app.coordination.queries.people import city_of
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.insights import service
from exchange_app.insights.errors import ReportNotFound, SubjectUnfit
from exchange_app.insights.forms import AskForm
from exchange_app.insights.labels import cell_words, period_words, small_counts
from exchange_app.insights.models import Report
from exchange_app.insights.pictures import captions, picture_of
from exchange_app.insights.queries import reports as queries
from exchange_app.insights.rules import spans_ended_by
from exchange_app.insights.service import Question
from exchange_app.insights.views.blueprint import insights
from exchange_app.insights.workbook import as_workbook, cover_lines
from exchange_app.partners import queries as partners
from exchange_app.partners.models import Agreement, City
from exchange_app.partners.rules import AgreementState
from exchange_app.rosters.views.downloads import XLSX
from exchange_app.web.addresses import row_number
from exchange_app.web.fragments import wants_fragment
from exchange_app.web.paging import page_of
from exchange_app.web.policies import allows

KEEPERS = (Role.COORDINATOR, Role.ADMINISTRATOR)
PAGE = "insights.report"


@insights.get("/coordinator/reports")
@allows(*KEEPERS)
def reports() -> ResponseReturnValue:
    page = page_of(queries.select_reports(me()))
    return render_template("insights/reports.html", page=page, period_words=period_words)


@insights.route("/coordinator/reports/new", methods=["GET", "POST"])
@allows(*KEEPERS)
def ask_report() -> ResponseReturnValue:
    """`?again=17` is the report that is to be made anew; without it, the quarter that ended last is proposed."""
    subjects = _subjects()
    today = me().organisation.city.today(now())
    form = AskForm(data=_proposed(today))
    form.offer([(word, about.name) for word, about in subjects.items()], today)
    asked: list[Report] = []

    def command() -> None:
        about = subjects.get(form.about.data)
        if about is None:
            raise SubjectUnfit()
        question = Question(about, form.plan.data, form.year.data or today.year, form.span.data)
        asked.append(service.ask_report(question, form_token=form.form_token.data, by=me(), now=now()))

    if is_saved(form, command):
        return redirect(url_for(PAGE, report_id=asked[0].id), 303)
    return render_template("insights/ask_report.html", form=form), form.status


def _subjects() -> dict[str, Agreement | City]:
    """What somebody may ask about, by the words of the form: agreements that were signed, then the own city."""
    own_id = city_of(me())
    agreements = [one for one in partners.list_agreements(own_id) if one.state is not AgreementState.DRAFT]
    cities = [city for city in partners.list_cities() if own_id in (None, city.id)]
    return {f"agreement:{one.id}": one for one in agreements} | {f"city:{one.id}": one for one in cities}


def _proposed(today: date) -> dict[str, object]:
    again = request.args.get("again", type=row_number)
    if again is None:
        year, span = spans_ended_by(today)[0]
        return {"year": year, "span": span}
    report = queries.get_report(again, me())
    about = ":".join(report.question.split(":")[:2])
    return {"about": about, "plan": report.plan, "year": report.year, "span": report.span}


@insights.get("/coordinator/reports/<int:report_id>")
@allows(*KEEPERS)
def report(report_id: int) -> ResponseReturnValue:
    found = queries.get_report(report_id, me())
    if found.made_at is None:
        return redirect(url_for("insights.report_making", report_id=report_id), 303)
    tables = [chapter.table for chapter in found.chapters]
    return render_template(
        "insights/report.html",
        report=found,
        title=period_words(found.year, found.span),
        cover=cover_lines(found),
        chapters=[(table, picture_of(table)) for table in tables],
        captions=captions(),
        cell_words=cell_words,
        small_counts=small_counts(),
        zone=me().organisation.city.zone,
    )


@insights.get("/coordinator/reports/<int:report_id>/making")
@allows(*KEEPERS)
def report_making(report_id: int) -> ResponseReturnValue:
    """How far it has come; whoever looks on is brought to the report once it is ready."""
    found = queries.get_report(report_id, me())
    progress = {"report": found, "told": queries.count_chapters(found)}
    if wants_fragment():
        answer = make_response(render_template("insights/_report_progress.html", **progress))
        if found.made_at is not None:
            answer.headers["HX-Redirect"] = url_for(PAGE, report_id=report_id)
        return answer
    if found.made_at is not None:
        return redirect(url_for(PAGE, report_id=report_id), 303)
    title = period_words(found.year, found.span)
    return render_template("insights/report_making.html", **progress, title=title)


@insights.get("/coordinator/reports/<int:report_id>/workbook")
@allows(*KEEPERS)
def report_file(report_id: int) -> ResponseReturnValue:
    """Raises ReportNotFound, for one that is not ready too."""
    found = queries.get_report(report_id, me())
    if found.made_at is None:
        raise ReportNotFound()
    title = f"{gettext('Statistical report')} {found.name} {period_words(found.year, found.span)} v{found.version}"
    name = "".join(sign if sign.isalnum() else "-" for sign in title)
    return send_file(BytesIO(as_workbook(found)), XLSX, as_attachment=True, download_name=f"{name}.xlsx", max_age=0)


@insights.post("/coordinator/reports/<int:report_id>/retry")
@allows(*KEEPERS)
def retry_report(report_id: int) -> ResponseReturnValue:
    queries.get_report(report_id, me())
    retried: list[Report] = []

    def command() -> None:
        retried.append(service.retry_report(queries.lock_report(report_id, me()), now()))

    is_done(command, done=gettext("It is tried once more."))
    return redirect(url_for(PAGE, report_id=retried[0].id if retried else report_id), 303)


@insights.post("/coordinator/reports/<int:report_id>/remove")
@allows(*KEEPERS)
def remove_report(report_id: int) -> ResponseReturnValue:
    queries.get_report(report_id, me())

    def command() -> None:
        service.remove_report(queries.lock_report(report_id, me()))

    if is_done(command, done=gettext("The statistical report is removed.")):
        return redirect(url_for("insights.reports"), 303)
    return redirect(url_for(PAGE, report_id=report_id), 303)
