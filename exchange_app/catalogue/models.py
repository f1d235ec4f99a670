"""Bases, menus, menu items, packages and their stops; photos of them, and what is searched in."""

from __future__ import annotations

from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.partners.models import City, County, Organisation, Plan


class Manner(StrEnum):
    SCENE = "scene"
    INTERACTIVE = "interactive"
    EXPERIENTIAL = "experiential"


class BaseKind(StrEnum):
    MUSEUM = "museum"
    MEMORIAL = "memorial"
    RESERVE = "reserve"
    WORKSHOP = "workshop"
    VILLAGE = "village"
    SCENIC_AREA = "scenic_area"
    SCHOOL = "school"


class Publication(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Approver(StrEnum):
    """Who may have to say yes to a submitted booking."""

    SCHOOL_HEAD = "school_head"
    HOST = "host"
    EDUCATION_BUREAU = "education_bureau"


class Base(db.Model):
    """A place that receives groups."""

    __tablename__ = "bases"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    county_id: Mapped[int | None] = mapped_column(ForeignKey("counties.id"), index=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    kind: Mapped[BaseKind] = mapped_column(choice(BaseKind))
    name: Mapped[Translated] = mapped_column(TranslatedText)
    description: Mapped[Translated] = mapped_column(TranslatedText)
    address: Mapped[Translated] = mapped_column(TranslatedText)
    phone: Mapped[str | None] = mapped_column(String(30))

    city: Mapped[City] = relationship()
    county: Mapped[County | None] = relationship()
    operator: Mapped[Organisation | None] = relationship()
    photo: Mapped[Photo | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Menu(db.Model):
    """What a city offers in a season."""

    __tablename__ = "menus"
    __table_args__ = (CheckConstraint("season_from <= season_until", name="season"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    introduction: Mapped[Translated] = mapped_column(TranslatedText)
    season_from: Mapped[date]
    season_until: Mapped[date]
    publication: Mapped[Publication] = mapped_column(choice(Publication), default=Publication.DRAFT)

    city: Mapped[City] = relationship()
    items: Mapped[list[MenuItem]] = relationship(back_populates="menu", order_by="MenuItem.id")


class MenuItem(db.Model):
    """One activity at one base; grades count from 1 (first year of primary school) to 12.

    ``slot_capacity`` is how many persons one slot takes, all groups of all packages together. ``timetable`` holds for
    each ISO weekday, "1" to "7", the times at which slots begin, in their order: ``{"2": ["09:00", "14:00"]}``; an
    empty one means that there are no fixed times, and a slot is made whenever a package stops there.
    """

    __tablename__ = "menu_items"
    __table_args__ = (
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("0 < group_min AND group_min <= group_max", name="group_size"),
        CheckConstraint("slot_capacity > 0", name="slot_capacity"),
        CheckConstraint("1 <= grade_from AND grade_from <= grade_until AND grade_until <= 12", name="grades"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    menu_id: Mapped[int] = mapped_column(ForeignKey("menus.id"), index=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("bases.id"), index=True)
    plan: Mapped[Plan] = mapped_column(choice(Plan))
    manner: Mapped[Manner] = mapped_column(choice(Manner))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    description: Mapped[Translated] = mapped_column(TranslatedText)
    safety_notes: Mapped[Translated] = mapped_column(TranslatedText)
    minutes: Mapped[int]
    group_min: Mapped[int]
    group_max: Mapped[int]
    slot_capacity: Mapped[int]
    grade_from: Mapped[int]
    grade_until: Mapped[int]
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    timetable: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)

    menu: Mapped[Menu] = relationship(back_populates="items")
    base: Mapped[Base] = relationship()
    photo: Mapped[Photo | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)


class Package(db.Model):
    """An itinerary of menu items over one or more days, hosted by one city for groups of another (or of any).

    ``price_minor`` is per person in the currency's minor units, 0 when families pay nothing. ``approvals`` names who
    has to say yes to a booking, in order; if it is empty, bookings are confirmed at once. Until ``changes_until_days``
    before the first day schools change and cancel by themselves; later the organiser has to agree. ``asks`` lists the
    optional roster fields that the package needs: ``[{"field": "document_number", "reason": {"zh_Hans": …}}]``.
    ``recipients`` names who gets data about children from the school, and what for: ``[{"name": {"zh_Hans": …},
    "purpose": {"zh_Hans": …}}]``; guardians are asked about each. ``for_school_id`` is the one school that a package
    was tailored for: nobody else sees it or its departures.
    """

    __tablename__ = "packages"
    __table_args__ = (
        CheckConstraint("days > 0", name="days"),
        CheckConstraint("1 <= grade_from AND grade_from <= grade_until AND grade_until <= 12", name="grades"),
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("persons_per_adult > 0", name="supervision"),
        CheckConstraint("changes_until_days >= 0", name="changes_until_days"),
        Index("ix_packages_publication_host_city_id", "publication", "host_city_id"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    host_city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    from_city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"))
    organiser_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    plan: Mapped[Plan] = mapped_column(choice(Plan))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    summary: Mapped[Translated] = mapped_column(TranslatedText)
    description: Mapped[Translated] = mapped_column(TranslatedText)
    included: Mapped[Translated] = mapped_column(TranslatedText)
    bring: Mapped[Translated] = mapped_column(TranslatedText)
    rules: Mapped[Translated] = mapped_column(TranslatedText)
    days: Mapped[int]
    grade_from: Mapped[int]
    grade_until: Mapped[int]
    price_minor: Mapped[int] = mapped_column(default=0)
    currency: Mapped[str] = mapped_column(String(3), default="CNY")
    price_note: Mapped[Translated] = mapped_column(TranslatedText)
    approvals: Mapped[list[str]] = mapped_column(JSON, default=list)
    changes_until_days: Mapped[int] = mapped_column(default=7)
    persons_per_adult: Mapped[int] = mapped_column(default=20)
    supervision_basis: Mapped[Translated] = mapped_column(TranslatedText)
    asks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    recipients: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    publication: Mapped[Publication] = mapped_column(choice(Publication), default=Publication.DRAFT)
    for_school_id: Mapped[int | None] = mapped_column(RowId, index=True)  # the agreement has the foreign key

    host_city: Mapped[City] = relationship(foreign_keys=[host_city_id])
    from_city: Mapped[City | None] = relationship(foreign_keys=[from_city_id])
    organiser: Mapped[Organisation] = relationship()
    photo: Mapped[Photo | None] = relationship(cascade="all, delete-orphan", passive_deletes=True)
    for_school: Mapped[Organisation | None] = relationship(
        primaryjoin=lambda: foreign(Package.for_school_id) == Organisation.id, viewonly=True
    )
    stops: Mapped[list[Stop]] = relationship(
        back_populates="package", order_by="Stop.day, Stop.starts, Stop.id", cascade="all, delete-orphan"
    )
    reminders: Mapped[list[ReminderRule]] = relationship(
        back_populates="package",
        order_by="ReminderRule.about, ReminderRule.days.desc(), ReminderRule.reader",
        cascade="all, delete-orphan",
    )

    @property
    def approvers(self) -> list[Approver]:
        return [Approver(approver) for approver in self.approvals]

    @property
    def asked_fields(self) -> frozenset[str]:
        return frozenset(ask["field"] for ask in self.asks)


class ReminderAbout(StrEnum):
    """ROSTER: days before the roster is due; TRIP: before the first day; AFTERWARDS: after the last day."""

    ROSTER = "roster"
    TRIP = "trip"
    AFTERWARDS = "afterwards"


class ReminderReader(StrEnum):
    """FAMILIES are those who left an address."""

    LEADER = "leader"
    FAMILIES = "families"


class ReminderRule(db.Model):
    """A package's reminder: so many ``days`` before or after, at this ``hour`` of the host city, to whom."""

    __tablename__ = "reminder_rules"
    __table_args__ = (
        UniqueConstraint("package_id", "about", "days", "reader"),
        CheckConstraint("0 <= days AND days <= 30", name="days"),
        CheckConstraint("8 <= hour AND hour <= 20", name="hour"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id"))
    about: Mapped[ReminderAbout] = mapped_column(choice(ReminderAbout))
    days: Mapped[int]
    hour: Mapped[int]
    reader: Mapped[ReminderReader] = mapped_column(choice(ReminderReader))

    package: Mapped[Package] = relationship(back_populates="reminders")


class Stop(db.Model):
    """One entry of a package's itinerary: a menu item at a time, or something between (travel, a meal, lodging).

    ``starts`` is wall-clock time in the host city; ``title`` may be empty where a menu item says it.
    """

    __tablename__ = "stops"
    __table_args__ = (
        CheckConstraint("day > 0", name="day"),
        CheckConstraint("minutes > 0", name="minutes"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"), index=True)
    menu_item_id: Mapped[int | None] = mapped_column(ForeignKey("menu_items.id"), index=True)
    day: Mapped[int]
    starts: Mapped[time]
    minutes: Mapped[int]
    title: Mapped[Translated] = mapped_column(TranslatedText)
    note: Mapped[Translated] = mapped_column(TranslatedText)

    package: Mapped[Package] = relationship(back_populates="stops")
    menu_item: Mapped[MenuItem | None] = relationship()


_ONE_OWNER = (
    "(CASE WHEN base_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN menu_item_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN package_id IS NULL THEN 0 ELSE 1 END) = 1"
)


class Photo(db.Model):
    """The photo of a base, an activity or a package.

    ``content`` names its files (`pictures.py`); it changes whenever they do. The focus, in per cent from the left and
    from the top, is what stays in sight when the photo is cut to shape. ``cleared_by`` has said that no child can be
    recognised in it; photos from before that was asked have nobody.
    """

    __tablename__ = "photos"
    __table_args__ = (
        CheckConstraint("0 <= focus_x AND focus_x <= 100", name="focus_x"),
        CheckConstraint("0 <= focus_y AND focus_y <= 100", name="focus_y"),
        CheckConstraint(_ONE_OWNER, name="one_owner"),
        CheckConstraint("(cleared_by_id IS NULL) = (cleared_at IS NULL)", name="cleared"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("bases.id", ondelete="CASCADE"), unique=True)
    menu_item_id: Mapped[int | None] = mapped_column(ForeignKey("menu_items.id", ondelete="CASCADE"), unique=True)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"), unique=True)
    content: Mapped[str] = mapped_column(String(40))
    focus_x: Mapped[int] = mapped_column(default=50)
    focus_y: Mapped[int] = mapped_column(default=50)
    alternative: Mapped[Translated] = mapped_column(TranslatedText)
    credit: Mapped[str] = mapped_column(String(100))
    cleared_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)

    cleared_by: Mapped[User | None] = relationship()


class SearchEntry(db.Model):
    """What visitors search in to find a base, an activity or a package, as `search.fold` writes it: its ``title``, and
    all the ``words`` that are said about it, the title's too. `search.py` keeps it."""

    __tablename__ = "search_entries"
    __table_args__ = (CheckConstraint(_ONE_OWNER, name="one_owner"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    base_id: Mapped[int | None] = mapped_column(ForeignKey("bases.id", ondelete="CASCADE"), unique=True)
    menu_item_id: Mapped[int | None] = mapped_column(ForeignKey("menu_items.id", ondelete="CASCADE"), unique=True)
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"), unique=True)
    title: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text)
