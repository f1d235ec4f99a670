"""Reports that are due are made, chapter by chapter.

This is an edge of its own: a worker takes a report under a lease, computes each chapter outside of any transaction that
writes, and stores it in one of its own, which renews the lease. So writers never wait for what is counted, and a worker
that dies loses at most the chapter in hand: another one takes the report up when the lease has run out. On a later day
it begins anew, so that all chapters tell of the same day. See docs/decisions/reports.md.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update

from exchange_app.core.database import change_rows, db
from exchange_app.core.text import LANGUAGES, speaking
from exchange_app.core.transaction import transaction
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.models import Report, ReportChapter, kept
from exchange_app.insights.queries.reports import lock_next_due
from exchange_app.insights.rules import LEASE, MOST_FAILURES, REST, Chapter, ReportState, Scope, Table
from exchange_app.insights.service import put_cover, today_at

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


class _Overtaken(Exception):
    """The lease ran out and another worker has the report, or somebody has removed it."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """A report under a lease, and what is missing of it."""

    report_id: int
    attempt: int
    failures: int
    scope: Scope
    as_of: date
    missing: Sequence[Chapter]


def tell(chapter: Chapter, scope: Scope, as_of: date) -> Mapping[str, Table]:
    """A chapter in each language."""
    tables = {}
    for language in LANGUAGES:
        with speaking(language):
            tables[language] = chapter.tell(scope, as_of)
    return tables


def make_due(clock: Clock, is_stopping: Callable[[], bool]) -> int:
    """Make all reports that are due; returns how many became ready. Ends between two chapters once ``is_stopping``."""
    made = 0
    while not is_stopping():
        taken = _take_next(clock())
        if taken is None:
            break
        made += _make(taken, clock, is_stopping)
    return made


def _take_next(now: datetime) -> _Taken | None:
    """One whose worker never came back counts as a failure; after the last one it is not taken up any more."""
    with transaction():
        while (report := lock_next_due(now)) is not None:
            report.failures += report.state is ReportState.MAKING
            if report.failures < MOST_FAILURES:
                return _take(report, now)
            report.state = ReportState.FAILED
            db.session.flush()
    return None


def _take(report: Report, now: datetime) -> _Taken:
    """Go on with it, or begin anew: on a later day, or where chapters are others since the program was renewed."""
    are_first = [one.key for one in report.chapters] == [one.key for one in CHAPTERS[: len(report.chapters)]]
    if report.as_of != today_at(report.about, now) or not are_first:
        report.chapters.clear()
        put_cover(report, now)
    report.state, report.next_look_at = ReportState.MAKING, now + LEASE
    report.attempts += 1
    report.chapters_in_all = len(CHAPTERS)
    missing = CHAPTERS[len(report.chapters) :]
    return _Taken(report.id, report.attempts, report.failures, report.scope, report.as_of, missing)


def _make(taken: _Taken, clock: Clock, is_stopping: Callable[[], bool]) -> bool:
    """Whether it is ready now."""
    try:
        for chapter in taken.missing:
            if is_stopping():
                _leave(taken, next_look_at=clock(), failures=taken.failures)
                return False
            _store(taken, chapter, tell(chapter, taken.scope, taken.as_of), clock())
        _finish(taken, clock())
    except _Overtaken:
        db.session.rollback()
        log.warning("reports: report %s is in other hands now", taken.report_id)
        return False
    except Exception as mistake:  # one report's mistake must not hold up the others
        db.session.rollback()
        _log_mistake(taken, mistake)
        _leave(taken, next_look_at=clock() + REST, failures=taken.failures + 1)
        return False
    return True


def _store(taken: _Taken, chapter: Chapter, tables: Mapping[str, Table], now: datetime) -> None:
    with transaction():
        _hold(taken, next_look_at=now + LEASE)
        position = CHAPTERS.index(chapter) + 1
        told = {"report_id": taken.report_id, "key": chapter.key, "position": position, "tables": kept(tables)}
        db.session.add(ReportChapter(**told))


def _finish(taken: _Taken, now: datetime) -> None:
    with transaction():
        _hold(taken, state=ReportState.READY, made_at=now, next_look_at=now)


def _leave(taken: _Taken, *, next_look_at: datetime, failures: int) -> None:
    """To whoever looks next."""
    state = ReportState.FAILED if failures >= MOST_FAILURES else ReportState.ASKED
    try:
        with transaction():
            _hold(taken, state=state, next_look_at=next_look_at, failures=failures)
    except _Overtaken:
        log.warning("reports: report %s is in other hands now", taken.report_id)


def _hold(taken: _Taken, **changes: object) -> None:
    """Change the report, which nobody else does as long as it is ours. Raises _Overtaken if it is not."""
    own = Report.id == taken.report_id, Report.attempts == taken.attempt, Report.state == ReportState.MAKING
    if not change_rows(update(Report).where(*own).values(changes)):
        raise _Overtaken()


def _log_mistake(taken: _Taken, mistake: Exception) -> None:
    """Where it happened, without the words of the exception: they may hold what somebody typed."""
    where = "".join(traceback.format_tb(mistake.__traceback__))
    log.error("reports: report %s: %s\n%s", taken.report_id, type(mistake).__name__, where)
