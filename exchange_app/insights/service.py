"""Reports are asked for, by people or by themselves; workers make them (`making`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from exchange_app.accounts.models import User
from exchange_app.core.broker import wake
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.core.transaction import on_commit
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.errors import (
    PeriodToCome,
    PlanNotCarried,
    ReportNotFailed,
    TooManyReports,
)
from exchange_app.insights.models import Report
from exchange_app.insights.queries import reports as queries
from exchange_app.insights.rules import (
    MOST_AT_ONCE,
    NOTED_WITHIN,
    ReportState,
    Span,
    period_of,
    spans_ended_by,
)
from exchange_app.partners.agreements import today_of
from exchange_app.partners.models import Agreement, City, Plan
from exchange_app.visits.rules import Period

TASK = "insights.make_reports"


@dataclass(frozen=True, slots=True)
class Question:
    """What a report is to tell."""

    about: Agreement | City
    plan: Plan | None
    year: int
    span: Span

    @property
    def word(self) -> str:
        kind = "agreement" if isinstance(self.about, Agreement) else "city"
        return f"{kind}:{self.about.id}:{self.plan or 'all'}:{self.year}:{self.span}"

    @property
    def period(self) -> Period:
        return period_of(self.year, self.span)


def today_at(about: Agreement | City, now: datetime) -> date:
    """The day it is there."""
    return today_of(about, now) if isinstance(about, Agreement) else about.today(now)


def ask_report(question: Question, *, form_token: str, by: User, now: datetime) -> Report:
    """The one that is being made already, where somebody has asked the same; the same form sent twice asks once.
    Raises PlanNotCarried, PeriodToCome or TooManyReports."""
    city_id = by.organisation.city_id
    queries.lock_subject(question.about)
    queries.lock_subject(by.organisation.city)
    earlier = queries.find_report_of_form(by.id, form_token) or queries.find_being_made(question.word)
    if earlier is not None:
        return earlier
    if question.plan and isinstance(question.about, Agreement) and question.plan not in question.about.plans:
        raise PlanNotCarried()
    if question.period.first > today_at(question.about, now):
        raise PeriodToCome()
    if queries.count_being_made(city_id) >= MOST_AT_ONCE:
        raise TooManyReports(most=MOST_AT_ONCE)
    report = _new_report(question, now)
    report.by, report.asking_city_id, report.form_token = by, city_id, form_token
    return _send_for(report)


def ask_due_reports(now: datetime) -> int:
    """Of each agreement that was in force then, of the quarter and of the year that ended last, once there was time to
    note what took place; returns how many. Where somebody has just asked the same, it comes later."""
    asked = 0
    for year, span in spans_ended_by((now - NOTED_WITHIN).date()):
        for agreement in queries.list_unreported(year, span):
            question = Question(agreement, None, year, span)
            queries.lock_subject(agreement)
            if not queries.is_told_by_itself(question.word) and queries.find_being_made(question.word) is None:
                _send_for(_new_report(question, now))
                asked += 1
    return asked


def _new_report(question: Question, now: datetime) -> Report:
    report = Report(
        plan=question.plan,
        year=question.year,
        span=question.span,
        question=question.word,
        version=queries.find_latest_version(question.word) + 1,
        asked_at=now,
        state=ReportState.ASKED,
        next_look_at=now,
        chapters_in_all=len(CHAPTERS),
        chapters=[],
    )
    if isinstance(question.about, Agreement):
        report.agreement = question.about
    else:
        report.city = question.about
    put_cover(report, now)
    return report


def _send_for(report: Report) -> Report:
    """A worker takes it up once it is stored."""
    db.session.add(report)
    db.session.flush()
    on_commit(partial(wake, TASK))
    return report


def put_cover(report: Report, now: datetime) -> None:
    """What the cover says on this day: of what, which cities were party in its period, as of when."""
    about = report.about
    cities = _cities_of(about, report.whole_period)
    report.name = about.name
    report.parties = Translated({one: " · ".join(city.name.in_language(one) for city in cities) for one in LANGUAGES})
    report.as_of = today_at(about, now)


def _cities_of(about: Agreement | City, period: Period) -> list[City]:
    """Those that were party on some day of the period, whether they still are or not."""
    if isinstance(about, City):
        return [about]
    present = (
        party.city
        for party in about.all_parties
        if (party.since is None or party.since <= period.last) and (party.until is None or party.until >= period.first)
    )
    return list({city.id: city for city in present}.values())


def retry_report(report: Report, now: datetime) -> Report:
    """Go on with it where it failed; the one that is being made already, where somebody has asked the same since.
    Raises ReportNotFailed."""
    _check_failed(report)
    queries.lock_subject(report.about)
    other = queries.find_being_made(report.question)
    if other is not None:
        return other
    report.state, report.next_look_at, report.failures = ReportState.ASKED, now, 0
    return _send_for(report)


def remove_report(report: Report) -> None:
    """Raises ReportNotFailed: what was made stays."""
    _check_failed(report)
    db.session.delete(report)
    db.session.flush()


def _check_failed(report: Report) -> None:
    if report.state is not ReportState.FAILED:
        raise ReportNotFailed()
