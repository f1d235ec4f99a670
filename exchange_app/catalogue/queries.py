"""Reads of the catalogue: first what every visitor may see, then what its keepers see and edit.

Organisers keep the bases and menus of their city and the packages of their organisation, administrators everything;
anybody else's is not found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.errors import (
    BaseNotFound,
    MenuItemNotFound,
    MenuNotFound,
    PackageNotFound,
    StopNotFound,
)
from exchange_app.catalogue.models import (
    Base,
    Manner,
    Menu,
    MenuItem,
    Package,
    Publication,
    Stop,
)
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.partners.models import City, Organisation, Plan


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """What a visitor looks for in the menus; None means any."""

    city: str | None = None
    plan: Plan | None = None
    manner: Manner | None = None
    grade: int | None = None


def select_menu_items(wanted: ItemFilter) -> Select[MenuItem]:
    """The activities of published menus, by city and menu; to be paged."""
    items = (
        select(MenuItem)
        .join(MenuItem.menu)
        .join(Menu.city)
        .options(
            contains_eager(MenuItem.menu).contains_eager(Menu.city),
            joinedload(MenuItem.base),
            joinedload(MenuItem.photo),
        )
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
    item: MenuItem | None = db.session.scalar(
        select(MenuItem)
        .join(MenuItem.menu)
        .options(
            contains_eager(MenuItem.menu).joinedload(Menu.city),
            joinedload(MenuItem.base).options(joinedload(Base.city), joinedload(Base.county)),
            joinedload(MenuItem.photo),
        )
        .where(MenuItem.slug == slug, Menu.publication == Publication.PUBLISHED)
    )
    if item is None:
        raise MenuItemNotFound()
    return item


def get_base(slug: str) -> Base:
    """Raises BaseNotFound."""
    base: Base | None = db.session.scalar(
        select(Base)
        .options(joinedload(Base.city), joinedload(Base.county), joinedload(Base.operator), joinedload(Base.photo))
        .where(Base.slug == slug)
    )
    if base is None:
        raise BaseNotFound()
    return base


_FOUND: tuple[tuple[str, Any, Any], ...] = (
    ("base_id", Base, (joinedload(Base.city), joinedload(Base.county), joinedload(Base.photo))),
    (
        "menu_item_id",
        MenuItem,
        (joinedload(MenuItem.menu).joinedload(Menu.city), joinedload(MenuItem.base), joinedload(MenuItem.photo)),
    ),
    ("package_id", Package, (joinedload(Package.host_city), joinedload(Package.photo))),
)


def list_found(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[Base | MenuItem | Package]:
    """What `search.select_found` found, in its order."""
    found: dict[tuple[str, int], Base | MenuItem | Package] = {}
    for column, kind, options in _FOUND:
        if ids := [getattr(row, column) for row in rows if getattr(row, column) is not None]:
            things = db.session.scalars(select(kind).options(*options).where(kind.id.in_(ids)))
            found.update({(column, thing.id): thing for thing in things})
    return [found[named] for row in rows for named in row._asdict().items() if named in found]


def list_items_of_base(base_id: int) -> Sequence[MenuItem]:
    """What published menus offer there."""
    return db.session.scalars(
        select(MenuItem)
        .join(MenuItem.menu)
        .options(contains_eager(MenuItem.menu).joinedload(Menu.city), joinedload(MenuItem.photo))
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
        .where(IS_PUBLIC, exists().where(Stop.package_id == Package.id, such_a_stop))
        .order_by(Package.id)
    ).all()


def get_package(slug: str, reader: User | None = None) -> Package:
    """A published package with its cities and organiser; one that was tailored for a school only for those whom it
    concerns. Raises PackageNotFound."""
    package: Package | None = db.session.scalar(
        select(Package)
        .options(
            joinedload(Package.host_city),
            joinedload(Package.from_city),
            joinedload(Package.organiser),
            joinedload(Package.photo),
        )
        .where(Package.slug == slug, Package.publication == Publication.PUBLISHED)
    )
    if package is None or not is_shown(package, reader):
        raise PackageNotFound()
    return package


def is_shown(package: Package, reader: User | None) -> bool:
    """Whether somebody (None: a visitor) may know of the package: everybody may, but of one that was tailored for a
    school only that school, who approves its groups, and who keeps it."""
    if package.for_school_id is None:
        return True
    if reader is None:
        return False
    if reader.role is Role.BUREAU:
        return package.for_school is not None and reader.organisation.city_id == package.for_school.city_id
    if reader.role is Role.ADMINISTRATOR:
        return True
    return reader.organisation_id == (package.organiser_id if reader.role is Role.ORGANISER else package.for_school_id)


# What visitors may know of: published, and for everybody.
IS_PUBLIC = and_(Package.publication == Publication.PUBLISHED, Package.for_school_id.is_(None))


_ITINERARY: Select[*tuple[Any, ...]] = (
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


def list_itinerary(package_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The stops of a package in their order, with the activity and the base of each: columns, for a page in demand."""
    return db.session.execute(_ITINERARY.where(Stop.package_id == package_id)).all()


