"""What was deleted when, accounts that are to be erased, and breaches with what was done about them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.departures.models import Departure
from exchange_app.retention.rules import Audience, Kept, Measure, Scope


class Erasure(db.Model):
    """Something of one group was deleted because its time was over; ``count`` says how many persons or rows."""

    __tablename__ = "erasures"

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True)
    kept: Mapped[Kept] = mapped_column(choice(Kept), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    count: Mapped[int]


class RetentionReport(db.Model):
    """How much of a kind went on a day; ``ran_at`` is when the job was last at it that day."""

    __tablename__ = "retention_reports"

    day: Mapped[date] = mapped_column(primary_key=True)
    kept: Mapped[Kept] = mapped_column(choice(Kept), primary_key=True)
    count: Mapped[int]
    ran_at: Mapped[datetime] = mapped_column(Moment)


class AccountDeletion(db.Model):
    """Somebody wants everything about their account deleted, or an administrator did it. One is open at a time."""

    __tablename__ = "account_deletions"
    __table_args__ = (
        Index(
            "ix_account_deletions_open",
            "user_id",
            unique=True,
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class Breach(db.Model):
    """Personal data got, or may have got, into wrong hands between ``began_at`` and ``ended_at``.

    ``scope`` says what is concerned; the account, departure or group stands beside it.
    """

    __tablename__ = "breaches"
    __table_args__ = (
        CheckConstraint("began_at <= ended_at", name="times"),
        CheckConstraint("(scope = 'account') = (user_id IS NOT NULL)", name="account"),
        CheckConstraint("(scope = 'departure') = (departure_id IS NOT NULL)", name="departure"),
        CheckConstraint("(scope = 'group') = (booking_id IS NOT NULL)", name="group"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    form_token: Mapped[str] = mapped_column(String(64), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reported_at: Mapped[datetime] = mapped_column(Moment)
    noticed_at: Mapped[datetime] = mapped_column(Moment)
    began_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime] = mapped_column(Moment)
    scope: Mapped[Scope] = mapped_column(choice(Scope))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    departure_id: Mapped[int | None] = mapped_column(ForeignKey("departures.id"))
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    words = Sealed()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    departure: Mapped[Departure | None] = relationship()
    booking: Mapped[Booking | None] = relationship()
    taken: Mapped[list[BreachMeasure]] = relationship(order_by="BreachMeasure.at", cascade="all, delete-orphan")
    texts: Mapped[list[BreachText]] = relationship(order_by="BreachText.id", cascade="all, delete-orphan")

    def at_of(self, measure: Measure) -> datetime | None:
        """When the measure was taken."""
        return next((one.at for one in self.taken if one.measure is measure), None)


class BreachMeasure(db.Model):
    """Something was done about a breach."""

    __tablename__ = "breach_measures"

    breach_id: Mapped[int] = mapped_column(ForeignKey("breaches.id", ondelete="CASCADE"), primary_key=True)
    measure: Mapped[Measure] = mapped_column(choice(Measure), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    by: Mapped[User] = relationship()


class BreachText(db.Model):
    """A letter about a breach, drafted and then written on by a person, in one language."""

    __tablename__ = "breach_texts"
    __table_args__ = (UniqueConstraint("breach_id", "audience", "language"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    breach_id: Mapped[int] = mapped_column(ForeignKey("breaches.id", ondelete="CASCADE"))
    audience: Mapped[Audience] = mapped_column(choice(Audience))
    language: Mapped[str] = mapped_column(String(10))
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    words = Sealed()
