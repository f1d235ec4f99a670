"""What the cities of the demo show the world: festivals, a campaign with departures, a story with drawn pictures, and
one that waits for a second person."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from sqlalchemy import select

from exchange_app.consents.queries import list_children
from exchange_app.core.database import db
from exchange_app.demo.known import Known
from exchange_app.demo.photos import CREDIT, PHOTOS
from exchange_app.demo.reading import read
from exchange_app.partners.models import Plan
from exchange_app.partners.queries import find_agreement_between
from exchange_app.publicity.models import Festival
from exchange_app.publicity.queries.campaigns import list_cities_to_invite
from exchange_app.publicity.queries.stories import list_groups
from exchange_app.publicity.rules import Answer, Shows
from exchange_app.publicity.service import campaigns, photos, stories
from exchange_app.publicity.service.campaigns import CampaignTerms, MentionTerms
from exchange_app.publicity.service.photos import PhotoTerms
from exchange_app.publicity.service.stories import StoryTerms

VIEWS = (14, 23, 9)  # of the days before
A_DAY = timedelta(days=1)


def add_publicity(known: Known, now: datetime) -> None:
    content = read("publicity")
    campaigns.add_usual_festivals()
    _put_on(content["campaign"], content["invitation"], known, now)
    _tell(content["story"], content["photo"], known, now)
    _propose(content["proposed"], known, now)
    _collect(content["mention"], known, now)


def _put_on(entry: dict[str, Any], invited: dict[str, Any], known: Known, now: datetime) -> None:
    office, at = known.organisations[entry["office"]], now - timedelta(days=entry["days_ago"])
    by, first = known.coordinator(office.city), now.astimezone(office.city.zone).date()
    first += timedelta(days=entry["days_ahead"])
    terms = CampaignTerms(
        title=entry["title"],
        text=entry["text"],
        place=entry["place"],
        plan=Plan(entry["plan"]),
        festival_id=db.session.scalar(select(Festival.id).where(Festival.month == entry["festival_month"])),
        starts_on=first,
        ends_on=first + timedelta(days=entry["lasts"] - 1),
    )
    campaign = campaigns.write_campaign(office, terms, by=by, now=at)
    campaigns.add_link(campaign, package_id=known.packages[entry["package"]].id)
    campaigns.publish_campaign(campaign, by=by, now=at)
    city = known.cities[invited["city"]]
    campaigns.invite(campaign, list_cities_to_invite(campaign), city.id, invited["words"], by=by, now=at + A_DAY)
    (invitation,) = campaign.invitations
    answer = Answer.YES, invited["people"], invited["answer"]
    campaigns.answer_invitation(invitation, *answer, by=known.coordinator(city), now=at + 3 * A_DAY)


def _tell(entry: dict[str, Any], drawn: list[dict[str, Any]], known: Known, now: datetime) -> None:
    departure, at = known.departures[entry["departure"]], now - timedelta(days=entry["days_ago"])
    by, checker = known.host(departure.package), known.coordinator(departure.package.host_city)
    story = stories.write_story(departure, StoryTerms(entry["title"], entry["text"]), by=by, now=at)
    added = []
    for one in drawn:
        terms = PhotoTerms(Shows.NOBODY, None, one["alternative"], CREDIT)
        content = photos.store_files(story, BytesIO((PHOTOS / f"{one['file']}.webp").read_bytes()), terms)
        added.append(photos.add_photo(story, [], content, terms, by=by, now=at))
    stories.propose_story(story, by=by, now=at)
    for photo in added:
        photos.check_photo(photo, seen=photos.seen_of(photo), by=checker, now=at + A_DAY)
    stories.publish_story(story, seen=stories.seen_of(story), by=checker, now=at + A_DAY)
    for days_ago, views in enumerate(VIEWS, start=1):
        for _ in range(views):
            campaigns.count_view(story, (now - timedelta(days=days_ago)).date())


def _propose(entry: dict[str, Any], known: Known, now: datetime) -> None:
    """With one photo whose children are named, and one whose are not yet."""
    departure, by = known.departures[entry["departure"]], known.people[entry["leader"]]
    at = now - timedelta(days=entry["days_ago"])
    story = stories.write_story(departure, StoryTerms(entry["title"], entry["text"]), by=by, now=at)
    groups = list_groups(story, by)
    for one in entry["photo"]:
        terms = PhotoTerms(Shows.CHILDREN, groups[0].id, one["alternative"], CREDIT)
        content = photos.store_files(story, BytesIO((PHOTOS / f"{one['file']}.webp").read_bytes()), terms)
        photo = photos.add_photo(story, groups, content, terms, by=by, now=at)
        if "pupils" in one:
            children = list_children(groups[0].id)
            photos.name_persons(photo, [children[place].uid for place in one["pupils"]], by=by, now=at)
    stories.propose_story(story, by=by, now=at)


def _collect(entry: dict[str, Any], known: Known, now: datetime) -> None:
    by = known.coordinator(known.organisations[entry["office"]].city)
    nanning, chongzuo = (known.cities[code] for code in ("450100", "451400"))
    agreement = find_agreement_between(nanning.id, chongzuo.id)
    terms = MentionTerms(
        title=entry["title"],
        medium=entry["medium"],
        on=(now - timedelta(days=entry["days_ago"])).date(),
        address=entry["address"],
        agreement_id=agreement.id if agreement else None,
    )
    campaigns.add_mention(terms, by=by)
