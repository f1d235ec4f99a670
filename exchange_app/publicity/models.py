"""Festivals, campaigns and invitations to them, stories with their photos, what the media said, how often all that was
read."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Package, Publication
from exchange_app.core.database import Moment, RowId, choice, db
from exchange_app.core.text import Translated, TranslatedText
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Agreement, City, Organisation, Plan
from exchange_app.publicity.rules import Answer, Reckoning, Shows, StoryState


class Festival(db.Model):
    """A day that comes back each year, of one city or of all. In the lunar calendar a 30th is the last day of a month
    that has only 29."""

    __tablename__ = "festivals"
    __table_args__ = (
        CheckConstraint("1 <= month AND month <= 12", name="month"),
        CheckConstraint("1 <= day AND day <= 31", name="day"),
        CheckConstraint("1 <= days AND days <= 31", name="days"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    name: Mapped[Translated] = mapped_column(TranslatedText)
    text: Mapped[Translated] = mapped_column(TranslatedText)
    reckoning: Mapped[Reckoning] = mapped_column(choice(Reckoning))
    month: Mapped[int]
    day: Mapped[int]
    days: Mapped[int] = mapped_column(default=1)

    city: Mapped[City | None] = relationship()


class Campaign(db.Model):
    """Something that a city puts on for some days, for everybody to come to."""

    __tablename__ = "campaigns"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="dates"),
        CheckConstraint("(publication = 'draft') = (published_at IS NULL)", name="published_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    festival_id: Mapped[int | None] = mapped_column(ForeignKey("festivals.id", ondelete="SET NULL"), index=True)
    plan: Mapped[Plan] = mapped_column(choice(Plan))
    title: Mapped[Translated] = mapped_column(TranslatedText)
    text: Mapped[Translated] = mapped_column(TranslatedText)
    place: Mapped[Translated] = mapped_column(TranslatedText)
    starts_on: Mapped[date] = mapped_column(index=True)
    ends_on: Mapped[date]
    publication: Mapped[Publication] = mapped_column(choice(Publication), default=Publication.DRAFT)
    published_at: Mapped[datetime | None] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    office: Mapped[Organisation] = relationship()
    city: Mapped[City] = relationship()
    festival: Mapped[Festival | None] = relationship()
    links: Mapped[list[CampaignLink]] = relationship(order_by="CampaignLink.id", cascade="all, delete-orphan")
    photos: Mapped[list[StoryPhoto]] = relationship(
        back_populates="campaign", order_by="StoryPhoto.id", cascade="all, delete-orphan"
    )
    invitations: Mapped[list[EventInvitation]] = relationship(
        back_populates="campaign", order_by="EventInvitation.id", cascade="all, delete-orphan"
    )

    @property
    def is_published(self) -> bool:
        return self.publication is Publication.PUBLISHED


class CampaignLink(db.Model):
    """A package, with all its dates, or one departure that belongs to a campaign."""

    __tablename__ = "campaign_links"
    __table_args__ = (
        UniqueConstraint("campaign_id", "package_id"),
        UniqueConstraint("campaign_id", "departure_id"),
        CheckConstraint("(package_id IS NULL) <> (departure_id IS NULL)", name="one_thing"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    package_id: Mapped[int | None] = mapped_column(ForeignKey("packages.id", ondelete="CASCADE"), index=True)
    departure_id: Mapped[int | None] = mapped_column(ForeignKey("departures.id", ondelete="CASCADE"), index=True)

    package: Mapped[Package | None] = relationship()
    departure: Mapped[Departure | None] = relationship()


class EventInvitation(db.Model):
    """A city asks a partner city to come to its campaign; ``people`` is how many of them will."""

    __tablename__ = "event_invitations"
    __table_args__ = (
        UniqueConstraint("campaign_id", "city_id"),
        CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered_at"),
        CheckConstraint("people >= 0", name="people"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    words: Mapped[str] = mapped_column(String(2000))
    invited_at: Mapped[datetime] = mapped_column(Moment)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    answer: Mapped[Answer | None] = mapped_column(choice(Answer))
    people: Mapped[int] = mapped_column(default=0)
    answer_words: Mapped[str] = mapped_column(String(2000), default="")
    answered_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    campaign: Mapped[Campaign] = relationship(back_populates="invitations")
    city: Mapped[City] = relationship()
    invited_by: Mapped[User] = relationship(foreign_keys=[invited_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])


class Story(db.Model):
    """What somebody tells about a departure that has taken place. ``checker`` is the second person who let it out or
    gave it back, with ``checker_words``."""

    __tablename__ = "stories"
    __table_args__ = (
        CheckConstraint("checked_by_id IS NULL OR checked_by_id <> author_id", name="second_person"),
        CheckConstraint("state <> 'published' OR checked_by_id IS NOT NULL", name="checked"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published_at"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    departure_id: Mapped[int] = mapped_column(ForeignKey("departures.id"), index=True)
    office_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    text: Mapped[Translated] = mapped_column(TranslatedText)
    state: Mapped[StoryState] = mapped_column(choice(StoryState), default=StoryState.DRAFT)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    proposed_at: Mapped[datetime | None] = mapped_column(Moment)
    published_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checker_words: Mapped[str] = mapped_column(String(1000), default="")

    departure: Mapped[Departure] = relationship()
    office: Mapped[Organisation] = relationship()
    city: Mapped[City] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    checked_by: Mapped[User | None] = relationship(foreign_keys=[checked_by_id])
    photos: Mapped[list[StoryPhoto]] = relationship(
        back_populates="story", order_by="StoryPhoto.id", cascade="all, delete-orphan"
    )

    @property
    def is_published(self) -> bool:
        return self.state is StoryState.PUBLISHED


class StoryPhoto(db.Model):
    """A photo of a story or of a campaign; ``content`` names its files.

    Where children can be recognised, ``booking`` is the group to which they belong, and its leader says who they are
    (``persons``). Whoever checks it has neither added it nor named them. It is shown only as long as
    `queries.photos.map_permissions` says so.
    """

    __tablename__ = "story_photos"
    __table_args__ = (
        CheckConstraint("(story_id IS NULL) <> (campaign_id IS NULL)", name="one_owner"),
        CheckConstraint("(shows = 'children') = (booking_id IS NOT NULL)", name="group"),
        CheckConstraint("campaign_id IS NULL OR shows = 'nobody'", name="campaign"),
        CheckConstraint("(checked_by_id IS NULL) = (checked_at IS NULL)", name="checked_at"),
        CheckConstraint("checked_by_id IS NULL OR checked_by_id <> added_by_id", name="second_person"),
        CheckConstraint(
            "checked_by_id IS NULL OR named_by_id IS NULL OR checked_by_id <> named_by_id", name="not_namer"
        ),
        CheckConstraint("checked_by_id IS NULL OR shows = 'nobody' OR named_by_id IS NOT NULL", name="named"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"), index=True)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"), index=True)
    booking_id: Mapped[int | None] = mapped_column(ForeignKey("bookings.id"), index=True)
    content: Mapped[str] = mapped_column(String(40), index=True)
    shows: Mapped[Shows] = mapped_column(choice(Shows))
    alternative: Mapped[Translated] = mapped_column(TranslatedText)
    credit: Mapped[str] = mapped_column(String(100))
    added_at: Mapped[datetime] = mapped_column(Moment)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    named_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    story: Mapped[Story | None] = relationship(back_populates="photos")
    campaign: Mapped[Campaign | None] = relationship(back_populates="photos")
    booking: Mapped[Booking | None] = relationship()
    persons: Mapped[list[PhotoPerson]] = relationship(cascade="all, delete-orphan", order_by="PhotoPerson.person_uid")

    @property
    def is_checked(self) -> bool:
        return self.checked_at is not None


class PhotoPerson(db.Model):
    """Somebody can be recognised in a photo: the ``uid`` of a participant, which is also that of the guardian's
    answers."""

    __tablename__ = "photo_persons"

    photo_id: Mapped[int] = mapped_column(RowId, ForeignKey("story_photos.id", ondelete="CASCADE"), primary_key=True)
    person_uid: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)


class MediaMention(db.Model):
    """Where a newspaper, a station or a site reported; the page of others stays theirs, only its address is kept."""

    __tablename__ = "media_mentions"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    agreement_id: Mapped[int | None] = mapped_column(ForeignKey("agreements.id"), index=True)
    title: Mapped[Translated] = mapped_column(TranslatedText)
    medium: Mapped[str] = mapped_column(String(100))
    on: Mapped[date] = mapped_column("published_on", index=True)
    address: Mapped[str] = mapped_column(String(500))
    added_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))

    city: Mapped[City] = relationship()
    agreement: Mapped[Agreement | None] = relationship()


class ReachDay(db.Model):
    """How often a story or a campaign was read on a day: a number, nobody behind it."""

    __tablename__ = "reach_days"
    __table_args__ = (
        UniqueConstraint("story_id", "day"),
        UniqueConstraint("campaign_id", "day"),
        CheckConstraint("(story_id IS NULL) <> (campaign_id IS NULL)", name="one_thing"),
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    story_id: Mapped[int | None] = mapped_column(ForeignKey("stories.id", ondelete="CASCADE"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id", ondelete="CASCADE"))
    day: Mapped[date]
    views: Mapped[int] = mapped_column(default=0)
