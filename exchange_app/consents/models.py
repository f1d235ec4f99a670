"""The texts that guardians read, the links by which they answer, and their answers. All three are proof: they do not go
with the roster."""

from __future__ import annotations

import json
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.consents.rules import NECESSARY, PHOTOS, ConsentState
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid


class ConsentMethod(StrEnum):
    LINK = "link"
    PAPER = "paper"


class ConsentNotice(db.Model):
    """A text as guardians of one group read it, in both languages, word for word; another word is another row.

    ``essence`` is what an answer to it is about (`rules.essence`). ``documents_days``, ``rosters_days`` and
    ``answers_days`` are the periods that it promises; `retention` keeps nothing longer, whatever is set later.
    """

    __tablename__ = "consent_notices"
    __table_args__ = (UniqueConstraint("booking_id", "text_hash"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    text_hash: Mapped[str] = mapped_column(String(64))
    essence: Mapped[str] = mapped_column(String(64))
    words_json_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    written_at: Mapped[datetime] = mapped_column(Moment)
    documents_days: Mapped[int] = mapped_column(server_default="30")
    rosters_days: Mapped[int] = mapped_column(server_default="365")
    answers_days: Mapped[int] = mapped_column(server_default="1096")

    words_json = Sealed()

    @cached_property
    def words(self) -> Any:
        """As `wording.Wording.words` made them."""
        return json.loads(self.words_json)


class ConsentLink(db.Model):
    """A link for one child's guardian, known by its token's hash. ``person_uid`` is the participant's ``uid``."""

    __tablename__ = "consent_links"
    __table_args__ = (Index("ix_consent_links_booking_id_person_uid", "booking_id", "person_uid"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    person_uid: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(Moment)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    ends_at: Mapped[datetime] = mapped_column(Moment)
    replaced_at: Mapped[datetime | None] = mapped_column(Moment)


class ConsentAnswer(db.Model):
    """One answer about one child; none is changed or deleted, the last one counts.

    ``choices`` says yes or no to each point of its notice. It was given by the link, or on paper on ``signed_on`` and
    recorded by somebody of the school. ``withdrawal_recorded_by`` is None where the guardian withdrew by the link.
    """

    __tablename__ = "consent_answers"
    __table_args__ = (
        CheckConstraint("(link_id IS NULL) <> (recorded_by_id IS NULL)", name="one_way"),
        Index("ix_consent_answers_booking_id_person_uid", "booking_id", "person_uid"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"))
    person_uid: Mapped[str] = mapped_column(String(32))
    notice_id: Mapped[int] = mapped_column(ForeignKey("consent_notices.id"))
    essence: Mapped[str] = mapped_column(String(64))
    choices: Mapped[dict[str, bool]] = mapped_column(JSON)
    method: Mapped[ConsentMethod] = mapped_column(choice(ConsentMethod))
    child_name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    given_by_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signed_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(Moment)
    link_id: Mapped[int | None] = mapped_column(ForeignKey("consent_links.id"))
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(Moment)
    withdrawal_recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    child_name = Sealed()
    given_by = Sealed()
    notice: Mapped[ConsentNotice] = relationship()
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])
    withdrawal_recorded_by: Mapped[User | None] = relationship(foreign_keys=[withdrawal_recorded_by_id])

    @property
    def state(self) -> ConsentState:
        if self.withdrawn_at is not None:
            return ConsentState.WITHDRAWN
        agreed = all(self.choices.get(point) for point in NECESSARY)
        return ConsentState.AGREED if agreed else ConsentState.REFUSED

    @property
    def allows_photos(self) -> bool:
        return self.allows(PHOTOS)

    def allows(self, point: str) -> bool:
        return self.state is ConsentState.AGREED and self.choices.get(point, False)


class DeletionRequest(db.Model):
    """A guardian wants everything about a child deleted. One about a child is open at a time.

    It was asked by the link, or told to somebody of the school, who wrote it down (``asked_by_id``). ``done_by_id`` is
    None where nobody had to decide any more.
    """

    __tablename__ = "deletion_requests"
    __table_args__ = (
        Index(
            "ix_deletion_requests_open",
            "person_uid",
            unique=True,
            postgresql_where=text("done_at IS NULL"),
            sqlite_where=text("done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    booking_id: Mapped[int] = mapped_column(ForeignKey("bookings.id"), index=True)
    person_uid: Mapped[str] = mapped_column(String(32), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    done_at: Mapped[datetime | None] = mapped_column(Moment)
    done_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
