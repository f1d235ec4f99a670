"""Plans of meetings, meetings with agenda, invitations and minutes, decisions, actions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.coordination.models import Exchange, Problem
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.meetings.rules import ActionState, Answer, MeetingState, Rhythm
from exchange_app.partners.models import Agreement, City, Organisation


class MeetingPlan(db.Model):
    """How the cities of an agreement want to meet; where nothing is said, `rules.DEFAULT_RHYTHM` holds. ``asked_after``
    is the number of the last meeting after which the next chair was asked to call one, 0 before the first."""

    __tablename__ = "meeting_plans"
    __table_args__ = (
        CheckConstraint("1 <= every_months AND every_months <= 24", name="every_months"),
        CheckConstraint("15 <= minutes AND minutes <= 600", name="minutes"),
    )

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), primary_key=True)
    every_months: Mapped[int]
    begins: Mapped[time]
    minutes: Mapped[int]
    asked_after: Mapped[int | None]

    agreement: Mapped[Agreement] = relationship()

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every_months, self.begins, self.minutes)


class Meeting(db.Model):
    """``number`` counts the meetings of the agreement. ``chair_position`` is where the chairing city stood among the
    parties when the meeting was called. ``time_zone`` is that of the chairing city.

    ``uid`` names the event in people's calendars; ``sequence`` grows with each change that they are told of (RFC 5546).
    ``minutes_round`` counts how often the minutes were sent to be confirmed, ``sent_by`` is who did; ``reminded_round``
    is the last round in which cities that said nothing were reminded.
    """

    __tablename__ = "meetings"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        UniqueConstraint("called_by_id", "form_token"),
        Index("ix_meetings_agreement_id_starts_at", "agreement_id", "starts_at"),
        Index("ix_meetings_state", "state"),
        CheckConstraint("15 <= minutes AND minutes <= 600", name="minutes"),
        CheckConstraint("(state = 'cancelled') = (cancelled_at IS NOT NULL)", name="cancelled"),
        CheckConstraint("(state = 'confirmed') = (confirmed_at IS NOT NULL)", name="confirmed"),
        CheckConstraint("state NOT IN ('sent', 'confirmed') OR sent_at IS NOT NULL", name="sent"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    number: Mapped[int]
    form_token: Mapped[str] = mapped_column(String(64))
    chair_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    chair_position: Mapped[int]
    starts_at: Mapped[datetime] = mapped_column(Moment)
    minutes: Mapped[int]
    time_zone: Mapped[str] = mapped_column(String(40))
    place: Mapped[Translated] = mapped_column(TranslatedText)
    link: Mapped[str] = mapped_column(String(500), default="")
    state: Mapped[MeetingState] = mapped_column(choice(MeetingState), default=MeetingState.PLANNED)
    sequence: Mapped[int] = mapped_column(default=0)
    called_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    called_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)
    cancel_reason: Mapped[str] = mapped_column(String(500), default="")
    others_present: Mapped[str] = mapped_column(String(1000), default="")
    minutes_round: Mapped[int] = mapped_column(default=0)
    reminded_round: Mapped[int] = mapped_column(default=0)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship()
    chair_city: Mapped[City] = relationship()
    called_by: Mapped[User] = relationship(foreign_keys=[called_by_id])
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id])
    sent_by: Mapped[User | None] = relationship(foreign_keys=[sent_by_id])
    items: Mapped[list[AgendaItem]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="AgendaItem.position, AgendaItem.id"
    )
    invitations: Mapped[list[Invitation]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="Invitation.id"
    )
    confirmations: Mapped[list[Confirmation]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="Confirmation.id"
    )
    actions: Mapped[list[Action]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan", order_by="Action.id"
    )

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def held_on(self) -> date:
        """The day it is where the chairing city is."""
        return self.starts_at.astimezone(self.zone).date()

    @property
    def invited(self) -> list[Invitation]:
        """Those that were not taken back."""
        return [one for one in self.invitations if one.withdrawn_at is None]

    @property
    def answers_of_round(self) -> list[Confirmation]:
        """What cities said about the minutes as they were sent last."""
        return [one for one in self.confirmations if one.round == self.minutes_round]


class AgendaItem(db.Model):
    """One item of an agenda, with what the minutes say about it. It may be drawn from a common problem, an exchange, or
    an action that was still open; ``settles_problem`` says that the decision settled that problem."""

    __tablename__ = "agenda_items"
    __table_args__ = (
        CheckConstraint("problem_id IS NULL OR (exchange_id IS NULL AND action_id IS NULL)", name="drawn"),
        CheckConstraint("exchange_id IS NULL OR action_id IS NULL", name="drawn_once"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    title: Mapped[Translated] = mapped_column(TranslatedText)
    presenter: Mapped[str] = mapped_column(String(120), default="")
    problem_id: Mapped[int | None] = mapped_column(ForeignKey("problems.id"))
    exchange_id: Mapped[int | None] = mapped_column(ForeignKey("exchanges.id"))
    action_id: Mapped[int | None] = mapped_column(ForeignKey("meeting_actions.id"))
    discussion: Mapped[Translated] = mapped_column(TranslatedText, default=Translated)
    decision: Mapped[Translated] = mapped_column(TranslatedText, default=Translated)
    lesson: Mapped[Translated] = mapped_column(TranslatedText, default=Translated)
    settles_problem: Mapped[bool] = mapped_column(default=False)

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    problem: Mapped[Problem | None] = relationship()
    exchange: Mapped[Exchange | None] = relationship()
    action: Mapped[Action | None] = relationship()
    numbered: Mapped[Decision | None] = relationship(back_populates="item", cascade="all, delete-orphan")


class Decision(db.Model):
    """The number that a decision has among those of the agreement, from the day on which the minutes were confirmed."""

    __tablename__ = "meeting_decisions"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("agenda_items.id", ondelete="CASCADE"), primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    number: Mapped[int]

    item: Mapped[AgendaItem] = relationship(back_populates="numbered")


class Invitation(db.Model):
    """Somebody who is asked to come for an office: an account, or a guest with a name and a mail address.

    ``sent_at`` is when the first letter was written; ``came`` is what the minutes say. Who cannot come may name a
    ``stand_in``. ``uid`` seals the guest's words and signs the link by which the invitation is answered.
    """

    __tablename__ = "meeting_invitations"
    __table_args__ = (
        UniqueConstraint("meeting_id", "user_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
        CheckConstraint("user_id IS NULL OR (name_sealed IS NULL AND email_sealed IS NULL)", name="guest"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    email_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(10))
    answer: Mapped[Answer | None] = mapped_column(choice(Answer))
    stand_in: Mapped[str] = mapped_column(String(120), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    came: Mapped[bool] = mapped_column(default=False)

    name = Sealed()
    email = Sealed()
    meeting: Mapped[Meeting] = relationship(back_populates="invitations")
    user: Mapped[User | None] = relationship()
    office: Mapped[Organisation] = relationship()

    @property
    def who(self) -> str:
        """A guest's name is kept for a while only."""
        return self.user.name if self.user is not None else self.name or ""


