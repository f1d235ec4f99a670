"""Reads of festivals, campaigns, invitations to them, what the media said and how often all that was read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, not_, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package, Publication
from exchange_app.catalogue.queries import IS_PUBLIC
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.departures.queries import DateLine, each_date, lines_of
from exchange_app.departures.rules import PUBLIC_STATES
from exchange_app.partners.models import City, Organisation
from exchange_app.partners.queries import select_partner_cities
from exchange_app.publicity.errors import (
    CampaignNotFound,
    FestivalNotFound,
    InvitationNotFound,
    LinkNotFound,
    MentionNotFound,
)
from exchange_app.publicity.models import (
    Campaign,
    CampaignLink,
    EventInvitation,
    Festival,
    MediaMention,
    ReachDay,
)

MOST_DATES = 50
MOST_CHOICES = 200
_IS_OUT = Campaign.publication == Publication.PUBLISHED
_WITH_PLACES = (joinedload(Campaign.city), joinedload(Campaign.office), joinedload(Campaign.festival))


# ----------------------------------------------------------------------------------------------------------- festivals


def list_festivals(city: str | None = None) -> Sequence[Festival]:
    """Those of all cities, and those of one or of each."""
    festivals = select(Festival).options(joinedload(Festival.city)).order_by(Festival.reckoning, Festival.month)
    if city is not None:
        of_city = select(City.id).where(City.slug == city)
        festivals = festivals.where(or_(Festival.city_id.is_(None), Festival.city_id.in_(of_city)))
    return db.session.scalars(festivals.order_by(Festival.day, Festival.id)).all()


def get_festival(festival_id: int, user: User) -> Festival:
    """One that the user keeps: a co-ordinator those of the city, an administrator all. Raises FestivalNotFound."""
    kept = select(Festival).where(Festival.id == festival_id)
    if user.role is not Role.ADMINISTRATOR:
        kept = kept.where(Festival.city_id == user.organisation.city_id)
    festival: Festival | None = db.session.scalar(kept)
    if festival is None:
        raise FestivalNotFound()
    return festival


# ----------------------------------------------------------------------------------------------------------- campaigns


def keeps_campaign(user: User) -> ColumnElement[bool]:
    """A co-ordinator keeps those of the city, an organiser those of the own office, an administrator all."""
    if user.role is Role.ADMINISTRATOR:
        return true()
    if user.role is Role.COORDINATOR:
        return Campaign.city_id == user.organisation.city_id
    if user.role is Role.ORGANISER:
        return Campaign.office_id == user.organisation_id
    return false()


def list_public(first: date, last: date, city: str | None = None) -> Sequence[Campaign]:
    """What everybody may come to on these days, in the order of time."""
    found = (
        select(Campaign).options(*_WITH_PLACES).where(_IS_OUT, Campaign.starts_on <= last, Campaign.ends_on >= first)
    )
    if city is not None:
        found = found.join(Campaign.city).where(City.slug == city)
    return db.session.scalars(found.order_by(Campaign.starts_on, Campaign.id)).all()


def list_latest(city: str | None, at_most: int) -> Sequence[Campaign]:
    """What was published last."""
    found = select(Campaign).options(*_WITH_PLACES).where(_IS_OUT)
    if city is not None:
        found = found.join(Campaign.city).where(City.slug == city)
    return db.session.scalars(found.order_by(Campaign.published_at.desc(), Campaign.id.desc()).limit(at_most)).all()


def get_public_campaign(campaign_id: int) -> Campaign:
    """Raises CampaignNotFound."""
    return _get(select(Campaign).where(Campaign.id == campaign_id, _IS_OUT))


def get_campaign(campaign_id: int, user: User) -> Campaign:
    """One that the user keeps. Raises CampaignNotFound."""
    return _get(select(Campaign).where(Campaign.id == campaign_id, keeps_campaign(user)))


def _get(campaigns: Select[Campaign]) -> Campaign:
    links = selectinload(Campaign.links).options(
        joinedload(CampaignLink.package).joinedload(Package.host_city),
        joinedload(CampaignLink.departure).joinedload(Departure.package).joinedload(Package.host_city),
    )
    campaign: Campaign | None = db.session.scalar(campaigns.options(*_WITH_PLACES, links))
    if campaign is None:
        raise CampaignNotFound()
    return campaign


def select_kept(user: User) -> Select[Campaign]:
    """The latest first; to be paged."""
    kept = select(Campaign).options(*_WITH_PLACES).where(keeps_campaign(user))
    return kept.order_by(Campaign.starts_on.desc(), Campaign.id.desc())


def list_offices(user: User) -> Sequence[Organisation]:
    """For which offices the user may write."""
    offices = select(Organisation).join(Organisation.city).options(joinedload(Organisation.city))
    if user.role is Role.ORGANISER:
        offices = offices.where(Organisation.id == user.organisation_id)
    elif user.role is Role.COORDINATOR:
        own = Organisation.city_id == user.organisation.city_id
        offices = offices.where(own, Organisation.department_id.is_not(None))
    else:
        offices = offices.where(Organisation.department_id.is_not(None))
    return db.session.scalars(offices.order_by(City.code, Organisation.id)).all()


def list_dates(campaign: Campaign, *, since: date, now: datetime) -> list[DateLine]:
    """The departures to which a campaign leads, with the seats that are left."""
    packages = [link.package_id for link in campaign.links if link.package_id]
    named = [link.departure_id for link in campaign.links if link.departure_id]
    dates = each_date().where(
        or_(Departure.package_id.in_(packages), Departure.id.in_(named)),
        Departure.for_school_id.is_(None),
        Departure.starts_on >= since,
        Departure.state.in_(PUBLIC_STATES),
    )
    return lines_of(db.session.execute(dates.limit(MOST_DATES)).all(), now)


def list_packages(campaign: Campaign) -> list[Package]:
    """The packages to which a campaign leads and that everybody may see now."""
    packages = [link.package for link in campaign.links if link.package is not None]
    return [one for one in packages if one.publication is Publication.PUBLISHED and one.for_school_id is None]


def list_packages_to_link() -> Sequence[Package]:
    """What everybody may come to."""
    packages = select(Package).options(joinedload(Package.host_city)).where(IS_PUBLIC)
    return db.session.scalars(packages.order_by(Package.host_city_id, Package.id).limit(MOST_CHOICES)).all()


def list_departures_to_link(since: date) -> Sequence[Departure]:
    return db.session.scalars(
        select(Departure)
        .join(Departure.package)
        .options(joinedload(Departure.package).joinedload(Package.host_city))
        .where(Departure.for_school_id.is_(None), Departure.starts_on >= since, Departure.state.in_(PUBLIC_STATES))
        .order_by(Departure.starts_on, Departure.id)
        .limit(MOST_CHOICES)
    ).all()


def find_link(campaign: Campaign, link_id: int) -> CampaignLink:
    """Raises LinkNotFound."""
    for link in campaign.links:
        if link.id == link_id:
            return link
    raise LinkNotFound()


# --------------------------------------------------------------------------------------------------------- invitations

_INVITATIONS = select(EventInvitation).options(
    joinedload(EventInvitation.campaign).options(*_WITH_PLACES),
    joinedload(EventInvitation.city),
    joinedload(EventInvitation.invited_by),
    joinedload(EventInvitation.answered_by),
)


def list_cities_to_invite(campaign: Campaign) -> Sequence[City]:
    """The partners of the city that were not asked yet."""
    invited = {one.city_id for one in campaign.invitations}
    partners = City.id.in_(select_partner_cities(campaign.city_id)), City.id != campaign.city_id
    return db.session.scalars(select(City).where(*partners, City.id.not_in(invited)).order_by(City.code)).all()


def select_invitations(user: User, today: date) -> Select[EventInvitation]:
    """To the city for which the user speaks, those that wait for an answer first, then the latest; to be paged."""
    found = _INVITATIONS.join(EventInvitation.campaign).where(_is_invited(user))
    return found.order_by(not_(_waits(today)), EventInvitation.id.desc())


def list_open_invitations(user: User, today: date) -> Sequence[EventInvitation]:
    """Those to the user's city that nobody has answered and that can still be answered; the next event first."""
    found = _INVITATIONS.join(EventInvitation.campaign).where(_is_invited(user), _waits(today))
    return db.session.scalars(found.order_by(Campaign.starts_on, EventInvitation.id)).all()


