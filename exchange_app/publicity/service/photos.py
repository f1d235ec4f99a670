"""Photos of stories and campaigns: added with what they show, named by the leader, checked by a second person, taken
away, and gone by themselves when a guardian no longer agrees.

As in `catalogue.photos` the files come first, outside of the transaction; what a fault leaves behind is cleared away
after a day. They lie in a folder of their own: `/photos` serves for ever what anybody asks for, these are asked about
each time.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.catalogue import pictures
from exchange_app.catalogue.errors import AlternativeMissing, ChangedMeanwhile
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.core.transaction import on_commit
from exchange_app.publicity import letters
from exchange_app.publicity.errors import (
    GroupMissing,
    GuardianDisagrees,
    NobodyNamed,
    PhotoConsentMissing,
    SecondPersonNeeded,
    StoryIsOut,
    StoryNotProposed,
    StoryPhotoNotFound,
    TooManyPhotos,
)
from exchange_app.publicity.models import Campaign, PhotoPerson, Story, StoryPhoto
from exchange_app.publicity.queries.photos import count_photos, is_named, list_contents, list_named, map_permissions
from exchange_app.publicity.queries.stories import CHECKERS
from exchange_app.publicity.rules import EDITABLE, MOST_PHOTOS, Permission, Shows, StoryState

STRAY_AFTER = timedelta(days=1)
MIDDLE = (50, 50)
MOST_OF_A_CAMPAIGN = 1
LOOKED_AT = 200
TAKEN_OFF = 20


@dataclass(frozen=True, slots=True)
class PhotoTerms:
    """``booking_id`` is the group whose children can be recognised."""

    shows: Shows
    booking_id: int | None
    alternative: Translated
    credit: str


def photo_folder() -> Path:
    return Path(setting("DATA_DIR")) / "story-photos"


def store_files(owner: Story | Campaign, upload: BinaryIO, terms: PhotoTerms) -> str:
    """Write an uploaded picture anew without anything but its pixels; returns the name of its content.

    Raises AlternativeMissing, GroupMissing, or what is wrong with the picture.
    """
    if not all(terms.alternative.get(language) for language in LANGUAGES):
        raise AlternativeMissing()
    if terms.shows is Shows.CHILDREN and terms.booking_id is None:
        raise GroupMissing()
    picture = pictures.read_picture(upload)
    return pictures.store_picture(photo_folder(), picture, MIDDLE, owner=f"{owner.__tablename__}/{owner.id}")


def add_photo(
    owner: Story | Campaign, groups: Collection[Booking], content: str, terms: PhotoTerms, *, by: User, now: datetime
) -> StoryPhoto:
    """Nobody sees it yet. ``groups`` are those that can be on it. Raises GroupMissing, TooManyPhotos or StoryIsOut."""
    group = next((one for one in groups if one.id == terms.booking_id), None) if terms.shows is Shows.CHILDREN else None
    if terms.shows is Shows.CHILDREN and group is None:
        raise GroupMissing()
    _lock(owner)
    most = MOST_PHOTOS if isinstance(owner, Story) else MOST_OF_A_CAMPAIGN
    if isinstance(owner, Story) and owner.state not in EDITABLE:
        raise StoryIsOut()
    if count_photos(owner) >= most:
        raise TooManyPhotos(most=most)
    photo = StoryPhoto(content=content, shows=terms.shows, alternative=terms.alternative, credit=terms.credit)
    photo.story_id, photo.campaign_id = (owner.id, None) if isinstance(owner, Story) else (None, owner.id)
    photo.booking_id, photo.added_at, photo.added_by_id = group.id if group else None, now, by.id
    db.session.add(photo)
    db.session.flush()
    if group is not None:
        letters.write_to_name(photo, group, by, now)
    return photo


def name_persons(photo: StoryPhoto, person_uids: Collection[str], *, by: User, now: datetime) -> None:
    """The leader says who can be recognised; whoever checked it before has to look again.

    ``person_uids`` are pupils of the group, as the page offered them. Raises NobodyNamed, PhotoConsentMissing,
    StoryIsOut or StoryPhotoNotFound.
    """
    lock_photo(photo)
    if photo.story is not None and photo.story.state is StoryState.PUBLISHED:
        raise StoryIsOut()
    if not person_uids:
        raise NobodyNamed()
    photo.persons = [PhotoPerson(photo_id=photo.id, person_uid=uid) for uid in sorted(set(person_uids))]
    photo.named_by_id, photo.checked_by_id, photo.checked_at = by.id, None, None
    db.session.flush()
    if map_permissions([photo])[photo.id] is not Permission.GIVEN:
        raise PhotoConsentMissing()
    _record(What.PHOTO_NAMED, photo, by, now)


def seen_of(photo: StoryPhoto) -> str:
    """What a form carries to say which photo with whom its reader saw."""
    return fingerprint([photo.content, photo.shows, dict(photo.alternative), [one.person_uid for one in photo.persons]])


def check_photo(photo: StoryPhoto, *, seen: str, by: User, now: datetime) -> None:
    """A second person looked at it: nobody can be recognised but those who are named.

    Raises SecondPersonNeeded, GuardianDisagrees, StoryNotProposed or StoryPhotoNotFound, and ChangedMeanwhile for one
    that no longer is as it was ``seen``.
    """
    lock_photo(photo)
    if by.role not in CHECKERS or by.id in (photo.added_by_id, photo.named_by_id):
        raise SecondPersonNeeded()
    if photo.story is not None and photo.story.state is not StoryState.PROPOSED:
        raise StoryNotProposed()
    if (current := seen_of(photo)) != seen:
        raise ChangedMeanwhile(current=current)
    if map_permissions([photo])[photo.id] is not Permission.GIVEN:
        raise GuardianDisagrees()
    photo.checked_by_id, photo.checked_at = by.id, now
    db.session.flush()
    _record(What.PHOTO_CHECKED, photo, by, now)


def remove_photo(photo: StoryPhoto, *, by: User, now: datetime) -> None:
    """At any time, also from a story that is out: taking away needs no second person. Raises StoryPhotoNotFound."""
    lock_photo(photo)
    _record(What.PHOTO_REMOVED, photo, by, now)
    _drop(photo)


def drop_photos(owner: Story | Campaign) -> None:
    """The files go with their owner."""
    for photo in owner.photos:
        _remove_files_later(photo.content)


def take_off_refused(now: datetime) -> int:
    """Photos go for good when somebody whom they show no longer agrees, or when the proof is no longer kept; their
    writers are told. Takes a few, so that nobody who writes waits long. Returns how many went."""
    gone, last = 0, 0
    while gone < TAKEN_OFF and (photos := list_named(LOOKED_AT, last)):
        last = photos[-1].id
        permissions = map_permissions(photos)
        lost = [photo for photo in photos if permissions[photo.id] is Permission.LOST]
        gone += sum(_take_off(photo, now) for photo in lost[: TAKEN_OFF - gone])
    return gone


def _take_off(photo: StoryPhoto, now: datetime) -> int:
    """Nothing where another worker has just done it."""
    locked = select(StoryPhoto).where(StoryPhoto.id == photo.id).with_for_update(skip_locked=True)
    if db.session.scalar(locked) is None:
        return 0
    if photo.story_id is not None:
        letters.write_withdrawn(photo.story_id, photo.id, now)
    _record(What.PHOTO_TAKEN_OFF, photo, None, now)
    _drop(photo)
    return 1


def remove_stray_files(now: datetime) -> int:
    """Files that no photo names and that are older than a day. Returns how many there were."""
    before = (now - STRAY_AFTER).timestamp()
    return pictures.remove_strays(photo_folder(), list_contents(), before=before)


def lock_photo(photo: StoryPhoto) -> None:
    """As it is now: after whoever answers about the same group, checks it, or lets its story out. Raises
    StoryPhotoNotFound."""
    if photo.booking_id is not None:
        db.session.execute(select(Booking.id).where(Booking.id == photo.booking_id).with_for_update(key_share=True))
    if photo.story_id is not None:
        locked = select(Story).where(Story.id == photo.story_id).with_for_update(key_share=True)
        db.session.execute(locked.execution_options(populate_existing=True))
    fresh = select(StoryPhoto).where(StoryPhoto.id == photo.id).with_for_update()
    if db.session.scalar(fresh.execution_options(populate_existing=True)) is None:
        raise StoryPhotoNotFound()
    db.session.refresh(photo, ["persons"])


def _lock(owner: Story | Campaign) -> None:
    kind = type(owner)
    locked = select(kind).where(kind.id == owner.id).with_for_update(key_share=True)
    db.session.execute(locked.execution_options(populate_existing=True))


def _drop(photo: StoryPhoto) -> None:
    _remove_files_later(photo.content)
    db.session.delete(photo)
    db.session.flush()
    for owner in (photo.story, photo.campaign):
        if owner is not None:
            db.session.expire(owner, ["photos"])


def _remove_files_later(content: str) -> None:
    """Unless the same picture was added twice."""
    folder = photo_folder()

    def remove() -> None:
        if not is_named(content):
            pictures.remove_files(folder, content)

    on_commit(remove)


def _record(what: What, photo: StoryPhoto, by: User | None, now: datetime) -> None:
    """Which photo, never who is on it."""
    facts = {"photo": photo.id, "story": photo.story_id or 0, "people": len(photo.persons)}
    audit.record(what, by_id=by.id if by else None, now=now, facts=facts)
