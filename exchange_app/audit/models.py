"""Entries, each linked to the one before it, and where the log begins and ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.audit.rules import What, content_of
from exchange_app.core.database import Moment, RowId, db
from exchange_app.core.sealing import keys


class AuditEntry(db.Model):
    """Somebody did something. Entries are only added, never changed.

    ``user_id`` is the account that it was done to, if it was one; ``subject`` names anything else, such as
    `booking:ABCD2345`. ``facts`` holds ids, numbers and slugs, never personal data. ``link`` is a keyed hash of the
    entry and of the link before it: whoever has the database alone can make none.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_what_number", "what", "number"),
        Index("ix_audit_entries_at", "at"),
    )

    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    what: Mapped[str] = mapped_column(String(40))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    subject: Mapped[str | None] = mapped_column(String(60), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    link: Mapped[str] = mapped_column(String(64))

    # Accounts stand above the log and write to it; here they are known by name only.
    by: Mapped[Any] = relationship("User", foreign_keys=[by_id], viewonly=True)
    user: Mapped[Any] = relationship("User", foreign_keys=[user_id], viewonly=True)

    def link_after(self, previous: str) -> str:
        """What ``link`` has to be if the entry before it has the link ``previous``."""
        content = content_of(
            self.number,
            self.at,
            What(self.what),
            by_id=self.by_id,
            user_id=self.user_id,
            subject=self.subject,
            facts=self.facts,
        )
        return keys().fingerprint(f"{previous}\n{content}", "audit_entries.link")


class AuditEnds(db.Model):
    """The one row that says where the log begins and ends: ``first`` and ``last`` are numbers of entries,
    ``link_before`` is the link of the entry before the first that is kept, ``link`` that of the last. ``seal`` is a
    keyed hash of them all, so that a log that was cut short at its end does not look whole."""

    __tablename__ = "audit_ends"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    first: Mapped[int] = mapped_column(RowId, default=1)
    last: Mapped[int] = mapped_column(RowId, default=0)
    link_before: Mapped[str] = mapped_column(String(64), default="")
    link: Mapped[str] = mapped_column(String(64), default="")
    seal: Mapped[str] = mapped_column(String(64), default="")

    @property
    def right_seal(self) -> str:
        ends = f"{self.first}\n{self.link_before}\n{self.last}\n{self.link}"
        return keys().fingerprint(ends, "audit_ends.seal")
