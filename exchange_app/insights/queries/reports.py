"""Reads of reports. Whoever reads one names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.coordination.queries.people import city_of, is_shown_to
from exchange_app.core.database import db
from exchange_app.insights.errors import ReportNotFound
from exchange_app.insights.models import Report, ReportChapter
from exchange_app.insights.rules import BEING_MADE, ReportState, Span, period_of
from exchange_app.partners.models import Agreement, City
from exchange_app.partners.queries import WITH_PARTIES
from exchange_app.partners.rules import AgreementState


def is_own(user: User) -> ColumnElement[bool]:
    """Reports of the user's city, and of agreements that it is party of now."""
    city_id = city_of(user)
    if city_id is None:
        return true()
    return or_(Report.city_id == city_id, is_shown_to(user, Report.agreement_id))


def select_reports(user: User) -> Select[Report]:
    """The latest period first, and of one question the newest version. To be paged."""
    return (
        select(Report)
        .options(joinedload(Report.by))
        .where(is_own(user))
        .order_by(Report.year.desc(), Report.span.desc(), Report.question, Report.version.desc())
    )


def get_report(report_id: int, user: User) -> Report:
    """Raises ReportNotFound, for one of others too."""
    return _one(_WITH_ASKER.where(Report.id == report_id, is_own(user)))


def lock_report(report_id: int, user: User) -> Report:
    """As get_report, fresh and locked until the transaction ends. For commands."""
    own = _WITH_ASKER.where(Report.id == report_id, is_own(user)).with_for_update(of=Report)
    return _one(own.execution_options(populate_existing=True))


_WITH_ASKER = select(Report).options(joinedload(Report.by))


def _one(reports: Select[Report]) -> Report:
    report: Report | None = db.session.scalar(reports)
    if report is None:
        raise ReportNotFound()
    return report


def count_chapters(report: Report) -> int:
    """How many are there by now."""
    told = select(func.count()).select_from(ReportChapter).where(ReportChapter.report_id == report.id)
    return db.session.scalar(told) or 0


# -------------------------------------------------------------------------------------------------------------- asking


def find_report_of_form(by_id: int, form_token: str) -> Report | None:
    return db.session.scalar(select(Report).where(Report.by_id == by_id, Report.form_token == form_token))


def find_being_made(question: str) -> Report | None:
    return db.session.scalar(select(Report).where(Report.question == question, Report.state.in_(BEING_MADE)))


def find_latest_version(question: str) -> int:
    """0 where there is none."""
    return db.session.scalar(select(func.max(Report.version)).where(Report.question == question)) or 0


def is_told_by_itself(question: str) -> bool:
    """Whether a report on it is there, or is being made, that nobody asked for."""
    return bool(db.session.scalar(select(exists().where(Report.question == question, Report.by_id.is_(None)))))


def count_being_made(city_id: int) -> int:
    """Of those that a city has asked for."""
    asked = select(func.count()).select_from(Report)
    return db.session.scalar(asked.where(Report.asking_city_id == city_id, Report.state.in_(BEING_MADE))) or 0


def lock_subject(about: Agreement | City) -> None:
    """So that nobody else asks for reports about it until the transaction ends."""
    kind = type(about)
    db.session.execute(select(kind.id).where(kind.id == about.id).with_for_update(key_share=True))


def list_unreported(year: int, span: Span) -> Sequence[Agreement]:
    """The agreements that were in force on a day of a period, ended since or not, and of which no report on it was
    asked for by itself."""
    period = period_of(year, span)
    told = exists().where(
        Report.agreement_id == Agreement.id, Report.by_id.is_(None), Report.year == year, Report.span == span
    )
    return db.session.scalars(
        select(Agreement)
        .options(*WITH_PARTIES)
        .where(
            Agreement.state != AgreementState.DRAFT,
            Agreement.in_force_from <= period.last,
            or_(Agreement.ended_on.is_(None), Agreement.ended_on >= period.first),
            ~told,
        )
        .order_by(Agreement.id)
    ).all()


def list_announced(user: User, since: datetime) -> Sequence[Report]:
    """Those that nobody asked for and that have been ready since then or later."""
    return db.session.scalars(
        select(Report)
        .where(is_own(user), Report.by_id.is_(None), Report.state == ReportState.READY, Report.made_at >= since)
        .order_by(Report.made_at.desc(), Report.id.desc())
    ).all()


# -------------------------------------------------------------------------------------------------------------- making


def lock_next_due(now: datetime) -> Report | None:
    """The report that waits longest for a worker, locked; those that another one just takes are passed over."""
    return db.session.scalars(
        select(Report)
        .options(selectinload(Report.chapters))
        .where(Report.state.in_(BEING_MADE), Report.next_look_at <= now)
        .order_by(Report.next_look_at, Report.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=Report)
        .execution_options(populate_existing=True)
    ).first()
