"""Reads of stories: those that are out, and those that somebody writes or checks."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import DepartureState
from exchange_app.partners.models import City, Organisation
from exchange_app.publicity.errors import StoryNotFound
from exchange_app.publicity.models import Story
from exchange_app.publicity.rules import StoryState

CHECKERS = (Role.ORGANISER, Role.COORDINATOR, Role.ADMINISTRATOR)
TOLD_OF = 100

WITH_PLACES = (
    joinedload(Story.office),
    joinedload(Story.city),
    joinedload(Story.author).joinedload(User.organisation),
    joinedload(Story.departure).joinedload(Departure.package).joinedload(Package.host_city),
)
_IS_OUT = Story.state == StoryState.PUBLISHED


def keeps_story(user: User) -> ColumnElement[bool]:
    """Whose story it is, and who can check it: its own office or school, whoever organised the departure, and the
    co-ordinators of the city that tells it and of the host."""
    if user.role is Role.ADMINISTRATOR:
        return true()
    own = Story.office_id == user.organisation_id
    if user.role is Role.LEADER:
        return own
    of_package = and_(Departure.id == Story.departure_id, Departure.package_id == Package.id)
    if user.role is Role.ORGANISER:
        return or_(own, exists().where(of_package, Package.organiser_id == user.organisation_id))
    if user.role is Role.COORDINATOR:
        city_id = user.organisation.city_id
        return or_(Story.city_id == city_id, exists().where(of_package, Package.host_city_id == city_id))
    return false()


def select_stories(city: str | None = None) -> Select[Story]:
    """Those that everybody reads, the latest first; told by a city or about a visit to it. To be paged."""
    stories = _with_departure().where(_IS_OUT).order_by(Story.published_at.desc(), Story.id.desc())
    if city is not None:
        of_city = select(City.id).where(City.slug == city)
        stories = stories.where(or_(Story.city_id.in_(of_city), Package.host_city_id.in_(of_city)))
    return stories


def _with_departure() -> Select[Story]:
    loaded = contains_eager(Story.departure).contains_eager(Departure.package).contains_eager(Package.host_city)
    return (
        select(Story)
        .join(Story.departure)
        .join(Departure.package)
        .join(Package.host_city)
        .options(loaded, joinedload(Story.office), joinedload(Story.city))
    )


def get_public_story(story_id: int) -> Story:
    """Raises StoryNotFound."""
    return _get(select(Story).options(*WITH_PLACES).where(Story.id == story_id, _IS_OUT))


def get_story(story_id: int, user: User) -> Story:
    """One that the user keeps. Raises StoryNotFound."""
    return _get(select(Story).options(*WITH_PLACES).where(Story.id == story_id, keeps_story(user)))


def _get(stories: Select[Story]) -> Story:
    story: Story | None = db.session.scalar(stories)
    if story is None:
        raise StoryNotFound()
    return story


def select_kept(user: User, state: StoryState | None) -> Select[Story]:
    """What the user writes or checks, the latest change first; to be paged."""
    kept = select(Story).options(*WITH_PLACES).where(keeps_story(user))
    if state is not None:
        kept = kept.where(Story.state == state)
    return kept.order_by(Story.changed_at.desc(), Story.id.desc())


def list_to_check(user: User) -> Sequence[Story]:
    """What waits for the user as a second person, the oldest first."""
    if user.role not in CHECKERS:
        return []
    waiting = Story.state == StoryState.PROPOSED, Story.author_id != user.id, keeps_story(user)
    return db.session.scalars(select(Story).options(*WITH_PLACES).where(*waiting).order_by(Story.proposed_at)).all()


def list_departures_to_tell(user: User) -> Sequence[Departure]:
    """Those that have taken place and that the user may tell about, the latest first."""
    return db.session.scalars(
        select(Departure)
        .join(Departure.package)
        .options(contains_eager(Departure.package).joinedload(Package.host_city))
        .where(Departure.state == DepartureState.DONE, _may_tell(user))
        .order_by(Departure.starts_on.desc(), Departure.id.desc())
        .limit(TOLD_OF)
    ).all()


def _may_tell(user: User) -> ColumnElement[bool]:
    if user.role is Role.ADMINISTRATOR:
        return true()
    if user.role is Role.ORGANISER:
        return Package.organiser_id == user.organisation_id
    went = exists().where(Booking.departure_id == Departure.id, Booking.state == BookingState.DONE)
    if user.role is Role.LEADER:
        return went.where(Booking.school_id == user.organisation_id)
    city_id = user.organisation.city_id
    schools = select(Organisation.id).where(Organisation.city_id == city_id)
    return or_(Package.host_city_id == city_id, went.where(Booking.school_id.in_(schools)))


def list_groups(story: Story, user: User) -> Sequence[Booking]:
    """Whose children a photo of this story may show: the groups that were there; for a leader those of the school."""
    groups = select(Booking).options(joinedload(Booking.school))
    groups = groups.where(Booking.departure_id == story.departure_id, Booking.state == BookingState.DONE)
    if user.role is Role.LEADER:
        groups = groups.where(Booking.school_id == user.organisation_id)
    return db.session.scalars(groups.order_by(Booking.id)).all()


def list_checkers(story: Story) -> Sequence[User]:
    """Who can let it out: whoever organises for the host of the departure, and the co-ordinators of both cities."""
    package = story.departure.package
    hosting = and_(User.role == Role.ORGANISER, User.organisation_id == package.organiser_id)
    cities = Organisation.city_id.in_({story.city_id, package.host_city_id})
    return db.session.scalars(
        select(User)
        .join(User.organisation)
        .where(User.closed_at.is_(None), User.id != story.author_id)
        .where(or_(hosting, and_(User.role == Role.COORDINATOR, cities)))
        .order_by(User.id)
    ).all()
