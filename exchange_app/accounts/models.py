"""Users, their sign-ins, what else proves who they are, and the links that were sent to them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.rules import Purpose
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.roles import Role
from exchange_app.core.sealing import Sealed, keys, new_uid
from exchange_app.outbox.models import Channel
from exchange_app.partners.models import Organisation

NEVER = datetime.min.replace(tzinfo=UTC)
NO_PASSWORD = ""  # the hash of somebody who has not chosen one yet
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
    last_signed_in_at: Mapped[datetime | None] = mapped_column(Moment)
    wants_summary: Mapped[bool] = mapped_column(default=True, server_default=true())

    phone = Sealed()
    robot = Sealed()
    organisation: Mapped[Organisation] = relationship()

    # As of the moment they were found by their sign-in.
    has_unread_letters = False
    has_second_factor = False
    seen_at = NEVER
    proven_at = NEVER

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
    def has_password(self) -> bool:
        return self.password_hash != NO_PASSWORD

    @property
    def is_invited(self) -> bool:
        """Whether the owner has still to choose the first password."""
        return not self.has_password and self.first_signed_in_at is None

    @property
    def is_erased(self) -> bool:
        """Nothing is left of whoever it belonged to."""
        return self.email.endswith(NOBODYS_HOST)

    def get_id(self) -> str:
        return str(self.id)


class SignIn(db.Model):
    """One sign-in on one device, known by the hash of its token; it ends by itself or is ended.

    ``seen_at`` is when it was last used, give or take a few minutes; ``proven_at`` when somebody last proved there who
    they are; ``browser`` is roughly which browser it is, in words that are the same in every language.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    started_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    proven_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    browser: Mapped[str] = mapped_column(String(40), default="")

    user: Mapped[User] = relationship()


class SecondStep(db.Model):
    """Somebody knew the password and has to prove more; nobody is signed in yet. Known by the hash of its token."""

    __tablename__ = "second_steps"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    tries: Mapped[int] = mapped_column(default=0)

    user: Mapped[User] = relationship()


class Authenticator(db.Model):
    """An app that shows one-time codes. ``proven_at`` is when a first code of it was right; before that it counts for
    nothing. ``last_step`` is the time step of the last code that was used, so that none is used twice."""

    __tablename__ = "authenticators"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), unique=True)
    secret_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    proven_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)

    secret = Sealed()


class Passkey(db.Model):
    """A key pair on somebody's device, of which we have the public half; ``name`` is what its owner calls it."""

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1023), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(50))
    added_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)

    user: Mapped[User] = relationship()


class SpentChallenge(db.Model):
    """A challenge that a passkey answered, right or wrong; kept while the session that asked it could ask it again."""

    __tablename__ = "spent_challenges"

    challenge_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class RecoveryCode(db.Model):
    """A code for whoever lost everything else, known by a keyed hash."""

    __tablename__ = "recovery_codes"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


class AccountLink(db.Model):
    """A link that was given to the owner of an account, once for each purpose; a new one takes the place of the old,
    and one that was used is gone. ``email`` is the new address that it proves, if it does that.

    The token is a keyed hash of ``uid``: a letter that leaves later can name it, and no table holds it.
    """

    __tablename__ = "account_links"
    __table_args__ = (UniqueConstraint("user_id", "purpose"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    made_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
    email: Mapped[str | None] = mapped_column(String(254))

    user: Mapped[User] = relationship()

    @property
    def token(self) -> str:
        return token_of(self.uid)


def token_of(uid: str) -> str:
    """256 bits that nobody can tell who has the database alone."""
    return keys().fingerprint(uid, "account_links.token")
