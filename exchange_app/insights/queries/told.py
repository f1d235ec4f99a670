"""Delegations, how much was read and reported, and what people said afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Publication
from exchange_app.coordination.models import Exchange
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.insights.queries.groups import Counted, select_groups
from exchange_app.insights.queries.spans import days_of
from exchange_app.insights.rules import Scope, average
from exchange_app.partners.models import Party
from exchange_app.publicity.models import Campaign, CampaignLink, EventInvitation, MediaMention, ReachDay, Story
from exchange_app.publicity.rules import StoryState
from exchange_app.trips.models import Reply
from exchange_app.trips.rules import Question
from exchange_app.visits.models import ProgrammeEntry, Visit
from exchange_app.visits.rules import Period, VisitState
from exchange_app.web.formats import HOME_ZONE

EVER = Period(date.min, date.max)


@dataclass(frozen=True, slots=True)
class Told:
    """How many stories or campaigns there were in a period, and how often any of them was read in it."""

    number: int
    reads: int


@dataclass(frozen=True, slots=True)
class Opinion:
    """How many answered a question after the trip, and their average mark."""

    question: Question
    replies: int
    average: float | None


# --------------------------------------------------------------------------------------------------------- delegations


def count_visits(scope: Scope) -> Sequence[Counted]:
    """Visits that were carried out, by plan and direction, with as many as came."""
    keys = Visit.plan, Exchange.sending_city_id, Exchange.hosting_city_id
    person_days = func.sum(Visit.came * days_of(Visit.starts_on, Visit.ends_on))
    numbers: Sequence[Any] = func.count(), func.sum(Visit.came), person_days
    visits = select(*keys, *numbers).join(Exchange, Exchange.visit_id == Visit.id).where(*_of_visits(scope))
    return [
        Counted(tuple(row[:-3]), 0, *(int(number) for number in row[-3:]))
        for row in db.session.execute(visits.group_by(*keys).order_by(*keys))
    ]


def _of_visits(scope: Scope) -> Iterator[ColumnElement[bool]]:
    yield Visit.state == VisitState.CARRIED_OUT
    yield Visit.ends_on.between(scope.period.first, scope.period.last)
    if scope.plan is not None:
        yield Visit.plan == scope.plan
    if scope.agreement_id is not None:
        yield Exchange.agreement_id == scope.agreement_id
    if scope.city_id is not None:
        yield or_(Exchange.sending_city_id == scope.city_id, Exchange.hosting_city_id == scope.city_id)
    if scope.organiser_id is not None:
        yield Visit.host_office_id == scope.organiser_id
    if scope.base_id is not None:
        yield exists().where(ProgrammeEntry.visit_id == Visit.id, ProgrammeEntry.base_id == scope.base_id)
    if scope.school_id is not None or scope.sending_city_id is not None:
        yield false()  # offices make visits, not schools


# ----------------------------------------------------------------------------------------------------------- publicity


def count_stories(scope: Scope) -> Told:
    """Stories that were published in the period; read were older ones too."""
    since, until = _moment(scope.period.first), _moment(scope.period.last + timedelta(days=1))
    stories = select(Story.id).where(_of_stories(scope))
    is_out = Story.state == StoryState.PUBLISHED, Story.published_at >= since, Story.published_at < until
    number = select(func.count()).where(Story.id.in_(stories), *is_out)
    return Told(db.session.scalar(number) or 0, _reads(ReachDay.story_id.in_(stories), scope.period))


def _of_stories(scope: Scope) -> ColumnElement[bool]:
    """About departures at which groups of the scope were; of a city those too that it tells."""
    if scope == Scope(scope.period):
        return Story.id.is_not(None)
    about = Story.departure_id.in_(select_groups(replace(scope, period=EVER), Departure.id))
    if scope.city_id is None or scope != Scope(scope.period, city_id=scope.city_id):
        return about
    return or_(about, Story.city_id == scope.city_id)


def _moment(day: date) -> datetime:
    """Its beginning."""
    return datetime.combine(day, time(), ZoneInfo(HOME_ZONE))


def _reads(which: ColumnElement[bool], period: Period) -> int:
    reads = select(func.sum(ReachDay.views)).where(which, ReachDay.day.between(period.first, period.last))
    return int(db.session.scalar(reads) or 0)


def count_campaigns(scope: Scope) -> Told | None:
    """Campaigns that began in the period. None where campaigns are not told apart by what was asked about."""
    if scope.base_id or scope.school_id or scope.sending_city_id:
        return None
    campaigns = select(Campaign.id).where(Campaign.publication != Publication.DRAFT)
    if scope.agreement_id is not None:
        campaigns = campaigns.where(_is_under(scope.agreement_id))
    if scope.city_id is not None:
        campaigns = campaigns.where(Campaign.city_id == scope.city_id)
    if scope.plan is not None:
        campaigns = campaigns.where(Campaign.plan == scope.plan)
    if scope.organiser_id is not None:
        campaigns = campaigns.where(Campaign.office_id == scope.organiser_id)
    began = Campaign.starts_on.between(scope.period.first, scope.period.last)
    number = select(func.count()).where(Campaign.id.in_(campaigns), began)
    return Told(db.session.scalar(number) or 0, _reads(ReachDay.campaign_id.in_(campaigns), scope.period))


def _is_under(agreement_id: int) -> ColumnElement[bool]:
    """A city of the agreement puts it on and has invited another one of it, or it leads to departures to which groups
    came under the agreement."""
    cities = select(Party.city_id).where(Party.agreement_id == agreement_id)
    departures = select(Exchange.departure_id).where(Exchange.agreement_id == agreement_id)
    packages = select(Departure.package_id).where(Departure.id.in_(departures))
    invites = exists().where(EventInvitation.campaign_id == Campaign.id, EventInvitation.city_id.in_(cities))
    leads = exists().where(
        CampaignLink.campaign_id == Campaign.id,
        or_(CampaignLink.departure_id.in_(departures), CampaignLink.package_id.in_(packages)),
    )
    return and_(Campaign.city_id.in_(cities), or_(invites, leads))


def count_mentions(scope: Scope) -> int | None:
    """Reports of the media. None where they are not told apart by what was asked about."""
    if scope.plan or scope.base_id or scope.school_id or scope.organiser_id or scope.sending_city_id:
        return None
    found = select(func.count()).where(MediaMention.on.between(scope.period.first, scope.period.last))
    if scope.agreement_id is not None:
        found = found.where(MediaMention.agreement_id == scope.agreement_id)
    if scope.city_id is not None:
        found = found.where(MediaMention.city_id == scope.city_id)
    return db.session.scalar(found) or 0


# -------------------------------------------------------------------------------------------------------- satisfaction


def list_opinions(scope: Scope) -> Sequence[Opinion]:
    """What people of these groups answered, question by question."""
    marks = [Reply.marks[question.value].as_integer() for question in Question]
    numbers = [number for mark in marks for number in (func.count(mark), func.sum(mark))]
    found = list(db.session.execute(select_groups(scope, *numbers).join(Reply, Reply.booking_id == Booking.id)).one())
    return [
        Opinion(question, found[2 * at], average(int(found[2 * at + 1]), found[2 * at]) if found[2 * at] else None)
        for at, question in enumerate(Question)
    ]
