"""Guides, what the directory says of offices, requests for help, and counts without persons."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, SmallInteger, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, keys, new_uid
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.helpdesk.rules import LOG_SUBJECT, OPEN, Band, Outcome, RequestState, Saying, Topic, pin_of
from exchange_app.partners.models import City, County, Department, Organisation

IS_OPEN = text("state IN ('waiting', 'answered')")


class TopicCare(db.Model):
    """Which department answers a topic, and how fast; where nothing is said, `rules.DEFAULTS` holds."""

    __tablename__ = "help_topics"
    __table_args__ = (CheckConstraint("1 <= answer_days AND answer_days <= 20", name="answer_days"),)

    topic: Mapped[Topic] = mapped_column(choice(Topic), primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("departments.id"))
    answer_days: Mapped[int] = mapped_column(SmallInteger)

    department: Mapped[Department] = relationship()


class Guide(db.Model):
    """How something is done in a city, in plain words. ``links`` are web addresses; ``office`` is who knows more and
    keeps the guide. It is shown until the end of ``valid_until``, if it has one."""

    __tablename__ = "help_guides"
    __table_args__ = (Index("ix_help_guides_city_id_topic", "city_id", "topic"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    body: Mapped[Translated] = mapped_column(TranslatedText)
    links: Mapped[list[str]] = mapped_column(JSON)
    publication: Mapped[Publication] = mapped_column(choice(Publication))
    valid_until: Mapped[date | None]
    changed_at: Mapped[datetime] = mapped_column(Moment)

    city: Mapped[City] = relationship()
    office: Mapped[Organisation] = relationship()


class OfficeEntry(db.Model):
    """What the directory says of an office beside its name and phone."""

    __tablename__ = "help_offices"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    address: Mapped[Translated] = mapped_column(TranslatedText)
    hours: Mapped[Translated] = mapped_column(TranslatedText)


class HelpRequest(db.Model):
    """Somebody asks for help, known by a code and a PIN. Of the person there is nothing but one way to reach them and
    what they wrote, both sealed.

    ``city`` and ``county`` are where help is wanted, ``office`` is whose turn it is to answer. ``home_city`` and
    ``home_office`` are there only where the person wants the counterpart at home to read along. ``due_at`` is until
    when an answer was promised, ``look_at`` when the clock does something if there is none. ``last_word_at`` is when
    anybody last said something.

    The PIN is a keyed hash of ``uid``, so no table holds it; so is the name of the form that was sent, by which the
    same form sent twice is known.
    """

    __tablename__ = "help_requests"
    __table_args__ = (
        CheckConstraint("(home_city_id IS NOT NULL) OR (home_office_id IS NULL)", name="home"),
        CheckConstraint("(state IN ('closed', 'withdrawn')) = (closed_at IS NOT NULL)", name="closed"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="ended"),
        CheckConstraint("state <> 'withdrawn' OR contact_sealed IS NULL", name="withdrawn"),
        Index("ix_help_requests_office_id_state", "office_id", "state"),
        Index("ix_help_requests_look_at", "look_at", postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    code: Mapped[str] = mapped_column(String(8), unique=True)
    form_hash: Mapped[str] = mapped_column(String(64), unique=True)
    topic: Mapped[Topic] = mapped_column(choice(Topic))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    county_id: Mapped[int | None] = mapped_column(ForeignKey("counties.id"))
    home_city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"))
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    home_office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    language: Mapped[str] = mapped_column(String(10))
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    is_by_mail: Mapped[bool] = mapped_column(default=False, server_default=false())
    state: Mapped[RequestState] = mapped_column(choice(RequestState), default=RequestState.WAITING)
    outcome: Mapped[Outcome | None] = mapped_column(choice(Outcome))
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    escalations: Mapped[int] = mapped_column(SmallInteger, default=0)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    last_word_at: Mapped[datetime] = mapped_column(Moment)
    due_at: Mapped[datetime] = mapped_column(Moment)
    look_at: Mapped[datetime] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)

    contact = Sealed()
    city: Mapped[City] = relationship(foreign_keys=[city_id])
    county: Mapped[County | None] = relationship()
    home_city: Mapped[City | None] = relationship(foreign_keys=[home_city_id])
    office: Mapped[Organisation] = relationship(foreign_keys=[office_id])
    home_office: Mapped[Organisation | None] = relationship(foreign_keys=[home_office_id])
    taken_by: Mapped[User | None] = relationship()
    entries: Mapped[list[HelpEntry]] = relationship(
        back_populates="request", order_by="HelpEntry.id", passive_deletes=True
    )

    @property
    def pin(self) -> str:
        return pin_for(self.uid)

    @property
    def log_subject(self) -> str:
        return f"{LOG_SUBJECT}{self.code}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_overdue(self, now: datetime) -> bool:
        return self.state is RequestState.WAITING and self.due_at <= now


class HelpEntry(db.Model):
    """Something was said or done about a request. ``office`` is whose it was, or to whom the request went, so that one
    that had it before is known; of a person nothing stands there. ``words`` are gone once the request is withdrawn."""

    __tablename__ = "help_entries"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    request_id: Mapped[int] = mapped_column(RowId, ForeignKey("help_requests.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    saying: Mapped[Saying] = mapped_column(choice(Saying))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    words_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    words = Sealed()
    request: Mapped[HelpRequest] = relationship(back_populates="entries")
    office: Mapped[Organisation | None] = relationship()
    by: Mapped[User | None] = relationship()


class HelpTally(db.Model):
    """How often help was asked for in a quarter, and how soon the first answer came. No row of it is about somebody,
    so it stays."""

    __tablename__ = "help_tallies"

    quarter: Mapped[date] = mapped_column(primary_key=True)
    topic: Mapped[Topic] = mapped_column(choice(Topic), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    asked: Mapped[int] = mapped_column(default=0)
    one_day: Mapped[int] = mapped_column(default=0)
    three_days: Mapped[int] = mapped_column(default=0)
    five_days: Mapped[int] = mapped_column(default=0)
    ten_days: Mapped[int] = mapped_column(default=0)
    later: Mapped[int] = mapped_column(default=0)

    city: Mapped[City] = relationship()

    @property
    def answered(self) -> dict[Band, int]:
        return {band: getattr(self, band.value) for band in Band}


def pin_for(uid: str) -> str:
    return pin_of(keys().fingerprint(uid, "help_requests.pin"))


def form_hash_of(form_token: str) -> str:
    """What is kept of a form's name: with the name itself, whoever reads the database could send the form once more and
    be shown the PIN."""
    return keys().fingerprint(form_token, "help_requests.form")
