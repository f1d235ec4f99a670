"""The demo's content by itself, without a database: complete, consistent, and nobody's."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from exchange_app.catalogue.models import Approver
from exchange_app.catalogue.rules import ASKABLE_FIELDS, SPOKEN_LANGUAGES
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.reading import CONTENT, read
from exchange_app.demo.samples import sample_names
from exchange_app.demo.season import WEEKDAYS

FILES = sorted(path.stem for path in CONTENT.glob("*.toml"))
HAN = re.compile(r"[\u4e00-\u9fff]")
DEMO_MARKS = ("演示", "demo")

CITIES = read("cities")["city"]
ORGANISATIONS = {entry["key"]: entry for entry in read("organisations")["organisation"]}
PEOPLE = {entry["key"]: entry for entry in read("people")["person"]}
BASES = {entry["slug"]: entry for entry in read("bases")["base"]}
MENUS = read("menus")["menu"]
ITEMS = {item["slug"]: item | {"city": menu["city"]} for menu in MENUS for item in menu["item"]}
PACKAGES = {entry["slug"]: entry for entry in read("packages")["package"]}
DEPARTURES = {entry["key"]: entry for entry in read("departures")["departure"]}
BOOKINGS = read("bookings")["booking"]
COUNTIES = {county["code"]: city["code"] for city in CITIES for county in city["counties"]}

# What the Guangxi notice of 2024 asks for (domain: groups and rules): days for an overnight trip, by grade.
GUANGXI_DAYS = {4: (2, 3), 5: (2, 3), 6: (2, 3), 7: (3, 5), 8: (3, 5), 10: (4, 7), 11: (4, 7)}


def texts(value: Any, place: str) -> Iterator[tuple[str, Translated]]:
    if isinstance(value, Translated):
        yield place, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from texts(one, f"{place}.{key}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from texts(one, f"{place}[{number}]")


def every_text() -> list[tuple[str, Translated]]:
    return [found for name in FILES for found in texts(read(name), name)]


def test_every_text_is_written_in_both_languages() -> None:
    written = every_text()
    assert len(written) > 350
    for place, text in written:
        assert set(text) == set(LANGUAGES), place
        assert all(value.strip() for value in text.values()), place


def test_chinese_is_chinese_and_english_is_english() -> None:
    for place, text in every_text():
        assert HAN.search(text["zh_Hans"]), place
        assert not HAN.search(text["en"]), place
        assert not re.search(r"[，。；：？！（）]", text["en"]), place
        assert not re.search(r"[,;:?!]", re.sub(r"\d[:,]\d", "", text["zh_Hans"])), place


def test_the_demo_is_as_rich_as_it_promises() -> None:
    assert {city["code"] for city in CITIES} == {"450100", "451400"}
    assert len(BASES) >= 16
    assert len(ITEMS) >= 32
    assert len(MENUS) == 4
    assert len(PACKAGES) >= 9
    assert len(DEPARTURES) >= 42
    assert len(BOOKINGS) >= 14
    assert Counter(menu["publication"] for menu in MENUS) == {"published": 2, "draft": 1, "withdrawn": 1}


@pytest.mark.parametrize("name", FILES)
def test_no_key_stands_twice(name: str) -> None:
    lists = [value for value in read(name).values() if isinstance(value, list)]
    entries = [entry for entry in itertools.chain(*lists) if isinstance(entry, dict)]
    for field in ("key", "slug", "code", "email"):
        assert not [key for key, times in Counter(entry.get(field) for entry in entries).items() if key and times > 1]


def test_counties_belong_to_their_cities() -> None:
    for code, city in COUNTIES.items():
        assert code[:4] == city[:4]
    for place in [*ORGANISATIONS.values(), *BASES.values()]:
        if "county" in place:
            assert COUNTIES[place["county"]] == place["city"], place["name"]


def test_every_base_says_where_it_is() -> None:
    for base in BASES.values():
        county = next(
            county["name"] for city in CITIES for county in city["counties"] if county["code"] == base["county"]
        )
        assert county["zh_Hans"] in base["address"]["zh_Hans"], base["slug"]
        assert base.get("operator", "anthropology-museum") in ORGANISATIONS


def test_activities_take_place_in_the_city_of_their_menu() -> None:
    for item in ITEMS.values():
        assert BASES[item["base"]]["city"] == item["city"], item["slug"]
        assert set(item["languages"]) <= set(SPOKEN_LANGUAGES)
        assert item["group_min"] <= item["group_max"]
    assert {item["base"] for item in ITEMS.values()} == set(BASES)
    assert {item["plan"] for item in ITEMS.values()} == {"youth", "community", "tourism"}
    assert {item["manner"] for item in ITEMS.values()} == {"scene", "interactive", "experiential"}


def test_packages_visit_activities_of_their_host_city() -> None:
    for package in PACKAGES.values():
        for stop in package["stops"]:
            if "item" in stop:
                assert ITEMS[stop["item"]]["city"] == package["host_city"], stop


def test_activities_suit_the_grades_of_their_packages() -> None:
    for package in PACKAGES.values():
        items = [ITEMS[stop["item"]] for stop in package["stops"] if "item" in stop]
        if package["slug"] == "detian-and-mingshi":  # says that the younger pupils draw instead
            items = [item for item in items if item["slug"] != "geography-on-the-border-river"]
        for item in items:
            assert item["grade_from"] <= package["grade_from"], (package["slug"], item["slug"])
            assert item["grade_until"] >= package["grade_until"], (package["slug"], item["slug"])


def test_overnight_packages_keep_to_the_days_of_the_guangxi_notice() -> None:
    for package in PACKAGES.values():
        if package["days"] > 1:
            for grade in range(package["grade_from"], package["grade_until"] + 1):
                fewest, most = GUANGXI_DAYS[grade]
                assert fewest <= package["days"] <= most, (package["slug"], grade)


def test_approval_grows_with_risk() -> None:
    for package in PACKAGES.values():
        assert bool(package["approvals"]) == (package["days"] > 1), package["slug"]
        assert set(package["approvals"]) <= set(Approver), package["slug"]
        assert len(set(package["approvals"])) == len(package["approvals"]), package["slug"]


def test_slots_take_whole_groups_and_whole_departures() -> None:
    seats = {package: terms["seats"] for package, terms in read("departures")["terms"].items()}
    seats_of = [(one["package"], one.get("seats", seats[one["package"]])) for one in DEPARTURES.values()]
    for item in ITEMS.values():
        assert item["slot_capacity"] >= item["group_max"], item["slug"]
    for slug, count in seats_of:
        for stop in PACKAGES[slug]["stops"]:
            if "item" in stop:
                assert ITEMS[stop["item"]]["slot_capacity"] >= count, (slug, stop["item"])


def test_stops_fall_on_the_times_of_their_activities() -> None:
    usual = {package: terms["weekday"] for package, terms in read("departures")["terms"].items()}
    days_of = {(one["package"], one.get("weekday", usual[one["package"]])) for one in DEPARTURES.values()}
    assert 10 <= sum("begins" in item for item in ITEMS.values()) <= len(ITEMS) / 2
    for slug, weekday in days_of:
        for stop in PACKAGES[slug]["stops"]:
            item = ITEMS.get(stop.get("item"), {})
            if "begins" in item:
                assert stop["starts"] in item["begins"], (slug, stop)
                assert item["begins"] == sorted(item["begins"])
            if closed_on := item.get("closed_on"):
                assert weekday in WEEKDAYS, (slug, stop)  # a package for any weekday stops where it is always open
                assert WEEKDAYS[(WEEKDAYS.index(weekday) + stop["day"] - 1) % 7] not in closed_on, (slug, stop)


def test_stops_follow_each_other_on_every_day() -> None:
    for package in PACKAGES.values():
        times = []
        for stop in package["stops"]:
            hours, minutes = stop["starts"].split(":")
            starts = (stop["day"] - 1) * 1440 + int(hours) * 60 + int(minutes)
            length = ITEMS[stop["item"]]["minutes"] if "item" in stop else stop["minutes"]
            times.append((starts, starts + length))
        for (_, ends), (starts, _) in itertools.pairwise(times):
            assert ends <= starts, (package["slug"], divmod(starts, 1440))
        assert {stop["day"] for stop in package["stops"]} == set(range(1, package["days"] + 1))


def test_every_visited_activity_takes_a_group_of_the_usual_size() -> None:
    for package in PACKAGES.values():
        for stop in package["stops"]:
            if "item" in stop:
                assert ITEMS[stop["item"]]["group_min"] <= 18 < 27 <= ITEMS[stop["item"]]["group_max"], stop["item"]


def test_a_sold_package_names_its_licensed_operator() -> None:
    sold = [package for package in PACKAGES.values() if package["organiser"] == "travel-agency"]
    assert sold
    agency = ORGANISATIONS["travel-agency"]
    assert agency["licence_number"]
    for package in sold:
        assert package["price_minor"] > 0
        for language in LANGUAGES:
            assert agency["name"][language] in package["rules"][language]


def test_only_the_rail_trip_asks_for_documents() -> None:
    asking = {
        package["slug"]
        for package in PACKAGES.values()
        if "document_number" in {ask["field"] for ask in package.get("asks", [])}
    }
    assert asking == {"by-rail-to-friendship-pass"}
    for package in PACKAGES.values():
        for ask in package.get("asks", []):
            assert ask["field"] in ASKABLE_FIELDS


def test_invented_organisations_are_marked_as_a_demo() -> None:
    for organisation in ORGANISATIONS.values():
        if organisation["kind"] in ("school", "agency", "social_partner"):
            for language, mark in zip(LANGUAGES, DEMO_MARKS, strict=True):
                assert mark in organisation["name"][language], organisation["key"]


def test_no_telephone_can_be_anybodys() -> None:
    for organisation in ORGANISATIONS.values():
        assert re.fullmatch(r"0771-0000\d{3}", organisation["phone"])  # no local number begins with 0
    for person in PEOPLE.values():
        assert re.fullmatch(r"154000000\d\d", person["phone"])
    assert not any("phone" in base for base in BASES.values())


def test_every_person_has_an_address_that_no_mail_reaches() -> None:
    for person in PEOPLE.values():
        assert person["email"].endswith("@demo.example")
        assert person["organisation"] in ORGANISATIONS


def test_the_offered_sign_ins_are_people_of_the_demo() -> None:
    by_email = {person["email"]: person for person in PEOPLE.values()}
    offered = [by_email[sign_in.email] for sign_in in sign_ins()]
    cities = [(one["role"], ORGANISATIONS[one["organisation"]]["city"]) for one in offered]
    assert Counter(role for role, _ in cities) == {
        "leader": 2, "head": 1, "bureau": 1, "organiser": 2, "coordinator": 2, "administrator": 1,
    }  # fmt: skip
    for role in ("leader", "organiser", "coordinator"):
        assert {city for one, city in cities if one == role} == {"450100", "451400"}
    assert len({sign_in.password for sign_in in sign_ins()}) == 1


def test_who_approves_can_be_tried_for_a_group_of_an_offered_leader() -> None:
    by_email = {person["email"]: person for person in PEOPLE.values()}
    offered = [by_email[sign_in.email] for sign_in in sign_ins()]
    workplaces = {role: {one["organisation"] for one in offered if one["role"] == role} for role in ("leader", "head")}
    assert workplaces["head"] <= workplaces["leader"]
    (head,) = workplaces["head"]
    (bureau,) = (ORGANISATIONS[one["organisation"]] for one in offered if one["role"] == "bureau")
    assert bureau["city"] == ORGANISATIONS[head]["city"]


def test_each_city_has_a_bureau_and_the_offered_leaders_a_head() -> None:
    heads = {person["organisation"] for person in PEOPLE.values() if person["role"] == "head"}
    assert heads == {PEOPLE["leader-nanning"]["organisation"], PEOPLE["leader-chongzuo"]["organisation"]}
    bureaus = [ORGANISATIONS[person["organisation"]] for person in PEOPLE.values() if person["role"] == "bureau"]
    assert sorted(bureau["city"] for bureau in bureaus) == ["450100", "451400"]
    assert {(one["kind"], one["level"], one["department"]) for one in bureaus} == {("office", "city", "education")}


def test_both_rules_of_supervision_are_there() -> None:
    assert {city["code"]: city["supervision"] for city in CITIES} == {"450100": "warn", "451400": "block"}


def test_bookings_name_what_there_is() -> None:
    for booking in BOOKINGS:
        assert booking["departure"] in DEPARTURES
        assert PEOPLE[booking["leader"]]["role"] == "leader"
        if "roster" in booking:
            assert booking["roster"] in sample_names()
        if booking["ends"] in ("declined", "cancelled"):
            assert booking["comment"]


def test_every_state_of_a_booking_is_there() -> None:
    assert {booking["ends"] for booking in BOOKINGS} == {
        "held", "waiting", "offered", "lapsed", "submitted", "confirmed", "declined", "cancelled", "expired",
        "called_off", "done",
    }  # fmt: skip


def test_leaders_keep_to_packages_for_their_city() -> None:
    for booking in BOOKINGS:
        package = PACKAGES[DEPARTURES[booking["departure"]]["package"]]
        home = ORGANISATIONS[PEOPLE[booking["leader"]]["organisation"]]["city"]
        assert package.get("from_city", home) == home, booking
