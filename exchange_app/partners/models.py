"""Cities, counties, departments and organisations; what cities agreed, and which of their offices work together."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.partners.errors import ProposalNotFound
from exchange_app.partners.rules import AgreementState, CounterpartState, Proposed


class Plan(StrEnum):
    """The three plans of the cities' agreement (domain: 三项计划)."""

    YOUTH = "youth"
    COMMUNITY = "community"
    TOURISM = "tourism"


class OrganisationKind(StrEnum):
    OFFICE = "office"
    SCHOOL = "school"
    BASE_OPERATOR = "base_operator"
    AGENCY = "agency"
    SOCIAL_PARTNER = "social_partner"


class Level(StrEnum):
    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class SupervisionRule(StrEnum):
    """What too few accompanying adults do to a booking."""

    WARN = "warn"
    BLOCK = "block"


class City(db.Model):
    """A partner city; ``code`` is its GB/T 2260 code, ``time_zone`` an IANA name in which its times are shown.

    ``supervision`` counts for the departures that the city hosts, wherever the group comes from.
    """

    __tablename__ = "cities"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    time_zone: Mapped[str] = mapped_column(String(40), default="Asia/Shanghai")
    supervision: Mapped[SupervisionRule] = mapped_column(choice(SupervisionRule), default=SupervisionRule.BLOCK)

    counties: Mapped[list[County]] = relationship(back_populates="city", order_by="County.code")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """The day it is there."""
        return now.astimezone(self.zone).date()


class County(db.Model):
    """A county or district of a city; ``code`` is its GB/T 2260 code.

    ``map_x`` and ``map_y`` say in which column and row of the city's schematic map it stands, counted from 0, from the
    west and from the north; without them it stands below the map.
    """

    __tablename__ = "counties"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    map_x: Mapped[int | None]
    map_y: Mapped[int | None]

    city: Mapped[City] = relationship(back_populates="counties")


class Department(db.Model):
    """What an office is responsible for, whichever city it belongs to: an office's counterpart has the same one.

    ``slug`` is its short name; nobody sees it.
    """

    __tablename__ = "departments"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)


class Organisation(db.Model):
    """An office, a school, a base operator, a travel agency or a social partner.

    ``licence_number`` is that of a travel agency: a package that is sold names the licensed operator.
    """

    __tablename__ = "organisations"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    county_id: Mapped[int | None] = mapped_column(ForeignKey("counties.id"), index=True)
    kind: Mapped[OrganisationKind] = mapped_column(choice(OrganisationKind))
    level: Mapped[Level | None] = mapped_column(choice(Level))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    phone: Mapped[str | None] = mapped_column(String(30))
    licence_number: Mapped[str | None] = mapped_column(String(60))

    city: Mapped[City] = relationship()
    county: Mapped[County | None] = relationship()
    department: Mapped[Department | None] = relationship()


# ---------------------------------------------------------------------------------------------------------- agreements


class Agreement(db.Model):
    """What two or more cities signed. ``text`` is what they agreed, in their own words; ``in_force_until`` is its last
    day, None where none was named. A city can have several."""

    __tablename__ = "agreements"
    __table_args__ = (
        CheckConstraint("state = 'draft' OR (signed_on IS NOT NULL AND in_force_from IS NOT NULL)", name="signed"),
        CheckConstraint("in_force_until >= in_force_from", name="in_force"),
        CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name="ended"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    text: Mapped[Translated] = mapped_column(TranslatedText)
    state: Mapped[AgreementState] = mapped_column(choice(AgreementState), default=AgreementState.DRAFT)
    signed_on: Mapped[date | None]
    in_force_from: Mapped[date | None]
    in_force_until: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str] = mapped_column(String(500), default="")
    written_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)

    carried: Mapped[list[AgreementPlan]] = relationship(cascade="all, delete-orphan", order_by="AgreementPlan.plan")
    all_parties: Mapped[list[Party]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="Party.position, Party.id"
    )
    papers: Mapped[list[AgreementPaper]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementPaper.id"
    )

    proposals: Mapped[list[AgreementProposal]] = relationship(
        back_populates="agreement", cascade="all, delete-orphan", order_by="AgreementProposal.id"
    )

    def find_proposal(self, proposal_id: int) -> AgreementProposal:
        """Raises ProposalNotFound."""
        for proposal in self.proposals:
            if proposal.id == proposal_id:
                return proposal
        raise ProposalNotFound()

    @property
    def plans(self) -> list[Plan]:
        """Those that it carries, in the order of the enumeration."""
        carried = {one.plan for one in self.carried}
        return [plan for plan in Plan if plan in carried]

    @property
    def parties(self) -> list[Party]:
        """The cities that are party now, in the order in which the chair rotates."""
        present = (party for party in self.all_parties if party.until is None)
        return sorted(present, key=lambda party: party.position)

    @property
    def cities(self) -> list[City]:
        return [party.city for party in self.parties]

    def joined_since(self, day: date) -> list[Party]:
        """Cities that were not among the first ones and have been party since that day or later."""
        begun = self.in_force_from or date.max
        return [party for party in self.parties if party.since and party.since > begun and party.since >= day]

    @property
    def city_ids(self) -> set[int]:
        return {party.city_id for party in self.parties}