class Confirmation(db.Model):
    """What a city said about minutes that were sent: it confirms them, or objects in words."""

    __tablename__ = "minutes_confirmations"
    __table_args__ = (UniqueConstraint("meeting_id", "round", "city_id"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"))
    round: Mapped[int]
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    objection: Mapped[str] = mapped_column(String(2000), default="")

    meeting: Mapped[Meeting] = relationship(back_populates="confirmations")
    city: Mapped[City] = relationship()
    by: Mapped[User] = relationship()


class Action(db.Model):
    """What an office does after a meeting, and until when; it holds once the minutes are confirmed. ``times_reminded``
    is 1 once its owner heard that it is due soon, 2 once they heard that it is overdue."""

    __tablename__ = "meeting_actions"
    __table_args__ = (
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        Index(
            "ix_meeting_actions_due_on",
            "due_on",
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"), index=True)
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id", ondelete="CASCADE"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    due_on: Mapped[date]
    state: Mapped[ActionState] = mapped_column(choice(ActionState), default=ActionState.OPEN)
    note: Mapped[str] = mapped_column(String(1000), default="")
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    times_reminded: Mapped[int] = mapped_column(default=0)

    agreement: Mapped[Agreement] = relationship()
    meeting: Mapped[Meeting] = relationship(back_populates="actions")
    office: Mapped[Organisation] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
