"""Which papers a city wants and until when, and what a leader has ticked."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.papers.rules import Counted, Due, Paper


class PaperRule(db.Model):
    """What a city says about a paper of its schools; where it says nothing, `rules.DEFAULTS` holds."""

    __tablename__ = "paper_rules"
    __table_args__ = (CheckConstraint("0 <= days AND days <= 365", name="days"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    paper: Mapped[Paper] = mapped_column(choice(Paper), primary_key=True)
    counted: Mapped[Counted] = mapped_column(choice(Counted))
    days: Mapped[int]
    is_wanted: Mapped[bool]

    @property
    def due(self) -> Due:
        return Due(self.counted, self.days, self.is_wanted)


class PaperTick(db.Model):
    """A leader says that a paper of a group was done, and when."""

    __tablename__ = "paper_ticks"

    booking_id: Mapped[int] = mapped_column(RowId, ForeignKey("bookings.id", ondelete="CASCADE"), primary_key=True)
    paper: Mapped[Paper] = mapped_column(choice(Paper), primary_key=True)
    done_on: Mapped[date]
    note: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)

    by: Mapped[User] = relationship()
