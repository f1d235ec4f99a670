"""The demo's reports: that of the last quarter, which was made by itself, and one of the year that is running."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange_app.core.database import db
from exchange_app.demo.known import Known
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.making import tell
from exchange_app.insights.models import Report, ReportChapter, kept
from exchange_app.insights.rules import ReportState, Span
from exchange_app.insights.service import Question, ask_due_reports, ask_report
from exchange_app.partners.queries import list_agreements_in_force


def add_reports(known: Known, now: datetime) -> None:
    """After everything that they count."""
    ask_due_reports(now)
    agreement = list_agreements_in_force(None)[-1]
    by = known.coordinator(agreement.cities[0])
    ask_report(Question(agreement, None, now.year, Span.YEAR), form_token="demo", by=by, now=now)
    for report in db.session.scalars(select(Report)).all():
        for position, chapter in enumerate(CHAPTERS, start=1):
            tables = kept(tell(chapter, report.scope, report.as_of))
            report.chapters.append(ReportChapter(key=chapter.key, position=position, tables=tables))
        report.state, report.made_at = ReportState.READY, now
    db.session.flush()
