"""Bookings and their history."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation


class Booking(db.Model):
    """One group's claim on a departure.

    ``form_token`` names the form it came from, so that a form sent twice makes one booking. ``hold_ends_at`` is set
    while the state is held. ``named`` counts the persons its roster names so far; `rosters` keeps it.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        UniqueConstraint("leader_id", "form_token"),
        CheckConstraint("pupils >= 0 AND staff >= 0 AND pupils + staff > 0", name="persons"),
        Index("ix_bookings_departure_id_state", "departure_id", "state"),
        Index(
            "ix_bookings_hold_ends_at",
            "hold_ends_at",
            postgresql_where=text("state = 'held'"),
            sqlite_where=text("state = 'held'"),
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

    contact_phone = Sealed()
    departure: Mapped[Departure] = relationship()
    school: Mapped[Organisation] = relationship()
    leader: Mapped[User] = relationship()
    history: Mapped[list[BookingEvent]] = relationship(back_populates="booking", order_by="BookingEvent.id")

    @property
    def persons(self) -> int:
        return self.pupils + self.staff

    @property
    def is_roster_complete(self) -> bool:
        return self.named >= self.persons

    @property
    def has_contact(self) -> bool:
        return bool(self.contact_name and self.contact_email and self.contact_phone_sealed)

    def state_at(self, now: datetime) -> BookingState:
        """A hold that ran out is expired, even before its seats are taken back."""
        ran_out = self.state is BookingState.HELD and self.hold_ends_at is not None and self.hold_ends_at <= now
        return BookingState.EXPIRED if ran_out else self.state


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
