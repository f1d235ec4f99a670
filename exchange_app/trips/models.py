"""Places and who is in them, roll calls, notes of hosts, incidents, answers afterwards."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.rosters.rules import Sex
from exchange_app.trips.rules import PlaceKind, Presence


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


class RollCall(db.Model):
    """A moment at which everybody is to be there: at the meeting point, before a stop, or whenever the leader says.

    ``key`` is what it was made from, so that nothing makes it twice.
    """

    __tablename__ = "roll_calls"
    __table_args__ = (UniqueConstraint("booking_id", "key"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(80))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    at: Mapped[datetime] = mapped_column(Moment)


class RollEntry(db.Model):
    """Somebody was marked as present or missing, or heads were counted. Entries are only added, never changed.

    ``client_id`` is the phone's own name for it, so that one that is sent twice counts once. ``at`` is what the phone's
    clock said, ``made_at`` when it was made as far as can be told (`rules.made_at`): by that entries are merged.
    """

    __tablename__ = "roll_entries"
    __table_args__ = (
        UniqueConstraint("call_id", "client_id"),
        CheckConstraint("(participant_id IS NULL) = (state IS NULL)", name="of_whom"),
        CheckConstraint("(state IS NULL) <> (head_count IS NULL)", name="one_thing"),
        CheckConstraint("head_count >= 0", name="head_count"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    call_id: Mapped[int] = mapped_column(ForeignKey("roll_calls.id", ondelete="CASCADE"))
    client_id: Mapped[str] = mapped_column(String(100))
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participants.id", ondelete="CASCADE"), index=True)
    state: Mapped[Presence | None] = mapped_column(choice(Presence))
    head_count: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Moment)
    made_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class HostNotes(db.Model):
    """What the host of a departure notes for the day: whom to call in an emergency, and why its sheet needs names.

    Where ``names_reason`` is empty, the host sees counts alone.
    """

    __tablename__ = "host_notes"

    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id", ondelete="CASCADE"), primary_key=True)
    emergency: Mapped[Translated] = mapped_column(TranslatedText)
    names_reason: Mapped[Translated] = mapped_column(TranslatedText)


class Incident(db.Model):
    """Something happened to a group. ``concerned`` counts persons; ``names``, one a line, are for the school alone."""

    __tablename__ = "incidents"
    __table_args__ = (
        UniqueConstraint("booking_id", "form_token"),
        CheckConstraint("concerned >= 0", name="concerned"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    form_token: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    happened_at: Mapped[datetime] = mapped_column(Moment)
    written_at: Mapped[datetime] = mapped_column(Moment)
    concerned: Mapped[int]
    place_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    words_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    names_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    place = Sealed()
    words = Sealed()
    names = Sealed()
    booking: Mapped[Booking] = relationship()
    by: Mapped[User] = relationship()


class Reply(db.Model):
    """What somebody of a group answers after the trip: a mark from 1 to 5 by question. Nobody knows who it was."""

    __tablename__ = "replies"
    __table_args__ = (UniqueConstraint("booking_id", "form_token"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    form_token: Mapped[str] = mapped_column(String(64))
    on: Mapped[date]
    marks: Mapped[dict[str, int]] = mapped_column(JSON)
