"""What its keepers see and edit: organisers the bases and menus of their city and the packages of their organisation,
administrators everything. Anybody else's is not found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import (
    BaseNotFound,
    MenuItemNotFound,
    MenuNotFound,
    PackageNotFound,
    StopNotFound,
)
from exchange_app.catalogue.models import Base, Menu, MenuItem, Package, Publication, Stop
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.partners.models import City, Organisation


def keeps_city(user: User, city_id: Any) -> ColumnElement[bool]:
    """Whether the user keeps what belongs to this city (a column)."""
    own = select(Organisation.city_id).where(Organisation.id == user.organisation_id).scalar_subquery()
    return _is_kept(user, city_id == own)


def keeps_package(user: User) -> ColumnElement[bool]:
    """Whether the user keeps the packages of a query."""
    return _is_kept(user, Package.organiser_id == user.organisation_id)


def _is_kept(user: User, is_own: ColumnElement[bool]) -> ColumnElement[bool]:
    if user.role is Role.ADMINISTRATOR:
        return true()
    return is_own if user.role is Role.ORGANISER else false()


def select_bases(user: User) -> Select[tuple[Base]]:
    """The bases that the user keeps, by city; to be paged."""
    return (
        select(Base)
        .join(Base.city)
        .options(contains_eager(Base.city), joinedload(Base.county), joinedload(Base.operator))
        .where(keeps_city(user, Base.city_id))
        .order_by(City.code, Base.id)
    )


def get_base(base_id: int, user: User) -> Base:
    """Raises BaseNotFound."""
    base = db.session.scalar(select_bases(user).where(Base.id == base_id))
    if base is None:
        raise BaseNotFound()
    return base


def list_bases_of_city(city_id: int) -> Sequence[Base]:
    return db.session.scalars(select(Base).where(Base.city_id == city_id).order_by(Base.id)).all()


def count_items_of_base(base_id: int) -> int:
    return db.session.scalar(select(func.count()).where(MenuItem.base_id == base_id)) or 0


def select_menus(user: User) -> Select[tuple[Menu, int]]:
    """The menus that the user keeps, newest first, each with the number of its activities; to be paged."""
    items = select(func.count()).where(MenuItem.menu_id == Menu.id).scalar_subquery()
    return (
        select(Menu, items.label("items"))
        .options(joinedload(Menu.city))
        .where(keeps_city(user, Menu.city_id))
        .order_by(Menu.season_from.desc(), Menu.id.desc())
    )


def get_menu(menu_id: int, user: User) -> Menu:
    """A menu with its city, its activities and their bases. Raises MenuNotFound."""
    menu = db.session.scalar(
        select(Menu)
        .options(joinedload(Menu.city), selectinload(Menu.items).joinedload(MenuItem.base))
        .where(Menu.id == menu_id, keeps_city(user, Menu.city_id))
    )
    if menu is None:
        raise MenuNotFound()
    return menu


def get_item(menu_id: int, item_id: int, user: User) -> MenuItem:
    """Raises MenuItemNotFound, for an item of another menu too."""
    item = db.session.scalar(
        select(MenuItem)
        .join(MenuItem.menu)
        .options(contains_eager(MenuItem.menu).joinedload(Menu.city), joinedload(MenuItem.base))
        .where(MenuItem.id == item_id, Menu.id == menu_id, keeps_city(user, Menu.city_id))
    )
    if item is None:
        raise MenuItemNotFound()
    return item


def count_packages_of_item(item_id: int) -> int:
    return db.session.scalar(select(func.count(Stop.package_id.distinct())).where(Stop.menu_item_id == item_id)) or 0


def count_published_packages_of_menu(menu_id: int) -> int:
    packages = (
        select(func.count(Package.id.distinct()))
        .join(Stop, Stop.package_id == Package.id)
        .join(Stop.menu_item)
        .where(MenuItem.menu_id == menu_id, Package.publication == Publication.PUBLISHED)
    )
    return db.session.scalar(packages) or 0


def select_packages(user: User) -> Select[tuple[Package]]:
    """The packages that the user keeps, newest first; to be paged."""
    return (
        select(Package)
        .options(joinedload(Package.host_city), joinedload(Package.from_city), joinedload(Package.organiser))
        .where(keeps_package(user))
        .order_by(Package.id.desc())
    )


def get_package(package_id: int, user: User) -> Package:
    """A package with its stops, their activities, bases and menus. Raises PackageNotFound."""
    activity = selectinload(Package.stops).joinedload(Stop.menu_item)
    package = db.session.scalar(
        select_packages(user)
        .options(activity.joinedload(MenuItem.base), activity.joinedload(MenuItem.menu))
        .where(Package.id == package_id)
    )
    if package is None:
        raise PackageNotFound()
    return package


def get_stop(package: Package, stop_id: int) -> Stop:
    """Raises StopNotFound, for a stop of another package too."""
    stop = next((stop for stop in package.stops if stop.id == stop_id), None)
    if stop is None:
        raise StopNotFound()
    return stop


def find_item(item_id: int) -> MenuItem | None:
    """An activity with its menu, whoever keeps it."""
    return db.session.scalar(select(MenuItem).options(joinedload(MenuItem.menu)).where(MenuItem.id == item_id))


def list_published_items() -> Sequence[MenuItem]:
    """What an itinerary may contain: the activities of all published menus, by city."""
    return db.session.scalars(
        select(MenuItem)
        .join(MenuItem.menu)
        .join(Menu.city)
        .options(contains_eager(MenuItem.menu).contains_eager(Menu.city), joinedload(MenuItem.base))
        .where(Menu.publication == Publication.PUBLISHED)
        .order_by(City.code, MenuItem.base_id, MenuItem.id)
    ).all()