class AgreementPlan(db.Model):
    """A plan that an agreement carries."""

    __tablename__ = "agreement_plans"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), primary_key=True)
    plan: Mapped[Plan] = mapped_column(choice(Plan), primary_key=True)


class Party(db.Model):
    """A city of an agreement. The chair goes from one to the next by ``position``. ``until`` is its last day, None
    while it is party; a city that comes back begins a new row."""

    __tablename__ = "agreement_parties"
    __table_args__ = (
        CheckConstraint("until >= since", name="days"),
        Index(
            "ix_agreement_parties_present",
            "agreement_id",
            "city_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
            sqlite_where=text("until IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    position: Mapped[int]
    since: Mapped[date | None]
    until: Mapped[date | None]

    agreement: Mapped[Agreement] = relationship(back_populates="all_parties")
    city: Mapped[City] = relationship()


class AgreementProposal(db.Model):
    """What one city wants to change for all, until another one says that it was agreed. ``city`` is which joins or
    leaves, ``on`` the day of it."""

    __tablename__ = "agreement_proposals"
    __table_args__ = (
        UniqueConstraint("agreement_id", "what", "city_id"),
        CheckConstraint("(what = 'end') = (city_id IS NULL)", name="city"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"))
    what: Mapped[Proposed] = mapped_column(choice(Proposed))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"))
    on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(500), default="")
    proposing_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship(back_populates="proposals")
    city: Mapped[City | None] = relationship(foreign_keys=[city_id])
    proposing_city: Mapped[City] = relationship(foreign_keys=[proposing_city_id])


class AgreementPaper(db.Model):
    """A file that belongs to an agreement: its text as it was signed, a plan of work. ``digest`` is the SHA-256 of what
    is in it; without ``is_public`` only the parties read it."""

    __tablename__ = "agreement_papers"
    __table_args__ = (UniqueConstraint("agreement_id", "digest"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    filename: Mapped[str] = mapped_column(String(120))
    content_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    is_public: Mapped[bool]
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship(back_populates="papers")


# -------------------------------------------------------------------------------------------------------- counterparts

IS_OPEN = text("state IN ('proposed', 'confirmed')")


class Counterpart(db.Model):
    """Two offices of the same level and department that work with each other, or are asked to.

    ``first`` is that of the city with the smaller id: so each office has one counterpart in each agreement and other
    city, whoever asked. ``proposing_city_id`` is the side that did; the rows that were declined or ended are the
    history.
    """

    __tablename__ = "counterparts"
    __table_args__ = (
        CheckConstraint("first_city_id < second_city_id", name="sides"),
        CheckConstraint("proposing_city_id IN (first_city_id, second_city_id)", name="proposing"),
        Index(
            "ix_counterparts_of_first",
            "agreement_id",
            "first_id",
            "second_city_id",
            unique=True,
            postgresql_where=IS_OPEN,
            sqlite_where=IS_OPEN,
        ),
        Index(
            "ix_counterparts_of_second",
            "agreement_id",
            "second_id",
            "first_city_id",
            unique=True,
            postgresql_where=IS_OPEN,
            sqlite_where=IS_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), index=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    first_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    second_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    proposing_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    state: Mapped[CounterpartState] = mapped_column(choice(CounterpartState), default=CounterpartState.PROPOSED)
    words: Mapped[str] = mapped_column(String(500), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str] = mapped_column(String(500), default="")
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    agreement: Mapped[Agreement] = relationship()
    first: Mapped[Organisation] = relationship(foreign_keys=[first_id])
    second: Mapped[Organisation] = relationship(foreign_keys=[second_id])

    @property
    def proposing(self) -> Organisation:
        return self.first if self.proposing_city_id == self.first_city_id else self.second

    @property
    def answering(self) -> Organisation:
        return self.second if self.proposing_city_id == self.first_city_id else self.first

    def other_than(self, city_id: int) -> Organisation:
        """The office that is not of this city."""
        return self.second if city_id == self.first_city_id else self.first

    def of(self, city_id: int) -> Organisation:
        return self.first if city_id == self.first_city_id else self.second


class CountyPair(db.Model):
    """Two counties whose offices are each other's counterparts; ``first`` is that of the city with the smaller id."""

    __tablename__ = "county_pairs"
    __table_args__ = (
        CheckConstraint("first_city_id < second_city_id", name="sides"),
        UniqueConstraint("agreement_id", "first_id", "second_city_id"),
        UniqueConstraint("agreement_id", "second_id", "first_city_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"))
    first_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    first_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("counties.id"))
    second_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))

    first: Mapped[County] = relationship(foreign_keys=[first_id])
    second: Mapped[County] = relationship(foreign_keys=[second_id])


class Liaison(db.Model):
    """Whom of a city one asks about an agreement when no better office is known: an office, and the account of its
    co-ordinator if one was named."""

    __tablename__ = "liaisons"

    agreement_id: Mapped[int] = mapped_column(ForeignKey("agreements.id", ondelete="CASCADE"), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    coordinator_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    city: Mapped[City] = relationship()
    office: Mapped[Organisation] = relationship()
