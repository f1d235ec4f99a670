"""A season copied: a menu with its activities, the packages made of them, and on request their departures.

All are drafts, with other dates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import joinedload, selectinload

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Menu, MenuItem, Package, Publication, Stop
from exchange_app.catalogue.queries import keeps_package
from exchange_app.catalogue.rules import make_slug
from exchange_app.catalogue.terms import (
    ItemTerms,
    MenuTerms,
    PackageTerms,
    StopTerms,
    apply_terms,
    terms_of,
)
from exchange_app.core.database import change_rows, db
from exchange_app.core.text import Translated
from exchange_app.departures import series
from exchange_app.departures import service as departures
from exchange_app.departures.models import Departure, Slot
from exchange_app.departures.rules import DepartureState
from exchange_app.planning.errors import SameSeason, UsedMeanwhile


@dataclass(frozen=True, slots=True)
class Season:
    """What is copied, and by how much its dates are shifted; ``title`` is the new menu's."""

    menu: Menu
    packages: Sequence[Package]
    departures: Sequence[Departure]
    shift: timedelta
    title: Translated

    @property
    def begins(self) -> date:
        return self.menu.season_from + self.shift

    @property
    def ends(self) -> date:
        return self.menu.season_until + self.shift


def list_packages(menu: Menu, user: User) -> Sequence[Package]:
    """The user's packages that stop at activities of the menu, with their stops and reminders."""
    item_ids = [item.id for item in menu.items]
    has_one = select(Stop.package_id).where(Stop.menu_item_id.in_(item_ids))
    return db.session.scalars(
        select(Package)
        .options(
            joinedload(Package.host_city),
            selectinload(Package.stops).joinedload(Stop.menu_item).joinedload(MenuItem.base),
            selectinload(Package.reminders),
        )
        .where(keeps_package(user), Package.for_school_id.is_(None), Package.id.in_(has_one))
        .order_by(Package.id)
    ).all()


def list_departures(packages: Collection[Package], menu: Menu) -> Sequence[Departure]:
    """Those that began within the menu's season and were not called off."""
    return db.session.scalars(
        select(Departure)
        .options(joinedload(Departure.pool), joinedload(Departure.package).joinedload(Package.host_city))
        .where(
            Departure.package_id.in_([package.id for package in packages]),
            Departure.starts_on.between(menu.season_from, menu.season_until),
            Departure.state != DepartureState.CALLED_OFF,
        )
        .order_by(Departure.starts_on, Departure.id)
    ).all()


def list_copies(package_ids: Collection[int], user: User) -> Sequence[Package]:
    """Those that are still there."""
    kept = select(Package).where(keeps_package(user), Package.for_school_id.is_(None), Package.id.in_(package_ids))
    return db.session.scalars(kept.order_by(Package.id)).all()


def copy(season: Season) -> dict[str, Any]:
    """Makes the copies and returns their ids by kind. Raises SameSeason."""
    if not season.shift:
        raise SameSeason()
    menu = _copy_menu(season)
    items = {old.id: _copy_item(old, menu) for old in season.menu.items}
    db.session.add_all([menu, *items.values()])
    packages = {old.id: _copy_package(old, items) for old in season.packages}
    db.session.add_all(packages.values())
    db.session.flush()
    made = [
        one
        for old in season.packages
        for one in series.plan_departures(packages[old.id], _terms_later(season, old), is_open=False)
    ]
    return {
        "menu": menu.id,
        "items": [item.id for item in items.values()],
        "packages": [package.id for package in packages.values()],
        "departures": [departure.id for departure in made],
    }


def _copy_menu(season: Season) -> Menu:
    menu = Menu(city_id=season.menu.city_id, publication=Publication.DRAFT, items=[])
    former = terms_of(season.menu, MenuTerms)
    apply_terms(menu, MenuTerms(season.title, former.introduction, season.begins, season.ends))
    return menu


def _copy_item(old: MenuItem, menu: Menu) -> MenuItem:
    item = MenuItem(slug=make_slug(old.title.get("en", ""), "activity"), menu=menu)
    apply_terms(item, terms_of(old, ItemTerms))
    return item


def _copy_package(old: Package, items: Mapping[int, MenuItem]) -> Package:
    """Its stops at activities of the menu stop at their copies; at others of other menus they stay."""
    package = Package(
        slug=make_slug(old.title.get("en", ""), "package"),
        organiser_id=old.organiser_id,
        currency=old.currency,
        publication=Publication.DRAFT,
    )
    apply_terms(package, terms_of(old, PackageTerms))
    package.host_city = old.host_city
    package.stops = [_copy_stop(stop, items) for stop in old.stops]
    return package


def _copy_stop(old: Stop, items: Mapping[int, MenuItem]) -> Stop:
    stop = Stop()
    apply_terms(stop, terms_of(old, StopTerms))
    if old.menu_item is not None:
        stop.menu_item = items.get(old.menu_item.id, old.menu_item)
    return stop


def _terms_later(season: Season, package: Package) -> list[departures.Terms]:
    return [
        departures.shifted(departures.terms_of(departure), season.shift, departure.zone)
        for departure in season.departures
        if departure.package_id == package.id
    ]


def remove(facts: Mapping[str, Any]) -> None:
    """What `copy` made, its departures aside. Raises UsedMeanwhile where something of it is published or in use."""
    packages, items = facts["packages"], facts["items"]
    menu = db.session.get(Menu, facts["menu"], with_for_update=True)
    locked = db.session.scalars(select(Package).where(Package.id.in_(packages)).with_for_update(of=Package)).all()
    drafts = [menu.publication if menu else None, *(package.publication for package in locked)]
    elsewhere = [
        select(Stop.id).where(Stop.menu_item_id.in_(items), Stop.package_id.not_in(packages)),
        select(Departure.id).where(Departure.package_id.in_(packages)),
        select(Slot.id).where(Slot.menu_item_id.in_(items)),
        select(MenuItem.id).where(MenuItem.menu_id == facts["menu"], MenuItem.id.not_in(items)),
    ]
    if any(state is not Publication.DRAFT for state in drafts) or any(
        db.session.scalar(some.limit(1)) is not None for some in elsewhere
    ):
        raise UsedMeanwhile()
    for package in locked:
        db.session.delete(package)
    db.session.flush()
    change_rows(delete(MenuItem).where(MenuItem.id.in_(items)))
    change_rows(delete(Menu).where(Menu.id == facts["menu"]))
    db.session.expire_all()
