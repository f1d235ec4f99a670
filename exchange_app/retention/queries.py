"""Reads of what the job did, of requests, of breaches and of accounts to erase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from exchange_app.accounts.models import User
from exchange_app.core.database import db
from exchange_app.retention.errors import BreachNotFound
from exchange_app.retention.models import AccountDeletion, Breach, BreachMeasure, RetentionReport
from exchange_app.retention.rules import MISSED_AFTER, Kept, Measure


def find_last_run() -> datetime | None:
    return db.session.scalar(select(func.max(RetentionReport.ran_at)))


def is_overdue(now: datetime) -> bool:
    """Whether the job did not run for so long that it does not run."""
    last = find_last_run()
    return last is None or last <= now - MISSED_AFTER


def select_days() -> Select[date]:
    """The days on which something went, the latest first; to be paged."""
    return (
        select(RetentionReport.day)
        .where(RetentionReport.count > 0)
        .group_by(RetentionReport.day)
        .order_by(RetentionReport.day.desc())
    )


def map_reports(days: Sequence[date]) -> Mapping[date, Mapping[Kept, int]]:
    """How much of each kind went on each of these days."""
    found: dict[date, dict[Kept, int]] = {day: {} for day in days}
    for report in db.session.scalars(select(RetentionReport).where(RetentionReport.day.in_(days))):
        found[report.day][report.kept] = report.count
    return found


def list_reports(first: date, last: date) -> Sequence[RetentionReport]:
    return db.session.scalars(
        select(RetentionReport)
        .where(RetentionReport.day.between(first, last), RetentionReport.count > 0)
        .order_by(RetentionReport.day, RetentionReport.kept)
    ).all()


def find_account_deletion(user_id: int) -> AccountDeletion | None:
    """The open request, if there is one."""
    return db.session.scalar(
        select(AccountDeletion).where(AccountDeletion.user_id == user_id, AccountDeletion.done_at.is_(None))
    )


def list_account_deletions() -> Sequence[AccountDeletion]:
    """Accounts whose owners want them erased, longest waiting first."""
    return db.session.scalars(
        select(AccountDeletion)
        .options(joinedload(AccountDeletion.user).joinedload(User.organisation))
        .where(AccountDeletion.done_at.is_(None))
        .order_by(AccountDeletion.id)
    ).all()


def select_breaches() -> Select[Breach]:
    """The latest first; to be paged."""
    return select(Breach).options(joinedload(Breach.by)).order_by(Breach.id.desc())


def get_breach(breach_id: int) -> Breach:
    """Raises BreachNotFound."""
    breach = db.session.get(Breach, breach_id)
    if breach is None:
        raise BreachNotFound()
    return breach


def get_told_breach(breach_id: int) -> Breach:
    """One of which the schools were told. Raises BreachNotFound."""
    breach = get_breach(breach_id)
    if breach.at_of(Measure.SCHOOLS_TOLD) is None:
        raise BreachNotFound()
    return breach


def find_breach_of_form(form_token: str) -> Breach | None:
    """The one that this very form made when it was sent before."""
    return db.session.scalar(select(Breach).where(Breach.form_token == form_token))


def lock_breach(breach_id: int) -> Breach:
    """Fresh and locked until the transaction ends. Raises BreachNotFound."""
    breach = db.session.get(Breach, breach_id, with_for_update=True, populate_existing=True)
    if breach is None:
        raise BreachNotFound()
    return breach


def count_breaches(since: datetime, until: datetime) -> tuple[int, int]:
    """How many were reported in a time, and how many of them are closed."""
    in_time = Breach.reported_at >= since, Breach.reported_at < until
    reported = db.session.scalar(select(func.count()).where(*in_time)) or 0
    closed = select(func.count()).select_from(Breach).join(Breach.taken)
    is_closed = BreachMeasure.measure == Measure.CLOSED
    return reported, db.session.scalar(closed.where(*in_time, is_closed)) or 0
