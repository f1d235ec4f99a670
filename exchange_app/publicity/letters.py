"""Which letter goes to whom when cities invite each other, a story is to be checked, or a guardian no longer agrees."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import write_to_each
from exchange_app.bookings.models import Booking
from exchange_app.coordination.queries.people import list_coordinators, map_people
from exchange_app.core.database import db
from exchange_app.outbox.service import stamp
from exchange_app.publicity.models import EventInvitation, Story, StoryPhoto
from exchange_app.publicity.queries.stories import list_checkers

INVITED, EVENT_ANSWERED = "event_invited", "event_answered"
PROPOSED, ANSWERED = "story_proposed", "story_answered"
TO_NAME, WITHDRAWN = "photo_to_name", "photo_withdrawn"


def write_invited(invitation: EventInvitation, now: datetime) -> None:
    """To the co-ordinators of the city that is invited."""
    readers = list_coordinators([invitation.city_id])
    write_to_each(readers, now, key=f"event:{invitation.id}:invited", kind=INVITED, subject_id=invitation.id)


def write_event_answered(invitation: EventInvitation, now: datetime) -> None:
    """To whoever invited, with each answer."""
    readers = map_people([invitation.invited_by_id]).values()
    key = f"event:{invitation.id}:answered:{stamp(now)}"
    write_to_each(readers, now, key=key, kind=EVENT_ANSWERED, subject_id=invitation.id, facts={"at": now.isoformat()})


def write_proposed(story: Story, by: User, now: datetime) -> None:
    """To everybody who can check it."""
    readers = [reader for reader in list_checkers(story) if reader.id != by.id]
    write_to_each(readers, now, key=f"story:{story.id}:proposed:{stamp(now)}", kind=PROPOSED, subject_id=story.id)


def write_answered(story: Story, now: datetime) -> None:
    """To its author: it is out, or it came back."""
    readers = map_people([story.author_id]).values()
    key = f"story:{story.id}:answered:{stamp(now)}"
    write_to_each(readers, now, key=key, kind=ANSWERED, subject_id=story.id, facts={"state": str(story.state)})


def write_to_name(photo: StoryPhoto, group: Booking, by: User, now: datetime) -> None:
    """To the leader of the group that it shows; whoever adds a photo of the own group is just asked on the page."""
    leader = map_people([group.leader_id])[group.leader_id]
    if by.id != leader.id:
        write_to_each([leader], now, key=f"photo:{photo.id}:to-name", kind=TO_NAME, subject_id=photo.id)


def write_withdrawn(story_id: int, photo_id: int, now: datetime) -> None:
    """To the author. Which guardian it was is nobody's business."""
    author = db.session.scalars(select(User).join(Story, Story.author_id == User.id).where(Story.id == story_id)).all()
    write_to_each(author, now, key=f"photo:{photo_id}:withdrawn", kind=WITHDRAWN, subject_id=story_id)