def _waits(today: date) -> ColumnElement[bool]:
    """For an answer, which `answer_invitation` takes as long as the event is not over."""
    return and_(EventInvitation.answered_at.is_(None), _IS_OUT, Campaign.ends_on >= today)


def get_invitation(invitation_id: int, user: User) -> EventInvitation:
    """To the city for which the user speaks. Raises InvitationNotFound."""
    found = _INVITATIONS.where(EventInvitation.id == invitation_id, _is_invited(user))
    invitation: EventInvitation | None = db.session.scalar(found)
    if invitation is None:
        raise InvitationNotFound()
    return invitation


def _is_invited(user: User) -> ColumnElement[bool]:
    if user.role is Role.ADMINISTRATOR:
        return true()
    return EventInvitation.city_id == user.organisation.city_id if user.role is Role.COORDINATOR else false()


# --------------------------------------------------------------------------------------------------------------- media


def select_mentions(city: str | None = None) -> Select[MediaMention]:
    """The latest first; to be paged."""
    found = select(MediaMention).options(joinedload(MediaMention.city), joinedload(MediaMention.agreement))
    if city is not None:
        found = found.join(MediaMention.city).where(City.slug == city)
    return found.order_by(MediaMention.on.desc(), MediaMention.id.desc())


def get_mention(mention_id: int, user: User) -> MediaMention:
    """One that the user keeps: of the own city, an administrator all. Raises MentionNotFound."""
    kept = select(MediaMention).where(MediaMention.id == mention_id)
    if user.role is not Role.ADMINISTRATOR:
        kept = kept.where(MediaMention.city_id == user.organisation.city_id)
    mention: MediaMention | None = db.session.scalar(kept)
    if mention is None:
        raise MentionNotFound()
    return mention


# --------------------------------------------------------------------------------------------------------------- reach


def map_views(*, story_ids: Collection[int] = (), campaign_ids: Collection[int] = ()) -> Mapping[int, int]:
    """How often each of these stories, or of these campaigns, was read in all."""
    column, ids = (ReachDay.story_id, story_ids) if story_ids else (ReachDay.campaign_id, campaign_ids)
    rows = db.session.execute(select(column, func.sum(ReachDay.views)).where(column.in_(ids)).group_by(column))
    return {row[0]: int(row[1]) for row in rows if row[0] is not None}
