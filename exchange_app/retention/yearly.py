"""What the yearly audit of personal data asks for, as a workbook: counts and rows of the log, no name of a child."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext
from sqlalchemy import case, func, select

from exchange_app.accounts.models import User
from exchange_app.accounts.queries import owner_has_second_factor
from exchange_app.audit.models import AuditEntry
from exchange_app.audit.queries import check_log
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.consents.rules import ConsentState
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.retention.models import AccountDeletion, RetentionReport
from exchange_app.retention.queries import count_breaches, list_reports
from exchange_app.retention.workbook import write_workbook
from exchange_app.rosters.models import Disclosure
from exchange_app.rosters.rules import Sheet
from exchange_app.trips.rules import TRAVELLING
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.labels import label

ZONE = ZoneInfo(HOME_ZONE)
ROWS_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Year:
    """A calendar year, as days are counted at home."""

    number: int

    @property
    def first(self) -> datetime:
        return datetime(self.number, 1, 1, tzinfo=ZONE)

    @property
    def end(self) -> datetime:
        return datetime(self.number + 1, 1, 1, tzinfo=ZONE)

    def holds(self, moment: Any) -> Any:
        return (moment >= self.first) & (moment < self.end)


def write_audit(number: int) -> BytesIO:
    """The workbook of one year, in the reader's language."""
    year = Year(number)
    return write_workbook(
        [
            (gettext("Summary"), list(_summary(year))),
            (gettext("Audit log"), _log(year)),
            (gettext("Deleted when its time was over"), _reports(year)),
            (gettext("Looked at in full"), _disclosures(year)),
        ]
    )


def _summary(year: Year) -> Iterator[Sequence[str]]:
    yield gettext("Audit of personal data, %(year)s", year=year.number), ""
    yield from _section(gettext("Groups registered"), _bookings(year))
    yield from _section(gettext("Children"), _children(year))
    yield from _section(gettext("Answers of guardians"), _answers(year))
    yield from _section(gettext("Looked at in full"), _by(Disclosure.sheet, Disclosure.at, Sheet, year))
    yield from _section(gettext("Deleted when its time was over"), _deleted(year))
    yield from _section(gettext("Deletion on request"), _requests(year))
    yield from _section(gettext("Data breaches"), _breaches(year))
    yield from _section(gettext("Accounts now"), _accounts())
    yield from _section(gettext("Entries of the audit log"), _by(AuditEntry.what, AuditEntry.at, What, year))
    yield from _section(gettext("Check of the audit log"), _check())


def _section(heading: str, lines: Iterator[tuple[str, object]]) -> Iterator[Sequence[str]]:
    yield "", ""
    yield heading, ""
    for words, number in lines:
        yield words, str(number)


def _by(column: Any, moment: Any, values: Any, year: Year) -> Iterator[tuple[str, object]]:
    """How many there are of each value."""
    rows = db.session.execute(select(column, func.count()).where(year.holds(moment)).group_by(column))
    counts = {values(value): count for value, count in rows}
    for value in values:
        if value in counts:
            yield label(value), counts[value]


def _bookings(year: Year) -> Iterator[tuple[str, object]]:
    return _by(Booking.state, Booking.created_at, BookingState, year)


def _children(year: Year) -> Iterator[tuple[str, object]]:
    pupils, named = db.session.execute(
        select(func.sum(Booking.pupils), func.sum(Booking.named)).where(
            year.holds(Booking.created_at), Booking.state.in_(TRAVELLING)
        )
    ).one()
    yield gettext("Pupils of groups that travel or travelled"), pupils or 0
    yield gettext("Persons named in their rosters"), named or 0


def _answers(year: Year) -> Iterator[tuple[str, object]]:
    answers = db.session.scalars(select(ConsentAnswer).where(year.holds(ConsentAnswer.at))).all()
    states = [answer.state for answer in answers]
    for state in (ConsentState.AGREED, ConsentState.REFUSED, ConsentState.WITHDRAWN):
        yield label(state), states.count(state)


