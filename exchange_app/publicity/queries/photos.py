"""Reads of photos, and whether those whom one shows agreed.

`map_permissions` is asked each time before anybody sees a photo: a guardian who withdraws is heeded at once, whatever
was checked before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.consents.models import ConsentAnswer, DeletionRequest
from exchange_app.consents.wording import essence_of
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.publicity.errors import StoryPhotoNotFound
from exchange_app.publicity.models import Campaign, PhotoPerson, Story, StoryPhoto
from exchange_app.publicity.queries.campaigns import keeps_campaign
from exchange_app.publicity.queries.stories import keeps_story
from exchange_app.publicity.rules import Permission, Shows

WITH_PERSONS = (
    selectinload(StoryPhoto.persons),
    joinedload(StoryPhoto.booking).options(
        joinedload(Booking.departure).joinedload(Departure.package), joinedload(Booking.school)
    ),
)
Person = tuple[int, str]  # the booking's id and the participant's uid


def map_permissions(photos: Collection[StoryPhoto]) -> Mapping[int, Permission]:
    """How it stands with each of these photos now, in two statements."""
    people = {(photo.booking_id, one.person_uid) for photo in photos if photo.booking_id for one in photo.persons}
    answers, leaving = _map_answers(people), _set_of_leaving(people)
    return {photo.id: _permission(photo, answers, leaving) for photo in photos}


def _permission(photo: StoryPhoto, answers: Mapping[Person, ConsentAnswer], leaving: frozenset[str]) -> Permission:
    if photo.shows is Shows.NOBODY or photo.booking is None:
        return Permission.GIVEN
    if not photo.persons:
        return Permission.UNNAMED
    given = [answers.get((photo.booking.id, one.person_uid)) for one in photo.persons]
    allowing = [answer for answer in given if answer is not None and answer.allows_photos]
    if len(allowing) < len(given) or any(one.person_uid in leaving for one in photo.persons):
        return Permission.LOST
    asked = essence_of(photo.booking.departure)
    return Permission.GIVEN if all(answer.essence == asked for answer in allowing) else Permission.OUTDATED


def _map_answers(people: Collection[Person]) -> Mapping[Person, ConsentAnswer]:
    """The last answer about each, whatever it was about."""
    if not people:
        return {}
    bookings, uids = ({one[n] for one in people} for n in range(2))
    answers = db.session.scalars(
        select(ConsentAnswer)
        .where(ConsentAnswer.booking_id.in_(bookings), ConsentAnswer.person_uid.in_(uids))
        .order_by(ConsentAnswer.id)
        .execution_options(populate_existing=True)
    )
    return {(answer.booking_id, answer.person_uid): answer for answer in answers}


def _set_of_leaving(people: Collection[Person]) -> frozenset[str]:
    """Whose guardians want everything about them deleted."""
    if not people:
        return frozenset()
    asked = select(DeletionRequest.person_uid).where(DeletionRequest.person_uid.in_({uid for _booking, uid in people}))
    return frozenset(db.session.scalars(asked))


def list_shown(photos: Sequence[StoryPhoto]) -> list[StoryPhoto]:
    """Those that everybody may see, of something that is published."""
    permissions = map_permissions([photo for photo in photos if photo.is_checked])
    return [photo for photo in photos if permissions.get(photo.id) is Permission.GIVEN]


def map_first_shown(*, story_ids: Collection[int] = (), campaign_ids: Collection[int] = ()) -> dict[int, StoryPhoto]:
    """The first photo that everybody may see of each of these, by its story's or campaign's id."""
    owners = or_(StoryPhoto.story_id.in_(story_ids), StoryPhoto.campaign_id.in_(campaign_ids))
    checked = StoryPhoto.checked_at.is_not(None)
    photos = db.session.scalars(
        select(StoryPhoto).options(*WITH_PERSONS).where(owners, checked).order_by(StoryPhoto.id)
    )
    first: dict[int, StoryPhoto] = {}
    for photo in list_shown(photos.all()):
        first.setdefault(photo.story_id or photo.campaign_id or 0, photo)
    return first


def list_photos(owner: Story | Campaign) -> Sequence[StoryPhoto]:
    """All, checked or not, as they are in the database now."""
    photos = select(StoryPhoto).options(*WITH_PERSONS).where(_is_of(owner)).order_by(StoryPhoto.id)
    return db.session.scalars(photos.execution_options(populate_existing=True)).all()


def count_photos(owner: Story | Campaign) -> int:
    return db.session.scalar(select(func.count()).where(_is_of(owner))) or 0


def _is_of(owner: Story | Campaign) -> ColumnElement[bool]:
    return StoryPhoto.story_id == owner.id if isinstance(owner, Story) else StoryPhoto.campaign_id == owner.id


def get_photo(photo_id: int, user: User) -> StoryPhoto:
    """Of a story or campaign that the user keeps. Raises StoryPhotoNotFound."""
    return _get(_select(photo_id, _keeps(user)))


def get_photo_to_name(photo_id: int, user: User) -> StoryPhoto:
    """One with children of the user's own school, for its leaders. Raises StoryPhotoNotFound."""
    return _get(_select(photo_id, _shows_school_of(user)))


