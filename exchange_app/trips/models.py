"""Places and who is in them."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange_app.core.database import RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.rosters.rules import Sex
from exchange_app.trips.rules import PlaceKind


class Place(db.Model):
    """A coach, a room or a team of one group. ``label`` is what its leader calls it: a room's number, a plate.

    ``sex`` is whom a room is for, if the leader says so.
    """

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("booking_id", "kind", "number"),
        CheckConstraint("capacity > 0", name="capacity"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    kind: Mapped[PlaceKind] = mapped_column(choice(PlaceKind))
    number: Mapped[int]
    capacity: Mapped[int]
    sex: Mapped[Sex | None] = mapped_column(choice(Sex))
    label_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    label = Sealed()


class Placing(db.Model):
    """A person is in a place: in one of each kind at most."""

    __tablename__ = "placings"

    participant_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[PlaceKind] = mapped_column(choice(PlaceKind), primary_key=True)
    place_id: Mapped[int] = mapped_column(ForeignKey("places.id", ondelete="CASCADE"), index=True)


class Wish(db.Model):
    """Two persons of a group wish to be together; a pair is written once."""

    __tablename__ = "wishes"
    __table_args__ = (
        UniqueConstraint("first_id", "second_id"),
        CheckConstraint("first_id < second_id", name="pair"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