def _deleted(year: Year) -> Iterator[tuple[str, object]]:
    days = year.first.date(), year.end.date() - timedelta(days=1)
    rows = db.session.execute(
        select(RetentionReport.kept, func.sum(RetentionReport.count))
        .where(RetentionReport.day.between(*days), RetentionReport.count > 0)
        .group_by(RetentionReport.kept)
    )
    for kept, count in rows:
        yield label(kept), count


def _requests(year: Year) -> Iterator[tuple[str, object]]:
    for words, table in (
        (gettext("Children: asked"), DeletionRequest),
        (gettext("Accounts: asked"), AccountDeletion),
    ):
        asked = db.session.execute(select(table.asked_at, table.done_at).where(year.holds(table.asked_at))).all()
        waits = sorted(done - begun for begun, done in asked if done is not None)
        yield words, len(asked)
        yield gettext("of these done"), len(waits)
        if waits:
            yield gettext("longest wait in days"), waits[-1].days
            yield gettext("middle wait in days"), waits[len(waits) // 2].days


def _breaches(year: Year) -> Iterator[tuple[str, object]]:
    reported, closed = count_breaches(year.first, year.end)
    yield gettext("Breaches reported"), reported
    yield gettext("of these closed"), closed


def _accounts() -> Iterator[tuple[str, object]]:
    proven_twice = owner_has_second_factor() & User.closed_at.is_(None)
    rows = db.session.execute(
        select(User.role, func.count(), func.count(User.closed_at), func.sum(case((proven_twice, 1), else_=0)))
        .group_by(User.role)
        .order_by(User.role)
    )
    for role, count, closed, with_second_factor in rows:
        yield (
            label(Role(role)),
            gettext(
                "%(open)s open, %(proven)s of them with a second factor, %(closed)s closed",
                open=count - closed,
                proven=with_second_factor,
                closed=closed,
            ),
        )


def _check() -> Iterator[tuple[str, object]]:
    check = check_log()
    yield gettext("Whole and unaltered"), gettext("Yes") if check.is_whole else gettext("No")
    yield gettext("First and last number"), f"{check.first}–{check.last}"
    yield gettext("End"), check.end


def _log(year: Year) -> Iterator[Sequence[str]]:
    yield (
        gettext("Number"), gettext("Date and time"), gettext("What happened"), gettext("By whom"),
        gettext("Account concerned"), gettext("Subject of the entry"), gettext("Facts"),
    )  # fmt: skip
    words = {what.value: label(what) for what in What}
    names = dict(db.session.execute(select(User.id, User.name)).all())
    rows = db.session.execute(
        select(
            AuditEntry.number,
            AuditEntry.at,
            AuditEntry.what,
            AuditEntry.by_id,
            AuditEntry.user_id,
            AuditEntry.subject,
            AuditEntry.facts,
        )
        .where(year.holds(AuditEntry.at))
        .order_by(AuditEntry.number)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for number, at, what, by_id, user_id, subject, facts in rows:
        told = " ".join(f"{name}={fact}" for name, fact in facts.items())
        yield (
            str(number), _written(at), words.get(what, what), names.get(by_id, ""),
            names.get(user_id, ""), subject or "", told,
        )  # fmt: skip


def _reports(year: Year) -> Iterator[Sequence[str]]:
    yield gettext("Date"), gettext("What"), gettext("How many")
    for report in list_reports(year.first.date(), year.end.date() - timedelta(days=1)):
        yield report.day.isoformat(), label(report.kept), str(report.count)


def _disclosures(year: Year) -> Iterator[Sequence[str]]:
    yield (
        gettext("Date and time"),
        gettext("Booking code"),
        gettext("What"),
        gettext("By whom"),
        gettext("Role"),
        gettext("What for"),
    )
    rows = db.session.execute(
        select(Disclosure, Booking.code, User.name, User.role)
        .join(Booking, Booking.id == Disclosure.booking_id)
        .join(User, User.id == Disclosure.by_id)
        .where(year.holds(Disclosure.at))
        .order_by(Disclosure.id)
        .execution_options(yield_per=ROWS_AT_ONCE)
    )
    for disclosure, code, name, role in rows:
        yield _written(disclosure.at), code, label(disclosure.sheet), name, label(role), disclosure.purpose


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M:%S}"
