"""Two cities with an agreement; a group of the one that has been to the other, whose guardians said yes or no to
photos; and somebody who tells about it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import OrganisationKind, Plan
from exchange_app.publicity.models import Campaign, Story, StoryPhoto
from exchange_app.publicity.queries.stories import list_groups
from exchange_app.publicity.rules import Shows
from exchange_app.publicity.service import campaigns, photos, stories
from exchange_app.publicity.service.campaigns import CampaignTerms
from exchange_app.publicity.service.photos import PhotoTerms
from exchange_app.publicity.service.stories import StoryTerms
from exchange_app.rosters.models import Participant
from tests.builders import NOW, both, make_departure, make_organisation, make_package, make_user
from tests.consents.group import AGENCY, HEALTH, answer_for, children_of, make_group
from tests.noticeboard.offices import Towns, make_towns

AFTER = NOW + timedelta(days=40)


@dataclass(frozen=True)
class Visit:
    """``children`` are three, of whom the first two may be shown; ``tokens`` are their guardians' links."""

    towns: Towns
    booking: Booking
    leader: User
    organiser: User
    colleague: User  # of the organiser
    host: User  # the co-ordinator of the host city
    children: Sequence[Participant]
    tokens: Sequence[str]


def make_visit() -> Visit:
    """With transactions of its own."""
    with transaction():
        towns = make_towns()
        host = towns.chongzuo
        office = make_organisation(host.city, OrganisationKind.OFFICE)
        organiser, colleague = (make_user(office, Role.ORGANISER) for _ in range(2))
        package = make_package(host_city=host.city, organiser=office, asks=[HEALTH], recipients=[AGENCY])
        booking = make_group(3, make_departure(package), towns.nanning.teacher)
    children = children_of(booking)
    tokens = [answer_for(booking, child, photos=n < 2) for n, child in enumerate(children)]
    with transaction():
        booking.state, booking.departure.state = BookingState.DONE, DepartureState.DONE
    return Visit(
        towns, booking, towns.nanning.teacher, organiser, colleague, host.coordinator, children_of(booking), tokens
    )


def make_story(visit: Visit, by: User | None = None) -> Story:
    """A draft; within a transaction."""
    terms = StoryTerms(both("Four days by the river"), both("We saw the rock paintings."))
    return stories.write_story(visit.booking.departure, terms, by=by or visit.organiser, now=AFTER)


def picture(colour: str = "#23694b", **saved: Any) -> io.BytesIO:
    written = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(written, "JPEG", **saved)
    written.seek(0)
    return written


def add_photo(owner: Story | Campaign, by: User, group: Booking | None = None, colour: str = "#23694b") -> StoryPhoto:
    """With its files; within a transaction."""
    shows = Shows.CHILDREN if group else Shows.NOBODY
    terms = PhotoTerms(shows, group.id if group else None, both("By the river"), "Wei Lan")
    content = photos.store_files(owner, picture(colour), terms)
    groups = list_groups(owner, by) if isinstance(owner, Story) else ()
    return photos.add_photo(owner, groups, content, terms, by=by, now=AFTER)


def make_published(visit: Visit, shown: Sequence[Participant] = ()) -> tuple[Story, StoryPhoto]:
    """A story with one photo of these children, or of nobody, that went the whole way; with transactions of its own."""
    with transaction():
        story = make_story(visit)
        photo = add_photo(story, visit.organiser, visit.booking if shown else None)
    if shown:
        with transaction():
            photos.name_persons(photo, [child.uid for child in shown], by=visit.leader, now=AFTER)
    with transaction():
        stories.propose_story(story, by=visit.organiser, now=AFTER)
    with transaction():
        photos.check_photo(photo, seen=photos.seen_of(photo), by=visit.host, now=AFTER)
    with transaction():
        stories.publish_story(story, seen=stories.seen_of(story), by=visit.host, now=AFTER)
    return story, photo


def campaign_terms(**changes: Any) -> CampaignTerms:
    values = {
        "title": Translated(zh_Hans="三月三歌圩", en="Song fair of the third of the third"),
        "text": both("Songs and five-coloured rice"),
        "place": both("Town square"),
        "plan": Plan.COMMUNITY,
        "festival_id": None,
        "starts_on": (NOW + timedelta(days=30)).date(),
        "ends_on": (NOW + timedelta(days=31)).date(),
    }
    return CampaignTerms(**values | changes)


def make_campaign(by: User, **changes: Any) -> Campaign:
    """Published; within a transaction."""
    campaign = campaigns.write_campaign(by.organisation, campaign_terms(**changes), by=by, now=NOW)
    campaigns.publish_campaign(campaign, by=by, now=NOW)
    return campaign
