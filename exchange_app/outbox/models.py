"""Letters, and the ways by which they leave the house."""

from __future__ import annotations

from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, keys, new_uid, sealed_context


class LetterState(StrEnum):
    """PENDING waits for its time; SENDING is leased by a worker; HANDING_OVER is being given to the mail server right
    now; SKIPPED was no longer true when its time came; DOUBTFUL may have been accepted or not, a person decides."""

    PENDING = "pending"
    SENDING = "sending"
    HANDING_OVER = "handing_over"
    SENT = "sent"
    SKIPPED = "skipped"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


class Channel(StrEnum):
    """By what a letter reaches its reader; PAGE is the reader's own page here."""

    MAIL = "mail"
    TEXT = "text"
    ROBOT = "robot"
    PAGE = "page"


class Urgency(IntEnum):
    """Which letters go first where many are due: the lower number."""

    AT_ONCE = 0
    PLANNED = 1
    DIGEST = 2


# The words of the partial indexes; a query that repeats them word for word is answered from the index on both engines.
HAS_ADDRESS = text("address_sealed IS NOT NULL")
ON_THE_WAY = text("state IN ('pending', 'sending', 'handing_over')")
SETTLED = text("state IN ('sent', 'skipped', 'failed', 'doubtful')")
IN_TROUBLE = text("state IN ('failed', 'doubtful')")
UNREAD = text("read_at IS NULL AND (channel = 'page' AND state = 'sent' OR state = 'failed')")


def seal_for(uid: str, column: str, text: str) -> bytes:
    """What the letter of this ``uid`` keeps in a sealed column, for statements that are written without an object."""
    return keys().seal(text, sealed_context(Letter.__tablename__, column, uid))


def address_hash_of(address: str) -> str:
    """A keyed hash that is equal for equal addresses, to find the letters to one without opening any."""
    return keys().fingerprint(address.lower(), "letters.address")


class Letter(db.Model):
    """One message to one recipient.

    ``key`` is unique and says what the letter is (`booking:42:confirmed`), so that no cause can write it twice.
    ``subject_id`` is the row that the kind speaks about; ``facts`` holds ids, numbers and reasons, never personal data.
    The address and the message as it was sent are sealed; both are gone once the letter is old enough.
    ``address_hash`` is equal for equal addresses. ``later_ways`` are the ways that are still to be tried if ``channel``
    fails for good, as `ways.py` writes them down; ``given_up`` says which failed before, and why. ``reader_id`` is the
    user who finds the letter on their own page too, ``read_at`` when they opened it there.

    ``due_at`` is when the letter should go out. ``next_look_at`` is when a worker takes it in hand next: first that
    same moment, then the end of a worker's lease or the next try after a failure; once it is settled, when that was.
    ``attempts`` counts the leases and never goes back, so that a worker whose lease ran out can tell; ``failures``
    counts what went wrong since a person last looked at it.
    """

    __tablename__ = "letters"
    __table_args__ = (
        Index(
            "ix_letters_on_the_way",
            "channel",
            "urgency",
            "next_look_at",
            "id",
            postgresql_where=ON_THE_WAY,
            sqlite_where=ON_THE_WAY,
        ),
        Index(
            "ix_letters_before_others",
            "address_hash",
            "due_at",
            "id",
            postgresql_where=ON_THE_WAY,
            sqlite_where=ON_THE_WAY,
        ),
        Index("ix_letters_in_trouble", "id", postgresql_where=IN_TROUBLE, sqlite_where=IN_TROUBLE),
        Index("ix_letters_settled", "state", "next_look_at", postgresql_where=SETTLED, sqlite_where=SETTLED),
        Index("ix_letters_kind_subject_id", "kind", "subject_id"),
        Index("ix_letters_address_hash_sent_at", "address_hash", "sent_at"),
        Index("ix_letters_reader_id", "reader_id", "id"),
        Index("ix_letters_unread", "reader_id", postgresql_where=UNREAD, sqlite_where=UNREAD),
        Index("ix_letters_written_at", "written_at", postgresql_where=HAS_ADDRESS, sqlite_where=HAS_ADDRESS),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    kind: Mapped[str] = mapped_column(String(60))
    subject_id: Mapped[int] = mapped_column(RowId)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    language: Mapped[str] = mapped_column(String(10))
    channel: Mapped[Channel] = mapped_column(choice(Channel), default=Channel.MAIL, server_default=Channel.MAIL)
    urgency: Mapped[int] = mapped_column(SmallInteger, default=Urgency.AT_ONCE, server_default="0")
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    address_hash: Mapped[str | None] = mapped_column(String(64))
    later_ways_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    reader_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    state: Mapped[LetterState] = mapped_column(choice(LetterState), default=LetterState.PENDING)
    written_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    next_look_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)
    last_problem: Mapped[str | None] = mapped_column(String(200))
    given_up: Mapped[str | None] = mapped_column(String(200))
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    message_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    address = Sealed()
    later_ways = Sealed()
    message = Sealed()

    @property
    def is_unread(self) -> bool:
        """The reader has it on their own page and nowhere else, and did not open it; the same as UNREAD."""
        is_only_here = self.channel is Channel.PAGE and self.state is LetterState.SENT
        return self.read_at is None and (is_only_here or self.state is LetterState.FAILED)


class Outlet(db.Model):
    """One channel's way out of the house, whoever carries it.

    ``free_at`` is when the channel's limit lets the next letter go if they left evenly. An outlet whose carrier is away
    (``problem`` says why) rests until ``rests_until``; ``away_since`` is when that began. ``paused_at`` is when a
    person decided that nothing leaves until a person decides otherwise.
    """

    __tablename__ = "outlets"

    channel: Mapped[Channel] = mapped_column(choice(Channel), primary_key=True)
    free_at: Mapped[datetime] = mapped_column(Moment)
    rests_until: Mapped[datetime | None] = mapped_column(Moment)
    away_since: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str | None] = mapped_column(String(200))
    paused_at: Mapped[datetime | None] = mapped_column(Moment)
