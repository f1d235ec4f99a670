"""Whether a letter about an event, a story or a photo is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.publicity.letters import ANSWERED, EVENT_ANSWERED, INVITED, PROPOSED, TO_NAME, WITHDRAWN
from exchange_app.publicity.links import invitation_path, naming_path, own_campaign_path, own_story_path
from exchange_app.publicity.models import Campaign, EventInvitation, Story, StoryPhoto
from exchange_app.publicity.queries.stories import WITH_PLACES
from exchange_app.publicity.rules import StoryState


def load_event_invitations(ids: Collection[int]) -> Mapping[int, EventInvitation]:
    found = db.session.scalars(
        select(EventInvitation)
        .where(EventInvitation.id.in_(ids))
        .options(
            joinedload(EventInvitation.city),
            joinedload(EventInvitation.campaign).options(joinedload(Campaign.city), joinedload(Campaign.office)),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_asked(invitation: EventInvitation, letter: Letter, now: datetime) -> bool:
    """The campaign is to come, and nobody has answered."""
    campaign = invitation.campaign
    is_over = campaign.ends_on < campaign.city.today(now)
    return campaign.is_published and invitation.answered_at is None and not is_over


def _is_answered_so(invitation: EventInvitation, letter: Letter, now: datetime) -> bool:
    """Nobody has answered otherwise since."""
    return invitation.answered_at is not None and invitation.answered_at.isoformat() == letter.facts["at"]


def _words_of_invitation(invitation: EventInvitation, letter: Letter, now: datetime) -> dict[str, Any]:
    path = invitation_path(invitation.id) if letter.kind == INVITED else own_campaign_path(invitation.campaign_id)
    return {
        "host": None,
        "invitation": invitation,
        "campaign": invitation.campaign,
        "page_url": setting("PUBLIC_URL") + path,
    }


def load_stories(ids: Collection[int]) -> Mapping[int, Story]:
    found = db.session.scalars(
        select(Story).where(Story.id.in_(ids)).options(*WITH_PLACES).execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _waits(story: Story, letter: Letter, now: datetime) -> bool:
    return story.state is StoryState.PROPOSED


def _is_so(story: Story, letter: Letter, now: datetime) -> bool:
    return story.state is StoryState(letter.facts["state"])


def _always(story: Story, letter: Letter, now: datetime) -> bool:
    return True


def _words_of_story(story: Story, letter: Letter, now: datetime) -> dict[str, Any]:
    return {
        "host": None,
        "story": story,
        "departure": story.departure,
        "package": story.departure.package,
        "page_url": setting("PUBLIC_URL") + own_story_path(story.id),
    }


def load_photos(ids: Collection[int]) -> Mapping[int, StoryPhoto]:
    found = db.session.scalars(
        select(StoryPhoto)
        .where(StoryPhoto.id.in_(ids))
        .options(
            joinedload(StoryPhoto.story).joinedload(Story.departure).joinedload(Departure.package),
            joinedload(StoryPhoto.story).joinedload(Story.office),
        )
        .execution_options(populate_existing=True)
    )
    return {one.id: one for one in found}


def _is_unnamed(photo: StoryPhoto, letter: Letter, now: datetime) -> bool:
    return photo.named_by_id is None and photo.story is not None


def _words_of_photo(photo: StoryPhoto, letter: Letter, now: datetime) -> dict[str, Any]:
    assert photo.story is not None, "asked before"
    page_url = setting("PUBLIC_URL") + naming_path(photo.id)
    return {**_words_of_story(photo.story, letter, now), "page_url": page_url}


PUBLICITY_LETTERS = (
    Kind(
        INVITED,
        sentence("Invitation to another city's event"),
        load_event_invitations,
        _is_asked,
        _words_of_invitation,
        leads_to="page_url",
    ),
    Kind(
        EVENT_ANSWERED,
        sentence("Answer to an invitation to an event"),
        load_event_invitations,
        _is_answered_so,
        _words_of_invitation,
        leads_to="page_url",
    ),
    Kind(PROPOSED, sentence("Story to be checked"), load_stories, _waits, _words_of_story, leads_to="page_url"),
    Kind(
        ANSWERED, sentence("Story published or given back"), load_stories, _is_so, _words_of_story, leads_to="page_url"
    ),
    Kind(
        TO_NAME,
        sentence("Photo of which a leader says who can be recognised"),
        load_photos,
        _is_unnamed,
        _words_of_photo,
        leads_to="page_url",
    ),
    Kind(
        WITHDRAWN,
        sentence("Photo taken off: a guardian no longer agrees"),
        load_stories,
        _always,
        _words_of_story,
        leads_to="page_url",
    ),
)
