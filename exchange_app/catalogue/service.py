"""What organisers do with bases, menus, activities, packages and their itineraries.

A change names the fingerprint (`terms.fingerprint`) of what its editor saw; it is refused with ChangedMeanwhile if
somebody else has changed the same thing since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from exchange_app.accounts.models import User
from exchange_app.catalogue import composing, queries, rules, search
from exchange_app.catalogue.errors import (
    BaseElsewhere,
    BaseInUse,
    BaseNamed,
    ChangedMeanwhile,
    DaysFixed,
    DayWithoutStop,
    GradesTurned,
    GroupSizesTurned,
    HostCityFixed,
    ItemInUse,
    ItemNotPublished,
    MenuEmpty,
    MenuInUse,
    PlanFixed,
    SeasonTurned,
    SlotTooSmall,
    StopOutsideDays,
    StopUntitled,
    TitleMissing,
)
from exchange_app.catalogue.models import Base, Menu, MenuItem, Package, Publication, Stop
from exchange_app.catalogue.photos import drop_photo
from exchange_app.catalogue.terms import (
    AnyTerms,
    BaseTerms,
    ItemTerms,
    MenuTerms,
    PackageTerms,
    StopTerms,
    apply_terms,
    fingerprint,
    list_mistakes,
    terms_of,
)
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.text import Translated
from exchange_app.partners.models import Organisation

Row = TypeVar("Row", Base, Menu, MenuItem, Package, Stop)

# ---------------------------------------------------------------------------------------------------------------- bases


def add_base(terms: BaseTerms, *, by: User) -> Base:
    """A base of the organiser's own city."""
    base = Base(slug=_slug_of(terms.name, "base"), city=by.organisation.city)
    return _store(base, terms)


def change_base(base: Base, terms: BaseTerms, *, seen: str) -> None:
    """Raises ChangedMeanwhile."""
    change(base, terms, seen=seen)


def remove_base(base: Base) -> None:
    """Raises BaseInUse, and BaseNamed for what features above this one refer to; the transaction is then to be given
    up."""
    if count := queries.count_items_of_base(base.id):
        raise BaseInUse(count=count)
    drop_photo(base)
    db.session.delete(base)
    try:
        db.session.flush()
    except IntegrityError:
        raise BaseNamed() from None


# ---------------------------------------------------------------------------------------------------------------- menus


def add_menu(terms: MenuTerms, *, by: User) -> Menu:
    """A draft menu of the organiser's own city. Raises SeasonTurned."""
    _check_season(terms.season_from, terms.season_until)
    return _store(Menu(city=by.organisation.city, publication=Publication.DRAFT), terms)


def change_menu(menu: Menu, terms: MenuTerms, *, seen: str) -> None:
    """Raises SeasonTurned or ChangedMeanwhile."""
    _check_season(terms.season_from, terms.season_until)
    change(menu, terms, seen=seen)


def _check_season(begins: date, ends: date) -> None:
    if ends < begins:
        raise SeasonTurned()


def publish_menu(menu: Menu) -> None:
    """Raises TitleMissing or MenuEmpty."""
    _require_title(menu.title)
    if not menu.items:
        raise MenuEmpty()
    menu.publication = Publication.PUBLISHED
    db.session.flush()


def withdraw_menu(menu: Menu) -> None:
    """Raises MenuInUse while published packages contain its activities."""
    if count := queries.count_published_packages_of_menu(menu.id):
        raise MenuInUse(count=count)
    menu.publication = Publication.WITHDRAWN
    db.session.flush()


def add_item(menu: Menu, terms: ItemTerms) -> MenuItem:
    """Raises BaseElsewhere, GroupSizesTurned, SlotTooSmall or GradesTurned."""
    _check_item(menu, terms)
    return _store(MenuItem(slug=_slug_of(terms.title, "activity"), menu=menu), terms)


def change_item(item: MenuItem, terms: ItemTerms, *, seen: str) -> None:
    """Raises BaseElsewhere, GroupSizesTurned, SlotTooSmall, GradesTurned or ChangedMeanwhile."""
    _check_item(item.menu, terms)
    change(item, terms, seen=seen)


def _check_item(menu: Menu, terms: ItemTerms) -> None:
    if terms.base_id not in {base.id for base in queries.list_bases_of_city(menu.city_id)}:
        raise BaseElsewhere()
    if terms.group_max < terms.group_min:
        raise GroupSizesTurned()
    if terms.slot_capacity < terms.group_max:
        raise SlotTooSmall()
    _check_grades(terms.grade_from, terms.grade_until)


