"""Wishes of schools, and their inquiries with every version that either side wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import MenuItem, Package
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.partners.models import City, Organisation
from exchange_app.tailored.rules import TURN_OF, InquiryState, Side, Step, Terms, read_terms


class WishedItem(db.Model):
    """An activity on a school's wish list."""

    __tablename__ = "wished_items"

    school_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    menu_item_id: Mapped[int] = mapped_column(
        ForeignKey("menu_items.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    item: Mapped[MenuItem] = relationship()


class Inquiry(db.Model):
    """A school asks the organisers of one city for a trip of its own.

    ``version`` is the number of the latest version that was sent, 0 before the first. Each organiser of the city sees
    it until one takes it on: ``organiser``. ``last_word_at`` is when somebody last said something to the other side,
    ``times_reminded`` how often the other side was reminded of that.
    """

    __tablename__ = "inquiries"
    __table_args__ = (
        UniqueConstraint("leader_id", "form_token"),
        CheckConstraint("(state = 'agreed') = (booking_id IS NOT NULL)", name="agreed"),
        Index("ix_inquiries_city_id_state", "city_id", "state"),
        Index(
            "ix_inquiries_last_word_at",
            "last_word_at",
            postgresql_where=text("state IN ('with_host', 'with_school')"),
            sqlite_where=text("state IN ('with_host', 'with_school')"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    school_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    leader_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    organiser_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    form_token: Mapped[str] = mapped_column(String(64))
    state: Mapped[InquiryState] = mapped_column(choice(InquiryState), default=InquiryState.DRAFT)
    version: Mapped[int] = mapped_column(default=0)
    begun_at: Mapped[datetime] = mapped_column(Moment)
    last_word_at: Mapped[datetime] = mapped_column(Moment)
    times_reminded: Mapped[int] = mapped_column(default=0)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id"), unique=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), unique=True)

    school: Mapped[Organisation] = relationship(foreign_keys=[school_id])
    city: Mapped[City] = relationship()
    leader: Mapped[User] = relationship()
    organiser: Mapped[Organisation | None] = relationship(foreign_keys=[organiser_id])
    package: Mapped[Package | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
    versions: Mapped[list[Version]] = relationship(back_populates="inquiry", order_by="Version.number")

    @property
    def turn(self) -> Side | None:
        return TURN_OF.get(self.state)

    @property
    def sent(self) -> list[Version]:
        """The versions that were handed over, in their order."""
        return sorted((one for one in self.versions if one.number is not None), key=lambda one: one.number or 0)

    @property
    def current(self) -> Version | None:
        """The latest version that was handed over."""
        return self.sent[-1] if self.version else None

    def latest_of(self, side: Side) -> Version | None:
        return next((one for one in reversed(self.sent) if one.side is side), None)

    def draft_of(self, side: Side) -> Version | None:
        return next((one for one in self.versions if one.number is None and one.side is side), None)

    @property
    def title(self) -> str:
        known = self.current or self.draft_of(Side.SCHOOL)
        return known.terms.title if known else ""


class Version(db.Model):
    """What one side wrote down; without a ``number`` it is a draft that the other side does not see. Sent, it never
    changes."""

    __tablename__ = "inquiry_versions"
    __table_args__ = (
        UniqueConstraint("inquiry_id", "number"),
        CheckConstraint("(number IS NULL) = (sent_at IS NULL)", name="sent"),
        Index(
            "ix_inquiry_versions_draft",
            "inquiry_id",
            "side",
            unique=True,
            postgresql_where=text("number IS NULL"),
            sqlite_where=text("number IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id", ondelete="CASCADE"))
    number: Mapped[int | None]
    side: Mapped[Side] = mapped_column(choice(Side))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    words: Mapped[str] = mapped_column(String(2000), default="")

    inquiry: Mapped[Inquiry] = relationship(back_populates="versions")
    by: Mapped[User] = relationship()

    @property
    def terms(self) -> Terms:
        return read_terms(self.content)


class InquiryEvent(db.Model):
    """One step of an inquiry, with the words that went with it."""

    __tablename__ = "inquiry_events"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    inquiry_id: Mapped[int] = mapped_column(ForeignKey("inquiries.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    side: Mapped[Side | None] = mapped_column(choice(Side))
    step: Mapped[Step] = mapped_column(choice(Step))
    version: Mapped[int]
    words: Mapped[str] = mapped_column(String(2000), default="")

    by: Mapped[User | None] = relationship()
