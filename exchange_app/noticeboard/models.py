"""Notices with what is attached to them, who has read them, and who wants the digest."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility
from exchange_app.partners.models import City, Department, Organisation


class Notice(db.Model):
    """What an office tells others. ``document_number`` is that of an official paper.

    It is valid from a day to another, both included, or without an end. ``search_title`` and ``search_words`` are what
    readers search in, as `catalogue.search.fold` writes it.
    """

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint("(visibility = 'department') = (department_id IS NOT NULL)", name="department"),
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        CheckConstraint("(publication = 'draft') = (published_at IS NULL)", name="published_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    category: Mapped[Category] = mapped_column(choice(Category))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    body: Mapped[Translated] = mapped_column(TranslatedText)
    document_number: Mapped[str] = mapped_column(String(60))
    visibility: Mapped[Visibility] = mapped_column(choice(Visibility))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    publication: Mapped[Publication] = mapped_column(choice(Publication), default=Publication.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    search_title: Mapped[str] = mapped_column(Text)
    search_words: Mapped[str] = mapped_column(Text)

    office: Mapped[Organisation] = relationship()
    city: Mapped[City] = relationship()
    department: Mapped[Department | None] = relationship()
    files: Mapped[list[NoticeFile]] = relationship(order_by="NoticeFile.id", cascade="all, delete-orphan")

    @property
    def is_published(self) -> bool:
        return self.publication is Publication.PUBLISHED


class NoticeFile(db.Model):
    """Something to download with a notice; ``content`` is read only when somebody does."""

    __tablename__ = "notice_files"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("notices.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)


class NoticeReading(db.Model):
    """Somebody has read a notice, and when first."""

    __tablename__ = "notice_readings"

    notice_id: Mapped[int] = mapped_column(RowId, ForeignKey("notices.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id"), primary_key=True, index=True)
    at: Mapped[datetime] = mapped_column(Moment)

    user: Mapped[User] = relationship()


class DigestReader(db.Model):
    """Somebody who wants to be told once a week what is new."""

    __tablename__ = "digest_readers"

    user_id: Mapped[int] = mapped_column(RowId, ForeignKey("users.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(Moment)

    user: Mapped[User] = relationship()
