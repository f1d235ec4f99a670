"""Reports: documents that tell the figures of a period as they were known on one day, and never change afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText, current_language
from exchange_app.insights.rules import BEING_MADE, ReportState, Scope, Span, Table, period_of
from exchange_app.partners.models import Agreement, City, Plan
from exchange_app.visits.rules import Period

IS_BEING_MADE = text("state IN ('asked', 'making')")


class Report(db.Model):
    """The figures of an agreement or of a city in a quarter or a year, by one plan or by all of them.

    ``question`` names all of that in one word: while a report is being made there is no second one of it, and a later
    one is its next ``version``. ``name``, ``parties`` and ``as_of`` are what its cover says. ``by_id`` is None where
    nobody asked for it; ``asking_city_id`` is the city of whoever did.

    A worker has it until ``next_look_at``; ``attempts`` says which one.
    """

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("question", "version"),
        UniqueConstraint("by_id", "form_token"),
        CheckConstraint("(agreement_id IS NULL) <> (city_id IS NULL)", name="subject"),
        CheckConstraint("(by_id IS NULL) = (form_token IS NULL)", name="asker"),
        CheckConstraint("(state = 'ready') = (made_at IS NOT NULL)", name="made_at"),
        Index(
            "ix_reports_being_made",
            "question",
            unique=True,
            postgresql_where=IS_BEING_MADE,
            sqlite_where=IS_BEING_MADE,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    plan: Mapped[Plan | None] = mapped_column(choice(Plan))
    year: Mapped[int]
    span: Mapped[Span] = mapped_column(choice(Span))
    question: Mapped[str] = mapped_column(String(80))
    version: Mapped[int]
    name: Mapped[Translated] = mapped_column(TranslatedText)
    parties: Mapped[Translated] = mapped_column(TranslatedText)
    as_of: Mapped[date]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    asking_city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    form_token: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    state: Mapped[ReportState] = mapped_column(choice(ReportState), default=ReportState.ASKED)
    next_look_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    chapters_in_all: Mapped[int]
    made_at: Mapped[datetime | None] = mapped_column(Moment)

    agreement: Mapped[Agreement | None] = relationship()
    city: Mapped[City | None] = relationship(foreign_keys=[city_id])
    by: Mapped[User | None] = relationship()
    chapters: Mapped[list[ReportChapter]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="ReportChapter.position"
    )

    @property
    def about(self) -> Agreement | City:
        about = self.agreement or self.city
        assert about is not None  # the database checks it
        return about

    @property
    def whole_period(self) -> Period:
        return period_of(self.year, self.span)

    @property
    def is_running(self) -> bool:
        """Whether the period was not over yet on the day of which the report tells."""
        return self.as_of <= self.whole_period.last

    @property
    def period(self) -> Period:
        """The days that are counted: of a period that is not over those up to the report's own."""
        whole = self.whole_period
        return Period(whole.first, min(whole.last, self.as_of))

    @property
    def scope(self) -> Scope:
        return Scope(self.period, agreement_id=self.agreement_id, city_id=self.city_id, plan=self.plan)

    @property
    def is_being_made(self) -> bool:
        return self.state in BEING_MADE


class ReportChapter(db.Model):
    """One table of a report, as it was computed in each language."""

    __tablename__ = "report_chapters"
    __table_args__ = (UniqueConstraint("report_id", "position"),)

    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    tables: Mapped[Mapping[str, Any]] = mapped_column(JSON)

    @property
    def table(self) -> Table:
        """In the reader's language."""
        return Table(**self.tables[current_language()])


def kept(tables: Mapping[str, Table]) -> Mapping[str, Any]:
    """How a chapter keeps its table of each language."""
    return {language: asdict(table) for language, table in tables.items()}
