"""Festivals, campaigns, invitations of other cities, what the media said, and counting who reads it."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime

from sqlalchemy import select, update

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Publication
from exchange_app.catalogue.terms import fingerprint, terms_of
from exchange_app.core.database import change_rows, db, insert_unless_there
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.partners.models import City, Organisation, Plan
from exchange_app.publicity import letters
from exchange_app.publicity.almanac import USUAL
from exchange_app.publicity.errors import (
    AlreadyInvited,
    CampaignEndsBeforeItBegins,
    CampaignIsKnown,
    CampaignNotFound,
    CannotBeAnswered,
    NoSuchDay,
    NotALink,
    NotPublic,
    PeopleMissing,
    PublicWordsMissing,
    TooManyLinks,
)
from exchange_app.publicity.models import (
    Campaign,
    CampaignLink,
    EventInvitation,
    Festival,
    MediaMention,
    ReachDay,
    Story,
)
from exchange_app.publicity.queries.campaigns import find_link
from exchange_app.publicity.rules import MOST_LINKS, Answer, Reckoning
from exchange_app.publicity.service.photos import drop_photos

LEAP_YEAR = 2028
LONGEST_LUNAR_MONTH = 30


# ----------------------------------------------------------------------------------------------------------- festivals


@dataclass(frozen=True, slots=True)
class FestivalTerms:
    name: Translated
    text: Translated
    reckoning: Reckoning
    month: int
    day: int
    days: int


def add_festival(terms: FestivalTerms, city: City | None) -> Festival:
    """Of a city, or without one of all. Raises NoSuchDay or PublicWordsMissing."""
    festival = Festival(city_id=city.id if city else None)
    change_festival(festival, terms)
    db.session.add(festival)
    db.session.flush()
    return festival


def add_usual_festivals() -> int:
    """Of all cities, those that are not there yet; returns how many."""
    lunar = Festival.city_id.is_(None), Festival.reckoning == Reckoning.LUNAR
    known = {tuple(row) for row in db.session.execute(select(Festival.month, Festival.day).where(*lunar))}
    missing = [usual for usual in USUAL if usual[2:4] not in known]
    for zh, en, month, day, days in missing:
        name = Translated(zh_Hans=zh, en=en)
        add_festival(FestivalTerms(name, Translated(), Reckoning.LUNAR, month, day, days), None)
    return len(missing)


def change_festival(festival: Festival, terms: FestivalTerms) -> None:
    """Raises NoSuchDay or PublicWordsMissing."""
    is_lunar = terms.reckoning is Reckoning.LUNAR
    if terms.day > (LONGEST_LUNAR_MONTH if is_lunar else monthrange(LEAP_YEAR, terms.month)[1]):
        raise NoSuchDay()
    if not all(terms.name.get(language) for language in LANGUAGES):
        raise PublicWordsMissing(field="name")
    _apply(festival, terms)


def remove_festival(festival: Festival) -> None:
    db.session.delete(festival)
    db.session.flush()


def _apply(kept: Festival | Campaign | MediaMention, terms: FestivalTerms | CampaignTerms | MentionTerms) -> None:
    for field in fields(terms):
        setattr(kept, field.name, getattr(terms, field.name))


# ----------------------------------------------------------------------------------------------------------- campaigns


@dataclass(frozen=True, slots=True)
class CampaignTerms:
    title: Translated
    text: Translated
    place: Translated
    plan: Plan
    festival_id: int | None
    starts_on: date
    ends_on: date


def write_campaign(office: Organisation, terms: CampaignTerms, *, by: User, now: datetime) -> Campaign:
    """A draft. Raises CampaignEndsBeforeItBegins."""
    campaign = Campaign(office_id=office.id, city_id=office.city_id, publication=Publication.DRAFT)
    _change(campaign, terms, by, now)
    db.session.add(campaign)
    db.session.flush()
    return campaign


def change_campaign(campaign: Campaign, terms: CampaignTerms, *, seen: str, by: User, now: datetime) -> None:
    """Raises CampaignEndsBeforeItBegins; PublicWordsMissing for one that is published; ChangedMeanwhile if it no longer
    is as ``seen``, CampaignNotFound if it is gone."""
    _lock(campaign)
    if (current := seen_of(campaign)) != seen:
        raise ChangedMeanwhile(current=current)
    _change(campaign, terms, by, now)
    if campaign.is_published:
        _check_words(campaign)
    db.session.flush()


def seen_of(campaign: Campaign) -> str:
    """What a form carries to say what its reader saw."""
    return fingerprint(terms_of(campaign, CampaignTerms))


def _change(campaign: Campaign, terms: CampaignTerms, by: User, now: datetime) -> None:
    if terms.ends_on < terms.starts_on:
        raise CampaignEndsBeforeItBegins()
    _apply(campaign, terms)
    campaign.changed_at, campaign.changed_by_id = now, by.id


def publish_campaign(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Raises PublicWordsMissing or CampaignNotFound."""
    _lock(campaign)
    _check_words(campaign)
    campaign.publication, campaign.published_at = Publication.PUBLISHED, now
    campaign.changed_at, campaign.changed_by_id = now, by.id
    db.session.flush()


