"""What every visitor may read: published menus and packages, and the bases they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.orm import contains_eager, joinedload

from exchange_app.catalogue.errors import BaseNotFound, MenuItemNotFound, PackageNotFound
from exchange_app.catalogue.models import Base, Manner, Menu, MenuItem, Package, Plan, Publication, Stop
from exchange_app.core.database import db
from exchange_app.partners.models import City


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a visitor looks for in the menus; None means any."""

    city: str | None = None
    plan: Plan | None = None
    manner: Manner | None = None
    grade: int | None = None


def select_menu_items(wanted: ItemFilter) -> Select[tuple[MenuItem]]:
    """The activities of published menus, by city and menu; to be paged."""
    items = (
        select(MenuItem)
        .join(MenuItem.menu)
        .join(Menu.city)
        .options(contains_eager(MenuItem.menu).contains_eager(Menu.city), joinedload(MenuItem.base))
        .where(Menu.publication == Publication.PUBLISHED)
        .order_by(City.code, Menu.season_from, Menu.id, MenuItem.id)
    )
    if wanted.city is not None:
        items = items.where(City.slug == wanted.city)
    if wanted.plan is not None:
        items = items.where(MenuItem.plan == wanted.plan)
    if wanted.manner is not None:
        items = items.where(MenuItem.manner == wanted.manner)
    if wanted.grade is not None:
        items = items.where(MenuItem.grade_from <= wanted.grade, wanted.grade <= MenuItem.grade_until)
    return items


def get_menu_item(slug: str) -> MenuItem:
    """An activity of a published menu. Raises MenuItemNotFound."""
    item = db.session.scalar(
        select(MenuItem)
        .join(MenuItem.menu)
        .options(
            contains_eager(MenuItem.menu).joinedload(Menu.city),
            joinedload(MenuItem.base).options(joinedload(Base.city), joinedload(Base.county)),
        )
        .where(MenuItem.slug == slug, Menu.publication == Publication.PUBLISHED)
    )
    if item is None:
        raise MenuItemNotFound()
    return item


def get_base(slug: str) -> Base:
    """Raises BaseNotFound."""
    base = db.session.scalar(
        select(Base)
        .options(joinedload(Base.city), joinedload(Base.county), joinedload(Base.operator))
        .where(Base.slug == slug)
    )
    if base is None:
        raise BaseNotFound()
    return base


def list_items_of_base(base_id: int) -> Sequence[MenuItem]:
    """What published menus offer there."""
    return db.session.scalars(
        select(MenuItem)
        .join(MenuItem.menu)
        .where(MenuItem.base_id == base_id, Menu.publication == Publication.PUBLISHED)
        .order_by(MenuItem.id)
    ).all()


def list_packages_of_item(item_id: int) -> Sequence[Package]:
    """The published packages that contain this activity."""
    return _list_packages_with(Stop.menu_item_id == item_id)


def list_packages_of_base(base_id: int) -> Sequence[Package]:
    """The published packages that stop at this base."""
    return _list_packages_with(Stop.menu_item_id.in_(select(MenuItem.id).where(MenuItem.base_id == base_id)))


def _list_packages_with(such_a_stop: ColumnElement[bool]) -> Sequence[Package]:
    return db.session.scalars(
        select(Package)
        .options(joinedload(Package.host_city))
        .where(
            Package.publication == Publication.PUBLISHED,
            exists().where(Stop.package_id == Package.id, such_a_stop),
        )
        .order_by(Package.id)
    ).all()


def get_package(slug: str) -> Package:
    """A published package with its cities and organiser. Raises PackageNotFound."""
    package = db.session.scalar(
        select(Package)
        .options(joinedload(Package.host_city), joinedload(Package.from_city), joinedload(Package.organiser))
        .where(Package.slug == slug, Package.publication == Publication.PUBLISHED)
    )
    if package is None:
        raise PackageNotFound()
    return package


_ITINERARY = (
    select(
        Stop.day,
        Stop.starts,
        Stop.minutes,
        Stop.title,
        Stop.note,
        MenuItem.slug.label("item_slug"),
        MenuItem.title.label("item_title"),
        Base.slug.label("base_slug"),
        Base.name.label("base_name"),
        Base.address.label("base_address"),
    )
    .outerjoin(Stop.menu_item)
    .outerjoin(MenuItem.base)
    .order_by(Stop.day, Stop.starts, Stop.id)
)


def list_itinerary(package_id: int) -> Sequence[Row[Any]]:
    """The stops of a package in their order, with the activity and the base of each; columns only, for pages in demand."""
    return db.session.execute(_ITINERARY.where(Stop.package_id == package_id)).all()
