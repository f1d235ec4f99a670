"""Exchanges with their checklists and the template of each agreement; common problems with what was said of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.coordination.rules import ProblemState, ProblemStep, Side, Step
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.departures.models import Departure
from exchange_app.papers.rules import Counted
from exchange_app.partners.models import Agreement, City, Organisation

# ----------------------------------------------------------------------------------------------------------- exchanges


class StepRule(db.Model):
    """A line of an agreement's own template; without any, `rules.DEFAULTS` holds."""

    __tablename__ = "step_rules"
    __table_args__ = (CheckConstraint("0 <= days AND days <= 365", name="days"),)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    side: Mapped[Side] = mapped_column(choice(Side))
    counted: Mapped[Counted] = mapped_column(choice(Counted))
    days: Mapped[int]

    @property
    def step(self) -> Step:
        return Step(self.title, self.side, self.counted, self.days)


class Exchange(db.Model):
    """What two cities of an agreement run together: the groups that one city sends to a departure of another, or a
    visit.

    ``starts_on`` and ``ends_on`` are those of the departure as they were when the due dates of the steps were reckoned.
    What stands here of a visit, its ``title``, how many ``persons`` come and ``called_off_at``, the visits say.
    """

    __tablename__ = "exchanges"
    __table_args__ = (
        UniqueConstraint("departure_id", "sending_city_id"),
        CheckConstraint("sending_city_id <> hosting_city_id", name="sides"),
        CheckConstraint("(departure_id IS NULL) <> (visit_id IS NULL)", name="about"),
        Index("ix_exchanges_agreement_id_starts_on", "agreement_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    departure_id: Mapped[int | None] = mapped_column(ForeignKey("departures.id"))
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("visits.id"), unique=True)
    title: Mapped[str] = mapped_column(String(120), default="", server_default="")
    persons: Mapped[int] = mapped_column(default=0, server_default="0")
    called_off_at: Mapped[datetime | None] = mapped_column(Moment)
    sending_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    hosting_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    sending_coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    hosting_coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    begun_at: Mapped[datetime] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship()
    departure: Mapped[Departure | None] = relationship()
    sending_city: Mapped[City] = relationship(foreign_keys=[sending_city_id])
    hosting_city: Mapped[City] = relationship(foreign_keys=[hosting_city_id])
    sending_coordinator: Mapped[User | None] = relationship(foreign_keys=[sending_coordinator_id])
    hosting_coordinator: Mapped[User | None] = relationship(foreign_keys=[hosting_coordinator_id])
    steps: Mapped[list[ExchangeStep]] = relationship(
        back_populates="exchange", cascade="all, delete-orphan", order_by="ExchangeStep.due_on, ExchangeStep.id"
    )

    def city_of(self, side: Side) -> City:
        return self.sending_city if side is Side.SENDING else self.hosting_city

    def coordinator_of(self, side: Side) -> User | None:
        return self.sending_coordinator if side is Side.SENDING else self.hosting_coordinator


class ExchangeStep(db.Model):
    """A line of an exchange's checklist; ``times_reminded`` is 1 once its co-ordinator heard that it is due soon, 2
    once they heard that it is overdue."""

    __tablename__ = "exchange_steps"
    __table_args__ = (
        CheckConstraint("0 <= days AND days <= 365", name="days"),
        CheckConstraint("(done_on IS NULL) = (done_at IS NULL)", name="done"),
        Index(
            "ix_exchange_steps_due_on",
            "due_on",
            postgresql_where=text("done_on IS NULL"),
            sqlite_where=text("done_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id", ondelete="CASCADE"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    side: Mapped[Side] = mapped_column(choice(Side))
    counted: Mapped[Counted] = mapped_column(choice(Counted))
    days: Mapped[int]
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(200), default="")
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    times_reminded: Mapped[int] = mapped_column(default=0)

    exchange: Mapped[Exchange] = relationship(back_populates="steps")
    done_by: Mapped[User | None] = relationship()


# ------------------------------------------------------------------------------------------------------------ problems


class Problem(db.Model):
    """Something that several cities of an agreement have to settle together. ``lesson`` is what was learnt from it,
    ``last_word_at`` when somebody last said anything."""

    __tablename__ = "problems"
    __table_args__ = (
        UniqueConstraint("raised_by_id", "form_token"),
        Index("ix_problems_agreement_id_state", "agreement_id", "state"),
        CheckConstraint("(state IN ('settled', 'set_aside')) = (closed_at IS NOT NULL)", name="closed"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    departure_id: Mapped[int | None] = mapped_column(ForeignKey("departures.id"), index=True)
    form_token: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(String(4000))
    state: Mapped[ProblemState] = mapped_column(choice(ProblemState), default=ProblemState.RAISED)
    lesson: Mapped[str] = mapped_column(String(4000), default="")
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    raised_at: Mapped[datetime] = mapped_column(Moment)
    last_word_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship()
    departure: Mapped[Departure | None] = relationship()
    raised_by: Mapped[User] = relationship()
    assignments: Mapped[list[Assignment]] = relationship(cascade="all, delete-orphan", order_by="Assignment.city_id")
    entries: Mapped[list[ProblemEntry]] = relationship(back_populates="problem", order_by="ProblemEntry.id")


class Assignment(db.Model):
    """The office of a city that sees to its part of a problem, and until when."""

    __tablename__ = "problem_assignments"

    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True, index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    due_on: Mapped[date]

    city: Mapped[City] = relationship()
    office: Mapped[Organisation] = relationship()


class ProblemEntry(db.Model):
    """One step of a problem, with the words that went with it."""

    __tablename__ = "problem_entries"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    problem_id: Mapped[int] = mapped_column(ForeignKey("problems.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    step: Mapped[ProblemStep] = mapped_column(choice(ProblemStep))
    words: Mapped[str] = mapped_column(String(4000), default="")

    problem: Mapped[Problem] = relationship(back_populates="entries")
    by: Mapped[User] = relationship()