def list_items_for(wanted: ItemFilter, words: str) -> Sequence[MenuItem]:
    """The activities of published menus that fit, whose title or base has each of the words, in any language. They are
    compared here: the databases keep texts in Chinese in ways of their own."""
    looked_for = words.casefold().split()
    return [
        item for item in db.session.scalars(select_menu_items(wanted)) if _says(looked_for, item.title, item.base.name)
    ]


def _says(looked_for: Sequence[str], *texts: Translated) -> bool:
    written = " ".join(value for text in texts for value in text.values()).casefold()
    return all(word in written for word in looked_for)


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


def select_bases_of(user: User) -> Select[Base]:
    """The bases that the user keeps, by city; to be paged."""
    return (
        select(Base)
        .join(Base.city)
        .options(contains_eager(Base.city), joinedload(Base.county), joinedload(Base.operator))
        .where(keeps_city(user, Base.city_id))
        .order_by(City.code, Base.id)
    )


def get_base_of(base_id: int, user: User) -> Base:
    """Raises BaseNotFound."""
    base: Base | None = db.session.scalar(select_bases_of(user).where(Base.id == base_id))
    if base is None:
        raise BaseNotFound()
    return base


def list_bases_of_city(city_id: int) -> Sequence[Base]:
    return db.session.scalars(select(Base).where(Base.city_id == city_id).order_by(Base.id)).all()


def count_items_of_base(base_id: int) -> int:
    return db.session.scalar(select(func.count()).where(MenuItem.base_id == base_id)) or 0


def select_menus_of(user: User) -> Select[Menu, int]:
    """The menus that the user keeps, newest first, each with the number of its activities; to be paged."""
    items = select(func.count()).where(MenuItem.menu_id == Menu.id).scalar_subquery()
    return (
        select(Menu, items.label("items"))
        .options(joinedload(Menu.city))
        .where(keeps_city(user, Menu.city_id))
        .order_by(Menu.season_from.desc(), Menu.id.desc())
    )


def get_menu_of(menu_id: int, user: User) -> Menu:
    """A menu with its city, its activities and their bases. Raises MenuNotFound."""
    menu: Menu | None = db.session.scalar(
        select(Menu)
        .options(joinedload(Menu.city), selectinload(Menu.items).joinedload(MenuItem.base))
        .where(Menu.id == menu_id, keeps_city(user, Menu.city_id))
    )
    if menu is None:
        raise MenuNotFound()
    return menu


def get_item_of(menu_id: int, item_id: int, user: User) -> MenuItem:
    """Raises MenuItemNotFound, for an item of another menu too."""
    item: MenuItem | None = db.session.scalar(
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


def select_packages_of(user: User) -> Select[Package]:
    """The packages that the user keeps, newest first; to be paged."""
    return (
        select(Package)
        .options(joinedload(Package.host_city), joinedload(Package.from_city), joinedload(Package.organiser))
        .where(keeps_package(user))
        .order_by(Package.id.desc())
    )


def list_packages_of(user: User) -> Sequence[Package]:
    """All the packages that the user keeps, for choosing one."""
    return db.session.scalars(select(Package).where(keeps_package(user)).order_by(Package.id)).all()


def list_draft_packages_of(user: User) -> Sequence[Package]:
    drafts = select_packages_of(user).where(Package.publication == Publication.DRAFT)
    return db.session.scalars(drafts).all()


def get_package_of(package_id: int, user: User) -> Package:
    """A package with its stops, their activities, bases and menus. Raises PackageNotFound."""
    activity = selectinload(Package.stops).joinedload(Stop.menu_item)
    package: Package | None = db.session.scalar(
        select_packages_of(user)
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


def get_published_item(item_id: int | None) -> MenuItem:
    """An activity that an itinerary may contain, with its menu and base. Raises MenuItemNotFound."""
    item: MenuItem | None = db.session.scalar(
        select(MenuItem)
        .join(MenuItem.menu)
        .options(contains_eager(MenuItem.menu), joinedload(MenuItem.base))
        .where(MenuItem.id == item_id, Menu.publication == Publication.PUBLISHED)
    )
    if item is None:
        raise MenuItemNotFound()
    return item


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
