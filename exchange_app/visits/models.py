"""Visits with who comes, the programme, the report and what follows; which exchange returns which."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.rules import Side
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.sealing import Sealed, new_uid
from exchange_app.partners.models import Agreement, City, Organisation, Plan
from exchange_app.visits.rules import RETURN_MONTHS, Purpose, VisitState, VisitStep


class Visit(db.Model):
    """A delegation of one city that another one receives.

    ``speaking_city_id`` is the side whose word stands: the other one answers. ``version`` goes up with every change
    and answer, so that nobody agrees to what they have not read. ``came`` is how many persons there were in the end.
    Of persons only one contact is kept, sealed, until some time after the visit.
    """

    __tablename__ = "visits"
    __table_args__ = (
        UniqueConstraint("proposed_by_id", "form_token"),
        CheckConstraint("sending_city_id <> hosting_city_id", name="sides"),
        CheckConstraint("speaking_city_id IN (sending_city_id, hosting_city_id)", name="speaking"),
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("(state = 'carried_out') = (came IS NOT NULL)", name="came"),
        CheckConstraint("came > 0", name="persons"),
        Index("ix_visits_agreement_id_ends_on", "agreement_id", "ends_on"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True, default=new_uid)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id"))
    plan: Mapped[Plan] = mapped_column(choice(Plan))
    purpose: Mapped[Purpose] = mapped_column(choice(Purpose))
    title: Mapped[str] = mapped_column(String(120))
    aims: Mapped[str] = mapped_column(String(4000))
    sending_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    hosting_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    speaking_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    host_office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    state: Mapped[VisitState] = mapped_column(choice(VisitState), default=VisitState.PROPOSED)
    version: Mapped[int] = mapped_column(default=1)
    came: Mapped[int | None]
    contact_name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    seen: Mapped[str] = mapped_column(String(4000), default="")
    results: Mapped[str] = mapped_column(String(4000), default="")
    lessons: Mapped[str] = mapped_column(String(4000), default="")
    reported_at: Mapped[datetime | None] = mapped_column(Moment)
    form_token: Mapped[str] = mapped_column(String(64))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)

    contact_name = Sealed()
    contact_phone = Sealed()
    agreement: Mapped[Agreement] = relationship()
    sending_city: Mapped[City] = relationship(foreign_keys=[sending_city_id])
    hosting_city: Mapped[City] = relationship(foreign_keys=[hosting_city_id])
    host_office: Mapped[Organisation | None] = relationship()
    members: Mapped[list[VisitMember]] = relationship(cascade="all, delete-orphan", order_by="VisitMember.id")
    entries: Mapped[list[ProgrammeEntry]] = relationship(
        cascade="all, delete-orphan", order_by="ProgrammeEntry.on, ProgrammeEntry.starts, ProgrammeEntry.id"
    )
    files: Mapped[list[VisitFile]] = relationship(cascade="all, delete-orphan", order_by="VisitFile.id")
    follow_ups: Mapped[list[FollowUp]] = relationship(
        back_populates="visit", cascade="all, delete-orphan", order_by="FollowUp.due_on, FollowUp.id"
    )
    events: Mapped[list[VisitEvent]] = relationship(cascade="all, delete-orphan", order_by="VisitEvent.id")
    wish: Mapped[ReturnWish | None] = relationship(cascade="all, delete-orphan")

    @property
    def persons(self) -> int:
        return self.came or sum(member.persons for member in self.members)

    @property
    def answering_city(self) -> City:
        return self.hosting_city if self.speaking_city_id == self.sending_city_id else self.sending_city

    @property
    def speaking_city(self) -> City:
        return self.sending_city if self.speaking_city_id == self.sending_city_id else self.hosting_city

    def city_of(self, side: Side) -> City:
        return self.sending_city if side is Side.SENDING else self.hosting_city


class VisitMember(db.Model):
    """With how many persons an office, or another organisation of the sending city, takes part. Nobody's name."""

    __tablename__ = "visit_members"
    __table_args__ = (
        UniqueConstraint("visit_id", "office_id"),
        CheckConstraint("persons > 0", name="persons"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    persons: Mapped[int]

    office: Mapped[Organisation] = relationship()


class ProgrammeEntry(db.Model):
    """What happens when, where, and who receives."""

    __tablename__ = "visit_entries"
    __table_args__ = (CheckConstraint("ends IS NULL OR starts < ends", name="times"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), index=True)
    on: Mapped[date] = mapped_column("on_day")
    starts: Mapped[time]
    ends: Mapped[time | None]
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(120), default="")
    base_id: Mapped[int | None] = mapped_column(ForeignKey("bases.id"))
    office_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))

    base: Mapped[Base | None] = relationship()
    office: Mapped[Organisation | None] = relationship()


class VisitFile(db.Model):
    """Something that belongs to the report; ``digest`` is the SHA-256 of what is in it."""

    __tablename__ = "visit_files"
    __table_args__ = (UniqueConstraint("visit_id", "digest"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"))
    filename: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)


class FollowUp(db.Model):
    """What somebody does because of a visit, and until when; ``times_reminded`` is 1 once its owner heard that it is
    due soon, 2 once they heard that it is overdue."""

    __tablename__ = "visit_follow_ups"
    __table_args__ = (
        Index(
            "ix_visit_follow_ups_due_on",
            "due_on",
            postgresql_where=text("done_on IS NULL"),
            sqlite_where=text("done_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), index=True)
    words: Mapped[str] = mapped_column(String(300))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    due_on: Mapped[date]
    done_on: Mapped[date | None]
    times_reminded: Mapped[int] = mapped_column(default=0)

    visit: Mapped[Visit] = relationship(back_populates="follow_ups")
    owner: Mapped[User] = relationship()


class VisitEvent(db.Model):
    """One step of a visit, with the words that went with it."""

    __tablename__ = "visit_events"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    step: Mapped[VisitStep] = mapped_column(choice(VisitStep))
    words: Mapped[str] = mapped_column(String(500), default="")

    by: Mapped[User] = relationship()


# -------------------------------------------------------------------------------------------------------------- returns


class ReturnWish(db.Model):
    """What a visit is proposed in return of; once it is accepted, a `Return`."""

    __tablename__ = "return_wishes"

    visit_id: Mapped[int] = mapped_column(ForeignKey("visits.id", ondelete="CASCADE"), primary_key=True)
    exchange_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id"), index=True)

    exchange: Mapped[Exchange] = relationship()


class Return(db.Model):
    """One exchange returns another, which went the other way."""

    __tablename__ = "returns"
    __table_args__ = (CheckConstraint("outward_id <> back_id", name="two"),)

    outward_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id"), primary_key=True)
    back_id: Mapped[int] = mapped_column(ForeignKey("exchanges.id"), unique=True)
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime] = mapped_column(Moment)

    outward: Mapped[Exchange] = relationship(foreign_keys=[outward_id])
    back: Mapped[Exchange] = relationship(foreign_keys=[back_id])


class ReturnRule(db.Model):
    """Within how many months after its last day a stay is returned; an agreement without a row has the usual number."""

    __tablename__ = "return_rules"
    __table_args__ = (CheckConstraint("1 <= months AND months <= 60", name="months"),)

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), primary_key=True)
    months: Mapped[int] = mapped_column(default=RETURN_MONTHS)