def _check_words(campaign: Campaign) -> None:
    if not all(text.get(language) for text in (campaign.title, campaign.text) for language in LANGUAGES):
        raise PublicWordsMissing()


def withdraw_campaign(campaign: Campaign, *, by: User, now: datetime) -> None:
    """Nobody but those who keep it sees it any more. Raises CampaignNotFound."""
    _lock(campaign)
    if campaign.is_published:
        campaign.publication = Publication.WITHDRAWN
        campaign.changed_at, campaign.changed_by_id = now, by.id
        db.session.flush()


def delete_campaign(campaign: Campaign) -> None:
    """Raises CampaignIsKnown or CampaignNotFound."""
    _lock(campaign)
    if campaign.publication is not Publication.DRAFT or campaign.invitations:
        raise CampaignIsKnown()
    drop_photos(campaign)
    db.session.delete(campaign)
    db.session.flush()


def add_link(campaign: Campaign, *, package_id: int | None = None, departure_id: int | None = None) -> None:
    """Twice is once. Raises TooManyLinks or CampaignNotFound."""
    _lock(campaign)
    if any((link.package_id, link.departure_id) == (package_id, departure_id) for link in campaign.links):
        return
    if len(campaign.links) >= MOST_LINKS:
        raise TooManyLinks(most=MOST_LINKS)
    values = {"campaign_id": campaign.id, "package_id": package_id, "departure_id": departure_id}
    db.session.execute(insert_unless_there(CampaignLink).values(**values))
    db.session.expire(campaign, ["links"])


def remove_link(campaign: Campaign, link_id: int) -> None:
    """Raises LinkNotFound or CampaignNotFound."""
    _lock(campaign)
    campaign.links.remove(find_link(campaign, link_id))
    db.session.flush()


def _lock(campaign: Campaign) -> None:
    """As it is now, until the transaction ends: meanwhile somebody else may have published or deleted it. Raises
    CampaignNotFound."""
    locked = select(Campaign).where(Campaign.id == campaign.id).with_for_update(of=Campaign)
    if db.session.scalar(locked.execution_options(populate_existing=True)) is None:
        raise CampaignNotFound()
    db.session.expire(campaign, ["links", "invitations", "photos"])


# --------------------------------------------------------------------------------------------------------- invitations


def invite(campaign: Campaign, cities: Sequence[City], city_id: int, words: str, *, by: User, now: datetime) -> None:
    """One of the partner ``cities``. Raises NotPublic, AlreadyInvited or CampaignNotFound."""
    _lock(campaign)
    if not campaign.is_published:
        raise NotPublic()
    city = next((one for one in cities if one.id == city_id), None)
    if city is None or any(one.city_id == city_id for one in campaign.invitations):
        raise AlreadyInvited()
    invitation = EventInvitation(campaign_id=campaign.id, city=city, words=words, invited_at=now, invited_by_id=by.id)
    invitation.people, invitation.answer_words = 0, ""
    campaign.invitations.append(invitation)
    db.session.flush()
    letters.write_invited(invitation, now)


def answer_invitation(
    invitation: EventInvitation, answer: Answer, people: int, words: str, *, by: User, now: datetime
) -> None:
    """Another answer takes the place of the one before. Raises CannotBeAnswered or PeopleMissing."""
    db.session.refresh(invitation, with_for_update={"of": EventInvitation})
    campaign = invitation.campaign
    if not campaign.is_published or campaign.ends_on < campaign.city.today(now):
        raise CannotBeAnswered()
    if answer is Answer.YES and people < 1:
        raise PeopleMissing()
    invitation.answered_by_id, invitation.answered_at = by.id, now
    invitation.answer, invitation.people = answer, people if answer is Answer.YES else 0
    invitation.answer_words = words
    db.session.flush()
    letters.write_event_answered(invitation, now)


# --------------------------------------------------------------------------------------------------------------- media


@dataclass(frozen=True, slots=True)
class MentionTerms:
    title: Translated
    medium: str
    on: date
    address: str
    agreement_id: int | None


def add_mention(terms: MentionTerms, *, by: User) -> MediaMention:
    """Of the city of whoever adds it. Raises NotALink."""
    mention = MediaMention(city_id=by.organisation.city_id, added_by_id=by.id)
    change_mention(mention, terms)
    db.session.add(mention)
    db.session.flush()
    return mention


def change_mention(mention: MediaMention, terms: MentionTerms) -> None:
    """Raises NotALink."""
    if not terms.address.startswith(("https://", "http://")):
        raise NotALink()
    _apply(mention, terms)


def remove_mention(mention: MediaMention) -> None:
    db.session.delete(mention)
    db.session.flush()


# --------------------------------------------------------------------------------------------------------------- reach


def count_view(of: Story | Campaign, day: date) -> None:
    """One more on this day."""
    named = {"story_id" if isinstance(of, Story) else "campaign_id": of.id, "day": day}
    db.session.execute(insert_unless_there(ReachDay).values(views=0, **named))
    own = ReachDay.story_id == of.id if isinstance(of, Story) else ReachDay.campaign_id == of.id
    change_rows(update(ReachDay).where(own, ReachDay.day == day).values(views=ReachDay.views + 1))
