"""Departures, pools of seats, and who holds how many of them: groups, allotments, slots of a base."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.catalogue.models import MenuItem, Package
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.departures.rules import Cause, DepartureState, Window, registration_window
from exchange_app.partners.models import City, Organisation


class Pool(db.Model):
    """A counted capacity. Only `seats.py` changes it; ``taken`` always equals the sum of the pool's claims.

    ``is_open`` says whether seats may be claimed, ``short`` how many waiting groups lack seats of it (its rows in
    `shortages`): while any does, newcomers queue. Both stand beside the count so that one UPDATE can look at all.
    """

    __tablename__ = "pools"
    __table_args__ = (
        CheckConstraint("0 <= taken AND taken <= capacity", name="never_oversold"),
        CheckConstraint("short >= 0", name="short"),
        {"postgresql_with": {"fillfactor": "50"}},  # room to update a hot row in place
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    capacity: Mapped[int]
    taken: Mapped[int] = mapped_column(default=0)
    short: Mapped[int] = mapped_column(default=0)
    is_open: Mapped[bool] = mapped_column(default=False)

    @property
    def left(self) -> int:
        return self.capacity - self.taken


class Claim(db.Model):
    """Seats of one pool held by one booking, or set aside by one allotment; it goes when the seats are given back."""

    __tablename__ = "claims"
    __table_args__ = (
        UniqueConstraint("booking_id", "pool_id"),
        UniqueConstraint("allotment_id", "pool_id"),
        CheckConstraint("seats > 0 OR (seats = 0 AND allotment_id IS NOT NULL)", name="seats"),
        CheckConstraint("(booking_id IS NULL) <> (allotment_id IS NULL)", name="one_holder"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"))
    allotment_id: Mapped[int | None] = mapped_column(ForeignKey("allotments.id"))
    seats: Mapped[int]


class Shortage(db.Model):
    """A waiting group lacks seats of this pool; the row goes when it no longer waits for them."""

    __tablename__ = "shortages"

    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), primary_key=True, index=True)


class Slot(db.Model):
    """A menu item at a time. Every departure that stops there then shares its capacity."""

    __tablename__ = "slots"
    __table_args__ = (UniqueConstraint("menu_item_id", "starts_at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    menu_item_id: Mapped[int] = mapped_column(ForeignKey("menu_items.id"))
    starts_at: Mapped[datetime] = mapped_column(Moment)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), unique=True)

    menu_item: Mapped[MenuItem] = relationship()
    pool: Mapped[Pool] = relationship()


class DepartureSlot(db.Model):
    """A departure stops at a slot."""

    __tablename__ = "departure_slots"

    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id"), primary_key=True)
    slot_id: Mapped[int] = mapped_column(ForeignKey("slots.id"), primary_key=True, index=True)

    slot: Mapped[Slot] = relationship()


class Allotment(db.Model):
    """Seats of a departure set aside for one city or one school until ``release_at``; then what is left returns.

    Its pool counts what was drawn from it; what was not, it holds by claims of its own on the departure and its slots.
    """

    __tablename__ = "allotments"
    __table_args__ = (
        CheckConstraint("(city_id IS NULL) <> (school_id IS NULL)", name="one_holder"),
        Index(
            "ix_allotments_release_at",
            "release_at",
            postgresql_where=text("released_at IS NULL"),
            sqlite_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id"), index=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), unique=True)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"))
    school_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    release_at: Mapped[datetime] = mapped_column(Moment)
    released_at: Mapped[datetime | None] = mapped_column(Moment)

    departure: Mapped[Departure] = relationship()
    pool: Mapped[Pool] = relationship()
    city: Mapped[City | None] = relationship()
    school: Mapped[Organisation | None] = relationship()


class Departure(db.Model):
    """A package on a date.

    ``minimum`` is the group total below which it may be called off; ``persons_per_adult`` how many pupils one adult may
    accompany, with ``supervision_basis`` saying where the number comes from. Dates are the host city's.
    ``for_school_id`` is its package's, beside the dates so that lists need not look at packages.
    """

    __tablename__ = "departures"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("opens_at < closes_at", name="registration"),
        CheckConstraint("persons_per_adult > 0", name="supervision"),
        Index("ix_departures_starts_on", "starts_on", "id"),
        Index("ix_departures_state_starts_on", "state", "starts_on"),
        Index("ix_departures_state_roster_due_at", "state", "roster_due_at"),
        Index("ix_departures_package_id_starts_on", "package_id", "starts_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"))
    pool_id: Mapped[int] = mapped_column(ForeignKey("pools.id"), unique=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    meets_at: Mapped[datetime] = mapped_column(Moment)
    meeting_point: Mapped[Translated] = mapped_column(TranslatedText)
    opens_at: Mapped[datetime] = mapped_column(Moment)
    closes_at: Mapped[datetime] = mapped_column(Moment)
    roster_due_at: Mapped[datetime] = mapped_column(Moment)
    minimum: Mapped[int] = mapped_column(default=1)
    persons_per_adult: Mapped[int]
    supervision_basis: Mapped[Translated] = mapped_column(TranslatedText)
    state: Mapped[DepartureState] = mapped_column(choice(DepartureState), default=DepartureState.DRAFT)
    called_off_cause: Mapped[Cause | None] = mapped_column(choice(Cause))
    called_off_reason: Mapped[Translated | None] = mapped_column(TranslatedText)
    for_school_id: Mapped[int | None] = mapped_column(RowId, index=True)

    package: Mapped[Package] = relationship()
    pool: Mapped[Pool] = relationship()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.package.host_city.time_zone)

    def today(self, now: datetime) -> date:
        """The date in the host city."""
        return self.package.host_city.today(now)

    def window(self, now: datetime) -> Window:
        return registration_window(self.opens_at, self.closes_at, now)

    def takes_registrations(self, now: datetime) -> bool:
        return self.state is DepartureState.OPEN and self.window(now) is Window.OPEN
