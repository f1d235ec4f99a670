"""Bookings, their history, who approved them, and what schools ask of the host."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.rules import LOG_SUBJECT, BookingState, FormStep, Party, roster_end
from exchange_app.catalogue.models import Approver
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation


class Booking(db.Model):
    """One group's claim on a departure.

    ``form_token`` names the form it came from, so that a form sent twice makes one booking. ``hold_ends_at`` is set
    while seats are held or offered. ``queued_at`` is its place on the waiting list, ``times_passed`` how many later
    groups went before it. ``approvals`` are those who have to say yes, in order, as the package said when the group was
    handed in; ``awaiting`` is whose turn it is, ``times_reminded`` how often they were reminded of it. ``named`` counts
    the persons its roster names so far; `rosters` keeps it. ``roster_locked_at`` is when its unfilled seats were given
    back, ``roster_open_until`` the host's leave to change the roster after its deadline.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("leader_id", "form_token"),
        CheckConstraint("pupils >= 0 AND staff >= 0 AND pupils + staff > 0", name="persons"),
        Index("ix_bookings_departure_id_state", "departure_id", "state"),
        Index(
            "ix_bookings_hold_ends_at",
            "hold_ends_at",
            postgresql_where=text("state IN ('held', 'offered')"),
            sqlite_where=text("state IN ('held', 'offered')"),
        ),
        Index(
            "ix_bookings_queued_at",
            "queued_at",
            "id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_bookings_awaiting",
            "awaiting",
            "school_id",
            postgresql_where=text("awaiting IS NOT NULL"),
            sqlite_where=text("awaiting IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id"))
    school_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    leader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_token: Mapped[str] = mapped_column(String(64))
    pupils: Mapped[int]
    staff: Mapped[int]
    named: Mapped[int] = mapped_column(default=0)
    state: Mapped[BookingState] = mapped_column(choice(BookingState))
    hold_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    contact_name: Mapped[str | None] = mapped_column(String(50))
    contact_email: Mapped[str | None] = mapped_column(String(254))
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    queued_at: Mapped[datetime | None] = mapped_column(Moment)
    times_passed: Mapped[int] = mapped_column(default=0, server_default="0")
    approvals: Mapped[list[str]] = mapped_column(JSON, default=list)
    awaiting: Mapped[Approver | None] = mapped_column(choice(Approver))
    awaiting_since: Mapped[datetime | None] = mapped_column(Moment)
    times_reminded: Mapped[int] = mapped_column(default=0, server_default="0")
    roster_locked_at: Mapped[datetime | None] = mapped_column(Moment)
    roster_open_until: Mapped[datetime | None] = mapped_column(Moment)

    contact_phone = Sealed()
    departure: Mapped[Departure] = relationship()
    school: Mapped[Organisation] = relationship()
    leader: Mapped[User] = relationship()
    history: Mapped[list[BookingEvent]] = relationship(back_populates="booking", order_by="BookingEvent.id")

    @property
    def log_subject(self) -> str:
        """How the audit log names it."""
        return LOG_SUBJECT + self.code

    @property
    def persons(self) -> int:
        return self.pupils + self.staff

    @property
    def party(self) -> Party:
        return Party(self.pupils, self.staff)

    @property
    def approvers(self) -> list[Approver]:
        return [Approver(name) for name in self.approvals]

    @property
    def roster_due_at(self) -> datetime:
        departure = self.departure
        return roster_end(departure.roster_due_at, departure.meets_at, self.submitted_at or self.created_at)

    @property
    def is_roster_complete(self) -> bool:
        return self.named >= self.persons

    @property
    def has_contact(self) -> bool:
        return bool(self.contact_name and self.contact_email and self.contact_phone_sealed)

    @property
    def next_step(self) -> FormStep:
        """Where its leader goes on while the seats are held."""
        if not self.has_contact:
            return FormStep.GROUP
        return FormStep.SEND if self.is_roster_complete else FormStep.ROSTER

    @property
    def leader_address(self) -> str:
        """Where letters to the leader go: to the contact of the group, once there is one."""
        return self.contact_email or self.leader.email

    def state_at(self, now: datetime) -> BookingState:
        """A hold that ran out is expired and an offer has lapsed, even before the seats are taken back."""
        if self.hold_ends_at is None or self.hold_ends_at > now:
            return self.state
        return {BookingState.HELD: BookingState.EXPIRED, BookingState.OFFERED: BookingState.LAPSED}.get(
            self.state, self.state
        )


class BookingEvent(db.Model):
    """One change of a booking: what happened (a slug of `rules.py`), when, by whom (nobody: the system)."""

    __tablename__ = "booking_events"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    what: Mapped[str] = mapped_column(String(40))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    booking: Mapped[Booking] = relationship(back_populates="history")
    by: Mapped[User | None] = relationship()


class Approval(db.Model):
    """One approver's answer about a booking, with its comment; it may be taken back until the next one decides."""

    __tablename__ = "approvals"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    approver: Mapped[Approver] = mapped_column(choice(Approver))
    is_yes: Mapped[bool]
    comment: Mapped[str] = mapped_column(String(500))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    taken_back_at: Mapped[datetime | None] = mapped_column(Moment)

    booking: Mapped[Booking] = relationship()
    by: Mapped[User] = relationship()


class Follower(db.Model):
    """An address to which a family wants word of a booking, in the language in which it was left."""

    __tablename__ = "followers"
    __table_args__ = (UniqueConstraint("booking_id", "address_hash"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    address_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    address_hash: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime] = mapped_column(Moment)

    address = Sealed()


class Message(db.Model):
    """What a host writes to the leaders of all groups of a departure; nobody else gets it once it was stopped."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    subject: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(String(5000))
    at: Mapped[datetime] = mapped_column(Moment)
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)

    departure: Mapped[Departure] = relationship()
    by: Mapped[User] = relationship()


class ChangeKind(StrEnum):
    PARTY = "party"
    MOVE = "move"
    CANCEL = "cancel"
    ROSTER = "roster"


class ChangeRequest(db.Model):
    """What a school asks of the host after the package's deadline; ``facts`` hold counts and ids.

    A booking has one open request at a time.
    """

    __tablename__ = "change_requests"
    __table_args__ = (
        Index(
            "ix_change_requests_open",
            "booking_id",
            unique=True,
            postgresql_where=text("decided_at IS NULL"),
            sqlite_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    kind: Mapped[ChangeKind] = mapped_column(choice(ChangeKind))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reason: Mapped[str] = mapped_column(String(500))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_granted: Mapped[bool | None]
    comment: Mapped[str | None] = mapped_column(String(500))

    booking: Mapped[Booking] = relationship()
    asked_by: Mapped[User] = relationship(foreign_keys=[asked_by_id])
