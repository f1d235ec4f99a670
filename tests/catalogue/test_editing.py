"""What organisers may do with the catalogue, and what is refused so that visitors never meet a broken itinerary."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

import pytest
from flask_babel import force_locale

from exchange_app.accounts.models import User
from exchange_app.catalogue import queries
from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.errors import (
    BaseElsewhere,
    BaseInUse,
    BaseNotFound,
    ChangedMeanwhile,
    DaysFixed,
    DayWithoutStop,
    HostCityFixed,
    ItemInUse,
    ItemNotPublished,
    MenuEmpty,
    MenuInUse,
    MenuNotFound,
    PackageNotFound,
    PlanFixed,
    SlotTooSmall,
    StopNotFound,
    StopOutsideDays,
    StopUntitled,
)
from exchange_app.catalogue.models import MenuItem, Package, Publication, Stop
from exchange_app.catalogue.rules import make_slug
from exchange_app.catalogue.terms import (
    BaseTerms,
    ItemTerms,
    MenuTerms,
    PackageTerms,
    StopTerms,
    fingerprint,
    terms_of,
)
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.partners.models import Plan
from tests.builders import both, make_city, make_leader, make_organisation, make_package, make_user

pytestmark = pytest.mark.usefixtures("app")


def organiser_of(package: Package) -> User:
    return make_user(package.organiser, Role.ORGANISER)


def item_of(package: Package) -> MenuItem:
    item = package.stops[0].menu_item
    assert item is not None
    return item


def a_stop(**changes: object) -> StopTerms:
    lunch = StopTerms(menu_item_id=None, day=1, starts=time(12), minutes=60, title=both("Lunch"), note=both(""))
    return replace(lunch, **changes)


def seen_of(stop: Stop) -> str:
    return fingerprint(terms_of(stop, StopTerms))


def test_a_package_is_published_when_every_day_has_something() -> None:
    with transaction():
        package = make_package(days=2, publication=Publication.DRAFT)
        package.stops.pop()
        with pytest.raises(DayWithoutStop) as refusal:
            catalogue.publish_package(package)
        assert refusal.value.facts == {"day": 2}
        catalogue.add_stop(package, a_stop(day=2))
        catalogue.publish_package(package)
    assert queries.get_package(package.slug).id == package.id


def test_a_draft_package_names_everything_that_is_missing() -> None:
    with transaction():
        package = make_package(days=2, publication=Publication.DRAFT, title=Translated())
        package.stops.pop()
        item_of(package).menu.publication = Publication.DRAFT
    assert [obstacle.slug for obstacle in catalogue.list_obstacles(package)] == [
        "title-missing",
        "day-without-stop",
        "item-not-published",
    ]


def test_an_entry_lies_within_the_days_and_says_what_it_is() -> None:
    with transaction():
        package = make_package(days=2)
        with pytest.raises(StopOutsideDays):
            catalogue.add_stop(package, a_stop(day=3))
        with pytest.raises(StopUntitled):
            catalogue.add_stop(package, a_stop(title=both(" ") | {"zh_Hans": ""}))


def test_an_itinerary_takes_activities_from_published_menus_only() -> None:
    with transaction():
        package = make_package()
        other = item_of(make_package())
        other.menu.publication = Publication.WITHDRAWN
        with pytest.raises(ItemNotPublished):
            catalogue.add_stop(package, a_stop(menu_item_id=other.id))


def test_a_published_package_never_loses_a_days_last_entry() -> None:
    with transaction():
        package = make_package(days=2)
    with pytest.raises(DayWithoutStop), transaction():
        catalogue.remove_stop(package.stops[1])
    with transaction():
        package = queries.get_package_of(package.id, organiser_of(package))
        moved = package.stops[1]
    with pytest.raises(DayWithoutStop), transaction():
        catalogue.change_stop(moved, replace(terms_of(moved, StopTerms), day=1), seen=seen_of(moved))


def test_entries_stand_in_the_order_of_their_times() -> None:
    with transaction():
        package = make_package()
        catalogue.add_stop(package, a_stop(starts=time(8), title=both("Coach")))
        catalogue.add_stop(package, a_stop(starts=time(12), title=both("Lunch")))
    itinerary = queries.list_itinerary(package.id)
    assert [stop.starts for stop in itinerary] == [time(8), time(9), time(12)]
    assert [stop.item_slug for stop in itinerary] == [None, item_of(package).slug, None]


def test_days_plan_and_host_stay_as_they_were_published() -> None:
    """Groups that travelled years ago are counted by the plan and the host city of their package."""
    with transaction():
        package = make_package(days=2)
        terms, elsewhere = terms_of(package, PackageTerms), make_city()
        for refusal, change in (
            (DaysFixed, {"days": 3}),
            (PlanFixed, {"plan": Plan.TOURISM}),
            (HostCityFixed, {"host_city_id": elsewhere.id}),
        ):
            for publication in (Publication.PUBLISHED, Publication.WITHDRAWN):
                package.publication = publication
                with pytest.raises(refusal):
                    catalogue.change_package(package, replace(terms, **change), seen=fingerprint(terms))
        package.publication = Publication.DRAFT
        changes = {"plan": Plan.TOURISM, "host_city_id": elsewhere.id}
        catalogue.change_package(package, replace(terms, **changes), seen=fingerprint(terms))
    assert package.plan is Plan.TOURISM


def test_days_that_hold_entries_cannot_be_cut_off() -> None:
    with transaction():
        package = make_package(days=2, publication=Publication.DRAFT)
        terms = terms_of(package, PackageTerms)
        with pytest.raises(StopOutsideDays):
            catalogue.change_package(package, replace(terms, days=1), seen=fingerprint(terms))


def test_the_second_of_two_editors_is_told_of_the_first() -> None:
    with transaction():
        package = make_package()
        seen = terms_of(package, PackageTerms)
    with transaction():
        catalogue.change_package(package, replace(seen, title=both("First")), seen=fingerprint(seen))
    with pytest.raises(ChangedMeanwhile), transaction():
        catalogue.change_package(package, replace(seen, title=both("Second")), seen=fingerprint(seen))
    assert queries.get_package(package.slug).title == both("First")


def test_a_menu_stays_while_published_packages_need_it() -> None:
    with transaction():
        package = make_package()
        menu = item_of(package).menu
        with pytest.raises(MenuInUse) as refusal:
            catalogue.withdraw_menu(menu)
        with force_locale("en"):
            assert "One published package" in refusal.value.sentence
        catalogue.withdraw_package(package)
        catalogue.withdraw_menu(menu)
    assert menu.publication is Publication.WITHDRAWN


def test_an_empty_menu_is_not_published() -> None:
    with transaction():
        organiser = organiser_of(make_package())
        terms = terms_of(item_of(make_package()).menu, MenuTerms)
        menu = catalogue.add_menu(terms, by=organiser)
        with pytest.raises(MenuEmpty):
            catalogue.publish_menu(menu)


def test_what_is_in_use_is_not_removed() -> None:
    with transaction():
        package = make_package(days=2)
        item = item_of(package)
        with pytest.raises(ItemInUse) as item_refusal:
            catalogue.remove_item(item)
        with pytest.raises(BaseInUse):
            catalogue.remove_base(item.base)
    with force_locale("en"):
        assert "One package contains" in item_refusal.value.sentence  # twice in one package is one package


def test_an_activity_takes_place_in_the_menus_own_city() -> None:
    with transaction():
        item = item_of(make_package())
        elsewhere = item_of(make_package()).base
        with pytest.raises(BaseElsewhere):
            catalogue.add_item(item.menu, replace(terms_of(item, ItemTerms), base_id=elsewhere.id))


def test_a_slot_takes_the_largest_group() -> None:
    with transaction():
        item = item_of(make_package(slot_capacity=50))
        terms = terms_of(item, ItemTerms)
        catalogue.change_item(item, replace(terms, group_max=50), seen=fingerprint(terms))
        with pytest.raises(SlotTooSmall):
            catalogue.add_item(item.menu, replace(terms, slot_capacity=49))


def test_organisers_keep_their_citys_bases_and_menus_and_their_own_packages() -> None:
    with transaction():
        package = make_package()
        item = item_of(package)
        organiser = organiser_of(package)
        neighbour = make_user(make_organisation(package.host_city), Role.ORGANISER)
        stranger = organiser_of(make_package())
        leader = make_leader(package.host_city)
        administrator = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    for keeper in (organiser, neighbour, administrator):
        assert queries.get_base_of(item.base_id, keeper).id == item.base_id
        assert queries.get_item_of(item.menu_id, item.id, keeper).id == item.id
    for other in (stranger, leader):
        with pytest.raises(BaseNotFound):
            queries.get_base_of(item.base_id, other)
        with pytest.raises(MenuNotFound):
            queries.get_menu_of(item.menu_id, other)
    for keeper in (organiser, administrator):
        assert queries.get_package_of(package.id, keeper).stops[0].menu_item is not None
    for other in (neighbour, stranger, leader):
        with pytest.raises(PackageNotFound):
            queries.get_package_of(package.id, other)


def test_a_stop_of_another_package_is_not_found() -> None:
    with transaction():
        package, other = make_package(), make_package()
        with pytest.raises(StopNotFound):
            queries.get_stop(package, other.stops[0].id)


def test_what_an_organiser_adds_belongs_to_the_own_city_and_organisation() -> None:
    with transaction():
        like = make_package()
        organiser = organiser_of(like)
        base = catalogue.add_base(terms_of(item_of(like).base, BaseTerms), by=organiser)
        package = catalogue.add_package(terms_of(like, PackageTerms), by=organiser)
        assert base.city_id == organiser.organisation.city_id
        assert package.organiser_id == organiser.organisation_id
        assert package.publication is Publication.DRAFT


@pytest.mark.parametrize(
    ("title", "begins"),
    [
        ("Wei's drums & songs", "weis-drums-songs-"),
        ("", "package-"),
        ("铜鼓", "package-"),
        ("Café " * 40, "cafe-cafe-"),
    ],
)
def test_addresses_are_made_of_latin_letters(title: str, begins: str) -> None:
    slug = make_slug(title, "package")
    assert slug.startswith(begins)
    assert len(slug) <= 80
    assert slug.isascii()
    assert slug != make_slug(title, "package")
