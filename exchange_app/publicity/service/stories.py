"""Stories are written, proposed, checked by a second person, let out or given back, and withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.departures.models import Departure
from exchange_app.publicity import letters
from exchange_app.publicity.errors import (
    GuardianDisagrees,
    PhotosNotChecked,
    PublicWordsMissing,
    SecondPersonNeeded,
    StoryIsOut,
    StoryNotProposed,
    StoryNotPublished,
)
from exchange_app.publicity.models import Story
from exchange_app.publicity.queries.photos import list_photos, map_permissions
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.rules import EDITABLE, Permission, StoryState
from exchange_app.publicity.service.photos import drop_photos
from exchange_app.publicity.service.photos import seen_of as seen_of_photo


@dataclass(frozen=True, slots=True)
class StoryTerms:
    title: Translated
    text: Translated


def write_story(departure: Departure, terms: StoryTerms, *, by: User, now: datetime) -> Story:
    """A draft about a departure that has taken place."""
    story = Story(departure_id=departure.id, author_id=by.id, office_id=by.organisation_id)
    story.city_id, story.state = by.organisation.city_id, StoryState.DRAFT
    story.title, story.text, story.changed_at = terms.title, terms.text, now
    db.session.add(story)
    db.session.flush()
    return story


def change_story(story: Story, terms: StoryTerms, *, seen: str, by: User, now: datetime) -> None:
    """What is changed has to be checked anew. Whoever changes it is its author from now on, so that nobody checks the
    own words. Raises StoryIsOut, or ChangedMeanwhile if it no longer is as ``seen``."""
    _lock(story)
    if (current := words_seen(story)) != seen:
        raise ChangedMeanwhile(current=current)
    if story.state not in EDITABLE:
        raise StoryIsOut()
    story.title, story.text, story.changed_at = terms.title, terms.text, now
    story.author_id, story.checked_by_id, story.state = by.id, None, StoryState.DRAFT
    db.session.flush()


def words_seen(story: Story) -> str:
    """What a form carries to say which words its reader saw."""
    return fingerprint([dict(story.title), dict(story.text)])


def seen_of(story: Story) -> str:
    """The same with the photos, as who checks it saw them."""
    return fingerprint([words_seen(story), [(seen_of_photo(one), one.is_checked) for one in list_photos(story)]])


def propose_story(story: Story, *, by: User, now: datetime) -> None:
    """To be checked by a second person. Raises StoryIsOut or PublicWordsMissing."""
    _lock(story)
    if story.state not in EDITABLE:
        raise StoryIsOut()
    if not all(text.get(language) for text in (story.title, story.text) for language in LANGUAGES):
        raise PublicWordsMissing()
    story.state, story.proposed_at, story.changed_at = StoryState.PROPOSED, now, now
    story.checked_by_id, story.checker_words = None, ""
    db.session.flush()
    letters.write_proposed(story, by, now)


def take_back(story: Story, *, now: datetime) -> None:
    """To change it before somebody has checked it. Raises StoryNotProposed."""
    _lock(story)
    if story.state is not StoryState.PROPOSED:
        raise StoryNotProposed()
    story.state, story.changed_at = StoryState.DRAFT, now
    db.session.flush()


def publish_story(story: Story, *, seen: str, by: User, now: datetime) -> None:
    """What the second person has ``seen``, words and photos, and nothing else.

    Raises SecondPersonNeeded, StoryNotProposed, ChangedMeanwhile, PhotosNotChecked or GuardianDisagrees.
    """
    _lock_with_groups(story)
    _check_second_person(story, by)
    if story.state is not StoryState.PROPOSED:
        raise StoryNotProposed()
    if (current := seen_of(story)) != seen:
        raise ChangedMeanwhile(current=current)
    photos = list_photos(story)
    if not all(photo.is_checked for photo in photos):
        raise PhotosNotChecked()
    if any(permission is not Permission.GIVEN for permission in map_permissions(photos).values()):
        raise GuardianDisagrees()
    story.state, story.published_at, story.changed_at = StoryState.PUBLISHED, now, now
    story.checked_by_id = by.id
    db.session.flush()
    letters.write_answered(story, now)


def return_story(story: Story, words: str, *, by: User, now: datetime) -> None:
    """With what has to be mended. Raises SecondPersonNeeded or StoryNotProposed."""
    _lock(story)
    _check_second_person(story, by)
    if story.state is not StoryState.PROPOSED:
        raise StoryNotProposed()
    story.state, story.checker_words, story.checked_by_id = StoryState.DRAFT, words, by.id
    story.changed_at = now
    db.session.flush()
    letters.write_answered(story, now)


def withdraw_story(story: Story, *, now: datetime) -> None:
    """Nobody else sees it any more. Raises StoryNotPublished."""
    _lock(story)
    if story.state is not StoryState.PUBLISHED:
        raise StoryNotPublished()
    story.state, story.changed_at = StoryState.WITHDRAWN, now
    db.session.flush()


def delete_story(story: Story) -> None:
    """With its photos. Raises StoryIsOut."""
    _lock(story)
    if story.state not in EDITABLE:
        raise StoryIsOut()
    drop_photos(story)
    db.session.delete(story)
    db.session.flush()


def _check_second_person(story: Story, by: User) -> None:
    if by.role not in CHECKERS or by.id == story.author_id:
        raise SecondPersonNeeded()


def _lock(story: Story) -> None:
    locked = select(Story).where(Story.id == story.id).with_for_update(key_share=True)
    db.session.execute(locked.execution_options(populate_existing=True))


def _lock_with_groups(story: Story) -> None:
    """The groups first, as whoever answers about a child does: a withdrawal comes before or after, never in between."""
    groups = sorted({photo.booking_id for photo in list_photos(story) if photo.booking_id})
    of_photos = select(Booking.id).where(Booking.id.in_(groups)).order_by(Booking.id)
    db.session.execute(of_photos.with_for_update(key_share=True))
    _lock(story)
