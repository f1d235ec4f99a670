"""Reads of wishes and inquiries. Whoever reads an inquiry names the user: a stranger's is not found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, case, false, or_, select, true, tuple_
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Base, Menu, MenuItem, Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.departures.models import Pool, Slot
from exchange_app.partners.models import City, Organisation
from exchange_app.tailored.errors import InquiryNotFound
from exchange_app.tailored.models import Inquiry, InquiryEvent, Version, WishedItem
from exchange_app.tailored.rules import WAITING, InquiryState, Side

SHOWN = 200  # of a city's activities, when one is to be chosen
WITH_ALL = (
    joinedload(Inquiry.school),
    joinedload(Inquiry.city),
    joinedload(Inquiry.leader).joinedload(User.organisation),
    joinedload(Inquiry.organiser),
    joinedload(Inquiry.booking),
    selectinload(Inquiry.versions).joinedload(Version.by),
)


def visible_to(user: User) -> Select[Inquiry]:
    """A leader sees the inquiries of the school, its head those that were sent, an organiser those of the own city that
    no other organiser took on, an administrator all that were sent."""
    return select(Inquiry).where(_is_shown_to(user))


def _is_shown_to(user: User) -> ColumnElement[bool]:
    is_sent = Inquiry.version > 0
    match user.role:
        case Role.LEADER:
            return Inquiry.school_id == user.organisation_id
        case Role.HEAD:
            return is_sent & (Inquiry.school_id == user.organisation_id)
        case Role.ORGANISER:
            is_free = Inquiry.organiser_id.is_(None) & (Inquiry.city_id == user.organisation.city_id)
            return is_sent & or_(is_free, Inquiry.organiser_id == user.organisation_id)
        case Role.ADMINISTRATOR:
            return is_sent
    return false()


def get_inquiry(inquiry_id: int, user: User) -> Inquiry:
    """With its versions. Raises InquiryNotFound, for a stranger's too."""
    return _one(visible_to(user).where(Inquiry.id == inquiry_id))


def lock_inquiry(inquiry_id: int, user: User) -> Inquiry:
    """As get_inquiry, fresh and locked until the transaction ends. For commands."""
    own = visible_to(user).where(Inquiry.id == inquiry_id)
    return _one(own.with_for_update(of=Inquiry, key_share=True).execution_options(populate_existing=True))


def get_inquiry_of_package(package_id: int, user: User) -> Inquiry:
    """Raises InquiryNotFound."""
    return _one(visible_to(user).where(Inquiry.package_id == package_id))


def _one(inquiries: Select[Inquiry]) -> Inquiry:
    inquiry: Inquiry | None = db.session.scalar(inquiries.options(*WITH_ALL))
    if inquiry is None:
        raise InquiryNotFound()
    return inquiry


def find_inquiry_of_form(leader_id: int, form_token: str) -> Inquiry | None:
    return db.session.scalar(select(Inquiry).where(Inquiry.leader_id == leader_id, Inquiry.form_token == form_token))


def select_inquiries(user: User) -> Select[Inquiry]:
    """First those that wait for the user's side, longest waiting first, then the latest; to be paged."""
    side = side_of(user)
    own_turn = InquiryState.WITH_SCHOOL if side is Side.SCHOOL else InquiryState.WITH_HOST
    order = case(
        (Inquiry.state == own_turn, 0),
        (Inquiry.state == InquiryState.DRAFT, 1),
        (Inquiry.state.in_(WAITING), 2),
        else_=3,
    )
    waits_since = case((Inquiry.state == own_turn, Inquiry.last_word_at))
    return visible_to(user).options(*WITH_ALL).order_by(order, waits_since, Inquiry.id.desc())


def side_of(user: User) -> Side:
    return Side.SCHOOL if user.role in (Role.LEADER, Role.HEAD) else Side.HOST


def list_events(inquiry_id: int) -> Sequence[InquiryEvent]:
    return db.session.scalars(
        select(InquiryEvent)
        .options(joinedload(InquiryEvent.by))
        .where(InquiryEvent.inquiry_id == inquiry_id)
        .order_by(InquiryEvent.id)
    ).all()


def list_hosts(inquiry: Inquiry) -> Sequence[User]:
    """Who speaks for the host: the organisers of whoever took it on, else all organisers of the city."""
    users = select(User).join(User.organisation).where(User.role == Role.ORGANISER, User.closed_at.is_(None))
    if inquiry.organiser_id is not None:
        users = users.where(User.organisation_id == inquiry.organiser_id)
    else:
        users = users.where(Organisation.city_id == inquiry.city_id)
    return db.session.scalars(users.order_by(User.id)).all()


def lock_waiting(now: datetime, *, since: timedelta, limit: int = 50, not_reminded: bool = False) -> Sequence[Inquiry]:
    """Inquiries in which nobody said anything for so long, locked; those in other hands are passed over."""
    return db.session.scalars(
        select(Inquiry)
        .options(*WITH_ALL)
        .where(
            Inquiry.state.in_(WAITING),
            Inquiry.last_word_at <= now - since,
            Inquiry.times_reminded == 0 if not_reminded else true(),
        )
        .order_by(Inquiry.last_word_at)
        .limit(limit)
        .with_for_update(of=Inquiry, skip_locked=True, key_share=True)
        .execution_options(populate_existing=True)
    ).all()


# --------------------------------------------------------------------------------------------- wishes and activities

_ITEMS: Select[MenuItem] = (
    select(MenuItem)
    .join(MenuItem.menu)
    .join(Menu.city)
    .options(contains_eager(MenuItem.menu).contains_eager(Menu.city), joinedload(MenuItem.base).joinedload(Base.county))
)


def list_wished(school_id: int) -> Sequence[MenuItem]:
    """The school's wish list, by city, in the order in which the wishes were made."""
    return db.session.scalars(
        _ITEMS.join(WishedItem, WishedItem.menu_item_id == MenuItem.id)
        .where(WishedItem.school_id == school_id)
        .order_by(City.code, WishedItem.at, MenuItem.id)
    ).all()


def is_wished(school_id: int, item_id: int) -> bool:
    return db.session.get(WishedItem, (school_id, item_id)) is not None


def map_items(item_ids: Collection[int]) -> Mapping[int, MenuItem]:
    """Activities by their ids, with menu, city and base; what was removed from the menus is left out."""
    return {item.id: item for item in db.session.scalars(_ITEMS.where(MenuItem.id.in_(item_ids)))}


def list_items_of_city(city_id: int) -> Sequence[MenuItem]:
    """What the published menus of a city offer."""
    return db.session.scalars(
        _ITEMS.where(Menu.city_id == city_id, Menu.publication == Publication.PUBLISHED)
        .order_by(MenuItem.base_id, MenuItem.id)
        .limit(SHOWN)
    ).all()


def map_rooms(moments: Collection[tuple[int, datetime]]) -> Mapping[tuple[int, datetime], int]:
    """How many persons still fit into the slots that are there at these moments; none into one that is closed."""
    if not moments:
        return {}
    rows = db.session.execute(
        select(Slot.menu_item_id, Slot.starts_at, case((Pool.is_open, Pool.capacity - Pool.taken), else_=0))
        .join(Slot.pool)
        .where(tuple_(Slot.menu_item_id, Slot.starts_at).in_(list(moments)))
    )
    return {(item_id, starts_at): left for item_id, starts_at, left in rows}
