"""Participants, and the rows of a roster that still have to be mended. Everything personal is sealed."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.rosters.rules import Role


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