def _check_grades(first: int, last: int) -> None:
    if last < first:
        raise GradesTurned()


def check_unused(item: MenuItem) -> None:
    """Raises ItemInUse."""
    if count := queries.count_packages_of_item(item.id):
        raise ItemInUse(count=count)


def remove_item(item: MenuItem) -> None:
    """Raises ItemInUse. `departures.slots.remove_item` first looks whether departures stop there."""
    check_unused(item)
    drop_photo(item)
    db.session.delete(item)
    db.session.flush()


# ------------------------------------------------------------------------------------------------------------- packages


def add_package(terms: PackageTerms, *, by: User) -> Package:
    """A draft package of the organiser's own organisation. Raises GradesTurned, or what is wrong with a reminder."""
    _check_package(terms)
    package = Package(
        slug=_slug_of(terms.title, "package"), organiser=by.organisation, publication=Publication.DRAFT, stops=[]
    )
    return _store(package, terms)


def add_package_for(
    school: Organisation, terms: PackageTerms, stops: Iterable[StopTerms], *, organiser: Organisation
) -> Package:
    """A published package that was tailored for one school. Raises GradesTurned, what is wrong with a reminder or a
    stop, or the first of its obstacles."""
    _check_package(terms)
    package = Package(
        slug=_slug_of(terms.title, "package"),
        organiser=organiser,
        for_school_id=school.id,
        publication=Publication.DRAFT,
        stops=[],
    )
    _store(package, terms)
    for stop in stops:
        add_stop(package, stop)
    publish_package(package)
    return package


def change_package(package: Package, terms: PackageTerms, *, seen: str) -> None:
    """Raises GradesTurned, DaysFixed, PlanFixed, HostCityFixed, StopOutsideDays or ChangedMeanwhile, what is wrong with
    a reminder, and for a published package whatever stands against its being published."""
    _check_package(terms)
    if package.publication is not Publication.DRAFT:
        _check_fixed(package, terms)
    for day in rules.days_outside(terms.days, (stop.day for stop in package.stops)):
        raise StopOutsideDays(day=day, days=terms.days, field="days")
    change(package, terms, seen=seen)
    _keep_publishable(package)


def _check_fixed(package: Package, terms: PackageTerms) -> None:
    """By these its departures were planned, and what took place is counted for ever."""
    if terms.days != package.days:
        raise DaysFixed()
    if terms.plan is not package.plan:
        raise PlanFixed()
    if terms.host_city_id != package.host_city_id:
        raise HostCityFixed()


def _check_package(terms: PackageTerms) -> None:
    _check_grades(terms.grade_from, terms.grade_until)
    for _, mistake in list_mistakes(terms.reminders):
        raise mistake


def list_obstacles(package: Package) -> list[Refusal]:
    """Everything that stands against publishing the package, in the order in which it would be mended."""
    obstacles: list[Refusal] = []
    if not _is_written(package.title):
        obstacles.append(TitleMissing())
    used = [stop.day for stop in package.stops]
    obstacles += [StopOutsideDays(day=day, days=package.days) for day in rules.days_outside(package.days, used)]
    obstacles += [DayWithoutStop(day=day) for day in rules.days_without(package.days, used)]
    hidden = {
        stop.menu_item.id: stop.menu_item
        for stop in package.stops
        if stop.menu_item is not None and stop.menu_item.menu.publication is not Publication.PUBLISHED
    }
    return obstacles + [ItemNotPublished(title=item.title) for item in hidden.values()]


def publish_package(package: Package) -> None:
    """Raises the first of its obstacles."""
    for obstacle in list_obstacles(package):
        raise obstacle
    package.publication = Publication.PUBLISHED
    db.session.flush()


def withdraw_package(package: Package) -> None:
    """Visitors no longer see it. `departures.service.withdraw_package` first looks whether departures are open."""
    package.publication = Publication.WITHDRAWN
    db.session.flush()


def _keep_publishable(package: Package) -> None:
    if package.publication is Publication.PUBLISHED:
        for obstacle in list_obstacles(package):
            raise obstacle


# ---------------------------------------------------------------------------------------------------------------- stops


def add_stop(package: Package, terms: StopTerms) -> Stop:
    """Raises StopOutsideDays, StopUntitled or ItemNotPublished."""
    _check_stop(package, terms)
    return _store(Stop(package=package), terms)


def change_stop(stop: Stop, terms: StopTerms, *, seen: str) -> None:
    """Raises StopOutsideDays, StopUntitled, ItemNotPublished or ChangedMeanwhile, and DayWithoutStop where a published
    package would lose the last entry of a day."""
    _check_stop(stop.package, terms)
    change(stop, terms, seen=seen)
    _keep_publishable(stop.package)


