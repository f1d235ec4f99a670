"""Reads of notices: what somebody may read, and what they keep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue import search
from exchange_app.catalogue.models import Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.noticeboard.errors import NoticeFileNotFound, NoticeNotFound
from exchange_app.noticeboard.models import DigestReader, Notice, NoticeFile, NoticeReading
from exchange_app.noticeboard.rules import Category, NoticeKind, Visibility
from exchange_app.partners.models import City, Organisation
from exchange_app.partners.queries import select_partner_cities


@dataclass(frozen=True, slots=True)
class NoticeFilter:
    """What a reader looks for; ``city`` is the
    slug of one, ``with_past`` shows also what is no longer valid, ``words`` are those of a search."""

    kind: NoticeKind | None = None
    category: Category | None = None
    city: str | None = None
    words: Sequence[str] = ()
    with_past: bool = False
    only_unread: bool = False


@dataclass(frozen=True, slots=True)
class Readers:
    people: int
    offices: int


def readable_by(user: User | None) -> ColumnElement[bool]:
    """Whether somebody, None for a visitor, may read a notice that is published: what is public, what its city and
    the partners share, and what is for their own department."""
    if user is None:
        return Notice.visibility == Visibility.PUBLIC
    if user.role is Role.ADMINISTRATOR:
        return true()
    city_id = user.organisation.city_id
    is_shared = or_(Notice.visibility == Visibility.PARTNERS, Notice.department_id == user.organisation.department_id)
    is_near = or_(Notice.city_id == city_id, Notice.city_id.in_(select_partner_cities(city_id)))
    return or_(Notice.visibility == Visibility.PUBLIC, _keeps(user), and_(is_shared, is_near))


def _keeps(user: User) -> ColumnElement[bool]:
    """A co-ordinator keeps the notices of the city, an organiser those of the own office, an administrator all."""
    if user.role is Role.ADMINISTRATOR:
        return true()
    if user.role is Role.COORDINATOR:
        return Notice.city_id == user.organisation.city_id
    if user.role is Role.ORGANISER:
        return Notice.office_id == user.organisation_id
    return false()


def select_notices(user: User | None, wanted: NoticeFilter, today: date) -> Select[Notice]:
    """What somebody may read, a search's best first, otherwise the latest; to be paged."""
    notices = _with_places(_published(user))
    if not wanted.with_past:
        notices = notices.where(_is_valid(today))
    if wanted.kind:
        notices = notices.where(Notice.kind == wanted.kind)
    if wanted.category:
        notices = notices.where(Notice.category == wanted.category)
    if wanted.city:
        notices = notices.where(City.slug == wanted.city)
    if wanted.only_unread and user is not None:
        notices = notices.where(~_is_read_by(user))
    if wanted.words:
        notices = notices.where(search.matches(wanted.words, Notice.search_words))
        notices = notices.order_by(search.score(wanted.words, Notice.search_title, Notice.search_words).desc())
    return notices.order_by(Notice.published_at.desc(), Notice.id.desc())


def _published(user: User | None) -> Select[Notice]:
    return select(Notice).where(Notice.publication == Publication.PUBLISHED, readable_by(user))


def _with_places(notices: Select[Notice]) -> Select[Notice]:
    return notices.join(Notice.city).options(
        contains_eager(Notice.city), joinedload(Notice.office), joinedload(Notice.department)
    )


def _is_valid(today: date) -> ColumnElement[bool]:
    return and_(Notice.valid_from <= today, or_(Notice.valid_until.is_(None), Notice.valid_until >= today))


def _is_read_by(user: User) -> ColumnElement[bool]:
    return exists().where(NoticeReading.notice_id == Notice.id, NoticeReading.user_id == user.id)


def list_feed(city: str | None, at_most: int, today: date) -> Sequence[Notice]:
    """The latest public notices, of one city or of all."""
    return db.session.scalars(select_notices(None, NoticeFilter(city=city), today).limit(at_most)).all()


def list_news(user: User, *, since: datetime, until: datetime, today: date) -> Sequence[Notice]:
    """What was published in a time, and the user may read and has not read; the oldest first."""
    return db.session.scalars(
        _with_places(_published(user))
        .where(_is_valid(today), Notice.published_at >= since, Notice.published_at < until, ~_is_read_by(user))
        .order_by(Notice.published_at, Notice.id)
    ).all()


def set_of_read(user: User | None, notices: Collection[Notice]) -> frozenset[int]:
    """Which of these the user has read, by their ids."""
    if user is None:
        return frozenset()
    ids = [notice.id for notice in notices]
    readings = select(NoticeReading.notice_id).where(NoticeReading.user_id == user.id, NoticeReading.notice_id.in_(ids))
    return frozenset(db.session.scalars(readings))


def list_unread_ids(user: User, today: date) -> Sequence[int]:
    unread = _published(user).where(_is_valid(today), ~_is_read_by(user)).with_only_columns(Notice.id)
    return db.session.scalars(unread.order_by(Notice.id)).all()


def get_notice(notice_id: int, user: User | None) -> Notice:
    """One that somebody may read, or keeps. Raises NoticeNotFound."""
    may_read = and_(Notice.publication == Publication.PUBLISHED, readable_by(user))
    wanted = may_read if user is None else or_(may_read, _keeps(user))
    return _get(select(Notice).where(Notice.id == notice_id, wanted))


def get_kept_notice(notice_id: int, user: User) -> Notice:
    """Raises NoticeNotFound, for one that somebody else keeps too."""
    return _get(select(Notice).where(Notice.id == notice_id, _keeps(user)))


def _get(wanted: Select[Notice]) -> Notice:
    notice: Notice | None = db.session.scalar(_with_places(wanted).options(selectinload(Notice.files)))
    if notice is None:
        raise NoticeNotFound()
    return notice


def get_file(notice_id: int, file_id: int, user: User | None) -> NoticeFile:
    """Something attached to a notice that somebody may read. Raises NoticeNotFound or NoticeFileNotFound."""
    return find_in(get_notice(notice_id, user), file_id)


def find_in(notice: Notice, file_id: int) -> NoticeFile:
    """Raises NoticeFileNotFound."""
    for file in notice.files:
        if file.id == file_id:
            return file
    raise NoticeFileNotFound()


def select_kept(user: User, publication: Publication | None) -> Select[Notice]:
    """What the user keeps, the latest change first; to be paged."""
    kept = _with_places(select(Notice).where(_keeps(user)))
    if publication:
        kept = kept.where(Notice.publication == publication)
    return kept.order_by(Notice.changed_at.desc(), Notice.id.desc())


def list_offices(user: User) -> Sequence[Organisation]:
    """For which offices the user may write: an organiser for the own one, a co-ordinator for those of the city."""
    offices = select(Organisation).join(Organisation.city).options(contains_eager(Organisation.city))
    if user.role is Role.ORGANISER:
        offices = offices.where(Organisation.id == user.organisation_id)
    elif user.role is Role.COORDINATOR:
        offices = offices.where(
            Organisation.city_id == user.organisation.city_id, Organisation.department_id.is_not(None)
        )
    else:
        offices = offices.where(Organisation.department_id.is_not(None))
    return db.session.scalars(offices.order_by(City.code, Organisation.id)).all()


def count_readers(notice: Notice) -> Readers:
    people = func.count(NoticeReading.user_id), func.count(User.organisation_id.distinct())
    counted = select(*people).join(NoticeReading.user).where(NoticeReading.notice_id == notice.id)
    return Readers(*db.session.execute(counted).one())


def wants_digest(user: User) -> bool:
    return bool(db.session.scalar(select(exists().where(DigestReader.user_id == user.id))))
