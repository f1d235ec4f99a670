"""Users and their sign-ins."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.roles import Role
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.outbox.models import Channel
from exchange_app.partners.models import Organisation

NOBODYS_HOST = "@erased.invalid"


class User(db.Model):
    """Somebody who signs in, for an organisation.

    ``email`` is lower case; ``closed_at`` ends the account. ``first_signed_in_at`` is when they first signed in, as far
    as is known; ``wants_summary`` whether an organiser gets a summary each morning. ``channels`` are the ways by which
    letters are to be tried, in this order; ``robot`` is the web address of a group robot that shows them.
    """

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role] = mapped_column(choice(Role))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(50))
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(String(10), default="zh_Hans")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    channels: Mapped[list[str]] = mapped_column(JSON, default=lambda: ["mail"], server_default='["mail"]')
    robot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    first_signed_in_at: Mapped[datetime | None] = mapped_column(Moment)
    wants_summary: Mapped[bool] = mapped_column(default=True, server_default=true())

    phone = Sealed()
    robot = Sealed()
    organisation: Mapped[Organisation] = relationship()

    has_unread_letters = False  # as of the moment they were found by their sign-in

    # What Flask-Login asks of a user; nobody who is not one is ever loaded.
    is_authenticated = True
    is_anonymous = False

    @property
    def chosen_channels(self) -> list[Channel]:
        return [Channel(name) for name in self.channels]

    @property
    def is_active(self) -> bool:
        return self.closed_at is None

    @property
    def is_erased(self) -> bool:
        """Nothing is left of whoever it belonged to."""
        return self.email.endswith(NOBODYS_HOST)

    def get_id(self) -> str:
        return str(self.id)


class SignIn(db.Model):
    """One sign-in on one device, known by the hash of its token; it ends by itself or is ended."""

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)

    user: Mapped[User] = relationship()