def get_photo_to_remove(photo_id: int, user: User) -> StoryPhoto:
    """One that the user keeps, or that shows children of the user's school. Raises StoryPhotoNotFound."""
    return _get(_select(photo_id, or_(_keeps(user), _shows_school_of(user))))


def list_photos_of(booking_id: int, person_uid: str) -> Sequence[StoryPhoto]:
    """In which somebody of a group can be recognised, as its leader said, with their stories; for their guardians."""
    shown = StoryPhoto.persons.any(PhotoPerson.person_uid == person_uid)
    photos = select(StoryPhoto).options(joinedload(StoryPhoto.story)).where(StoryPhoto.booking_id == booking_id, shown)
    return db.session.scalars(photos.order_by(StoryPhoto.id)).all()


def find_photo(photo_id: int) -> StoryPhoto | None:
    """Whoever asks; whether they may see it is asked next."""
    return db.session.scalar(_with_owner(select(StoryPhoto).where(StoryPhoto.id == photo_id)))


def may_look_at(photo: StoryPhoto, user: User) -> bool:
    """Whether somebody may see it before everybody does: who keeps it, and whose pupils it shows."""
    looking = select(exists().where(StoryPhoto.id == photo.id, or_(_keeps(user), _shows_school_of(user))))
    return bool(db.session.scalar(looking))


def list_to_name(user: User) -> Sequence[StoryPhoto]:
    """Photos with children of the user's school of whom nobody has said yet who they are."""
    waiting = _shows_school_of(user), StoryPhoto.named_by_id.is_(None)
    return db.session.scalars(_with_owner(select(StoryPhoto).where(*waiting).order_by(StoryPhoto.id))).all()


def list_unnamed(booking_ids: Collection[int]) -> Sequence[StoryPhoto]:
    """Photos with children of these groups of whom nobody has said yet who they are."""
    waiting = StoryPhoto.shows == Shows.CHILDREN, StoryPhoto.named_by_id.is_(None)
    photos = select(StoryPhoto).where(StoryPhoto.booking_id.in_(booking_ids), *waiting)
    return db.session.scalars(photos.order_by(StoryPhoto.id)).all()


def list_named(limit: int, after: int) -> Sequence[StoryPhoto]:
    """Photos with people, published or not, from the one after this on; for the job that looks whether they agree."""
    named = StoryPhoto.id > after, StoryPhoto.shows == Shows.CHILDREN, StoryPhoto.named_by_id.is_not(None)
    return db.session.scalars(
        select(StoryPhoto).options(*WITH_PERSONS).where(*named).order_by(StoryPhoto.id).limit(limit)
    ).all()


def is_named(content: str) -> bool:
    """Whether a photo has this picture."""
    return bool(db.session.scalar(select(exists().where(StoryPhoto.content == content))))


def list_contents() -> Sequence[str]:
    return db.session.scalars(select(StoryPhoto.content)).all()


def _keeps(user: User) -> ColumnElement[bool]:
    of_story = exists().where(Story.id == StoryPhoto.story_id, keeps_story(user))
    of_campaign = exists().where(Campaign.id == StoryPhoto.campaign_id, keeps_campaign(user))
    return or_(of_story, of_campaign)


def _shows_school_of(user: User) -> ColumnElement[bool]:
    if user.role is not Role.LEADER:
        return false()
    own = exists().where(Booking.id == StoryPhoto.booking_id, Booking.school_id == user.organisation_id)
    return and_(StoryPhoto.shows == Shows.CHILDREN, own)


def _select(photo_id: int, whose: ColumnElement[bool]) -> Select[StoryPhoto]:
    return _with_owner(select(StoryPhoto).where(StoryPhoto.id == photo_id, whose))


def _with_owner(photos: Select[StoryPhoto]) -> Select[StoryPhoto]:
    return photos.options(*WITH_PERSONS, joinedload(StoryPhoto.story), joinedload(StoryPhoto.campaign))


def _get(photos: Select[StoryPhoto]) -> StoryPhoto:
    photo: StoryPhoto | None = db.session.scalar(photos)
    if photo is None:
        raise StoryPhotoNotFound()
    return photo
