"""Participants, rows of a roster that still have to be mended, who looked at what in full, and who took what along as a
file. Everything personal is sealed."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.rosters.rules import ExportForm, Role, Sheet
from exchange_app.rosters.rules.showing import MOST_DOWNLOADS


class Participant(db.Model):
    """One person of a group. ``identity_hash`` is keyed: it finds the same name and class again without opening any.

    ``document_hash`` finds the same document twice; ``phone_tail_hash`` lets a guardian prove who they are with the
    last four digits of their phone. ``uid`` is the person's own name for what is kept about them elsewhere: whoever
    takes their seat has another. ``is_health_note_refused`` says that the guardian wants none kept; `consents` keeps
    it.
    """

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("booking_id", "identity_hash"),
        Index("ix_participants_document_hash", "document_hash"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    position: Mapped[int]
    role: Mapped[Role] = mapped_column(choice(Role))
    identity_hash: Mapped[str] = mapped_column(String(64))
    document_hash: Mapped[str | None] = mapped_column(String(64))
    phone_tail_hash: Mapped[str | None] = mapped_column(String(64))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    class_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    guardian_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    guardian_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    second_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    birth_date_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sex_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    document_type_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    document_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    health_note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    meal_need_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_health_note_refused: Mapped[bool] = mapped_column(default=False)

    name = Sealed()
    class_name = Sealed()
    guardian_name = Sealed()
    guardian_phone = Sealed()
    second_phone = Sealed()
    birth_date = Sealed()
    sex = Sealed()
    document_type = Sealed()
    document_number = Sealed()
    health_note = Sealed()
    meal_need = Sealed()


class UnmendedRow(db.Model):
    """A row of an imported roster that could not be taken, as it was written, until somebody mends or drops it."""

    __tablename__ = "unmended_rows"
    __table_args__ = (UniqueConstraint("booking_id", "row_number"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id", ondelete="CASCADE"))
    row_number: Mapped[int]
    values_json_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    read_at: Mapped[datetime] = mapped_column(Moment)

    values_json = Sealed()

    @cached_property
    def content(self) -> dict[str, Any]:
        """``{"values": {field: as written}, "problems": [{"field": …, "words": {language: sentence}}]}``"""
        return json.loads(self.values_json)


class Disclosure(db.Model):
    """Somebody looked at personal data of a group in full, and what for. Kept as proof; nothing changes it.

    ``person_uid`` is whose it was, where it was one person's; they may have left the roster since.
    """

    __tablename__ = "disclosures"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    person_uid: Mapped[str | None] = mapped_column(String(32))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    sheet: Mapped[Sheet] = mapped_column(choice(Sheet))
    purpose_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    purpose = Sealed()
    by: Mapped[User] = relationship()


class Export(db.Model):
    """Leave to fetch a roster, or the list of a departure's groups, as a file: for one person, a few times, not for
    long. No file is kept. ``token_hash`` is keyed; the token itself is known to whoever made the export alone.
    """

    __tablename__ = "exports"
    __table_args__ = (CheckConstraint("(booking_id IS NULL) <> (departure_id IS NULL)", name="of_what"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    departure_id: Mapped[int | None] = mapped_column(ForeignKey("departures.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    columns: Mapped[list[str]] = mapped_column(JSON)
    form: Mapped[ExportForm] = mapped_column(choice(ExportForm))
    language: Mapped[str] = mapped_column(String(10))
    downloads: Mapped[int] = mapped_column(default=0)
    purpose_sealed: Mapped[bytes] = mapped_column(LargeBinary)

    purpose = Sealed()
    by: Mapped[User] = relationship()

    def is_open_at(self, now: datetime) -> bool:
        return now < self.ends_at and self.downloads < MOST_DOWNLOADS


class FieldsSeen(db.Model):
    """Which optional fields a package asked for when its rosters were last looked through (`unasked`)."""

    __tablename__ = "fields_seen"

    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"), primary_key=True)
    fields: Mapped[list[str]] = mapped_column(JSON)