def seen_of(package: Package) -> str:
    """The fingerprint of the whole itinerary, for whoever composes it."""
    return fingerprint([(stop.id, terms_of(stop, StopTerms)) for stop in package.stops])


def put_item(package: Package, item: MenuItem, *, day: int, before: int | None, seen: str) -> Stop:
    """The activity as a stop of this day, before the stop of this id or at the end. Raises StopOutsideDays,
    ItemNotPublished, DayTooFull or ChangedMeanwhile."""
    _lock_itinerary(package, seen)
    nothing = Translated()
    _check_stop(package, StopTerms(item.id, day, composing.DAY_BEGINS, item.minutes, nothing, nothing))
    stop = Stop(package=package, menu_item=item, day=day, minutes=item.minutes, title=nothing, note=nothing)
    stop.starts = composing.DAY_BEGINS
    return _put(package, stop, day, before)


def put_stop(package: Package, stop: Stop, *, day: int, before: int | None, seen: str) -> Stop:
    """The stop into this day, before the stop of this id or at the end. Raises StopOutsideDays, DayTooFull or
    ChangedMeanwhile, and DayWithoutStop where a published package would lose the last entry of a day."""
    _lock_itinerary(package, seen)
    if rules.days_outside(package.days, [day]):
        raise StopOutsideDays(day=day, days=package.days)
    return _put(package, stop, day, before)


def _put(package: Package, stop: Stop, day: int, before: int | None) -> Stop:
    others = {other.id: other for other in package.stops if other is not stop and other.day == day}
    visits = sorted((composing.visit_of(other) for other in others.values()), key=lambda visit: visit.begins)
    for visit in composing.put_in(visits, replace(composing.visit_of(stop), key=None), before):
        moved = stop if visit.key is None else others[visit.key]
        moved.starts = composing.time_at(visit.begins)
    stop.day = day
    db.session.add(stop)
    db.session.flush()
    db.session.refresh(package, ["stops"])
    _keep_publishable(package)
    return stop


def _lock_itinerary(package: Package, seen: str) -> None:
    """Whoever composes next waits, and then sees what was done. Raises ChangedMeanwhile."""
    db.session.execute(select(Package.id).where(Package.id == package.id).with_for_update(key_share=True))
    stops = select(Stop).where(Stop.package_id == package.id).execution_options(populate_existing=True)
    db.session.scalars(stops).all()
    db.session.refresh(package, ["stops"])
    if (current := seen_of(package)) != seen:
        raise ChangedMeanwhile(current=current)


def remove_stop(stop: Stop) -> None:
    """Raises DayWithoutStop where a published package would lose the last entry of a day."""
    package = stop.package
    package.stops.remove(stop)
    _keep_publishable(package)
    db.session.flush()
    search.note(package)


def _check_stop(package: Package, terms: StopTerms) -> None:
    if rules.days_outside(package.days, [terms.day]):
        raise StopOutsideDays(day=terms.day, days=package.days)
    if terms.menu_item_id is None:
        if not _is_written(terms.title):
            raise StopUntitled()
        return
    item = queries.find_item(terms.menu_item_id)
    if item is None or item.menu.publication is not Publication.PUBLISHED:
        raise ItemNotPublished(title=item.title if item else "")


# ------------------------------------------------------------------------------------------------------------ all alike


def change(row: Base | Menu | MenuItem | Package | Stop, terms: AnyTerms, *, seen: str) -> None:
    """Put the terms on the row, locked from here on. Raises ChangedMeanwhile if it no longer is as ``seen``."""
    kind = type(row)
    db.session.execute(select(kind.id).where(kind.id == row.id).with_for_update(key_share=True))
    db.session.refresh(row, [field.name for field in fields(terms)])
    if (current := fingerprint(terms_of(row, type(terms)))) != seen:
        raise ChangedMeanwhile(current=current)
    apply_terms(row, terms)
    db.session.flush()
    search.note(row)


def _store(row: Row, terms: AnyTerms) -> Row:
    apply_terms(row, terms)
    db.session.add(row)
    db.session.flush()
    search.note(row)
    return row


def _is_written(text: Translated) -> bool:
    return any(value.strip() for value in text.values())


def _require_title(title: Translated) -> None:
    if not _is_written(title):
        raise TitleMissing()


def _slug_of(title: Translated, kind: str) -> str:
    return rules.make_slug(title.get("en", ""), kind)
