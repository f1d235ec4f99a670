"""Looking for packages: each choice says how many it would leave; one wish as list, month and map; side by side."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from exchange_app.catalogue.models import Package
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures import packages as looking
from exchange_app.departures.packages import PackageFilter
from exchange_app.departures.rules import Sort
from exchange_app.partners.models import County, Plan
from tests.builders import NOW, make_city, make_departure, make_package
from tests.pages import speak
from tests.statements import counted_statements

TODAY = NOW.date()


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    speak(client, "en")
    return client


def package_in(county: str, **changes: object) -> Package:
    package = make_package(**changes)
    item = package.stops[0].menu_item
    assert item is not None
    known = db.session.query(County).filter_by(code=county).one_or_none()
    item.base.county = known or County(
        city=package.host_city, code=county, name=package.host_city.name, map_x=int(county[-1]), map_y=0
    )
    db.session.flush()
    return package


def count(wanted: PackageFilter) -> int:
    return len(db.session.execute(looking.select_packages(wanted, now=NOW, today=TODAY)).all())


def test_each_choice_leaves_as_many_packages_as_it_says(reader: FlaskClient) -> None:
    with transaction():
        here, there = make_city(slug="here"), make_city(slug="there")
        make_departure(package_in("100001", host_city=here, plan=Plan.YOUTH, days=1))
        package_in("100001", host_city=here, plan=Plan.TOURISM, days=2, grade_from=1, grade_until=3)
        make_departure(package_in("100002", host_city=there, plan=Plan.YOUTH, days=2), capacity=30)
    for wanted in (
        PackageFilter(),
        PackageFilter(plan=Plan.YOUTH),
        PackageFilter(city="here", days=2),
        PackageFilter(grade=5, county="100002"),
        PackageFilter(seats=40),
    ):
        choices = looking.count_choices(wanted, now=NOW, today=TODAY)
        values = {
            "city": ["here", "there"],
            "plan": list(Plan),
            "days": [1, 2, 3],
            "grade": list(range(1, 13)),
        }
        for name, offered in values.items():
            for value in offered:
                wish = PackageFilter(**{**{field: getattr(wanted, field) for field in wanted.__slots__}, name: value})
                assert getattr(choices, name)[value] == count(wish), (wanted, name, value)
        in_counties = looking.count_in_counties(wanted, now=NOW, today=TODAY)
        for county in ("100001", "100002"):
            wish = PackageFilter(**{**{field: getattr(wanted, field) for field in wanted.__slots__}, "county": county})
            assert in_counties.get(county, 0) == count(wish)


def test_the_filter_says_the_counts_and_htmx_gets_them_anew(reader: FlaskClient) -> None:
    with transaction():
        package_in("100001", plan=Plan.YOUTH)
        package_in("100002", plan=Plan.TOURISM)
    assert "Tourism (1)" in reader.get("/packages").text
    fragment = reader.get("/packages?plan=youth&county=100002", headers={"HX-Request": "true"}).text
    assert 'id="plan" name="plan" hx-swap-oob="true"' in fragment
    assert "Youth exchange (0)" in fragment
    assert "Tourism (1)" in fragment


def test_packages_come_in_the_order_that_was_asked_for(reader: FlaskClient) -> None:
    with transaction():
        dear = make_package(days=1, price_minor=9000)
        long = make_package(days=3, price_minor=100)
        make_departure(long, starts_on=TODAY + timedelta(days=40))
        make_departure(dear, starts_on=TODAY + timedelta(days=50))
        dateless = make_package(days=2)
    for sort, wanted in (
        (Sort.SOONEST, [long, dear, dateless]),
        (Sort.SHORTEST, [dear, dateless, long]),
        (Sort.CHEAPEST, [dateless, long, dear]),
        (Sort.BEST, [dateless, long, dear]),
    ):
        rows = db.session.execute(looking.select_packages(PackageFilter(sort=sort), now=NOW, today=TODAY))
        assert [row.Package for row in rows] == wanted


def test_the_same_wishes_stand_on_a_calendar_and_on_a_map(reader: FlaskClient) -> None:
    with transaction():
        wanted = package_in("100001", plan=Plan.YOUTH)
        dates = [make_departure(wanted, now=now()) for _ in range(5)]
        other = make_departure(package_in("100002", plan=Plan.TOURISM), now=now())
    day = dates[0].starts_on
    month = reader.get(f"/packages?plan=youth&view=calendar&month={day:%Y-%m}").text
    assert month.count(wanted.title["en"]) == 3
    assert f"/departures/{dates[0].id}" in month
    assert f"/departures/{other.id}" not in month
    assert f"since={day}&amp;until={day}" in month
    assert "2 more" in month
    assert 'rel="next"' in month
    assert wanted.title["en"] in reader.get(f"/packages?plan=youth&since={day}&until={day}").text
    chart = reader.get("/packages?plan=youth&view=map").text
    assert re.search(r"plan=youth&amp;county=100001\" class=\"map-county\"", chart)
    assert re.search(r"plan=youth&amp;county=100002\" class=\"map-county map-county-empty\"", chart)
    for view in ("calendar&month=1999-99", "calendar&month=9999-12", "nonsense", "calendar&since=2199-12-31"):
        assert reader.get(f"/packages?view={view}").status_code == 200


def test_names_on_the_map_are_in_both_languages(reader: FlaskClient) -> None:
    with transaction():
        package_in("100001")
    chart = reader.get("/packages?view=map").text
    assert chart.count("中文") > 1
    assert "City" in chart


def test_up_to_three_packages_stand_side_by_side(reader: FlaskClient) -> None:
    with transaction():
        packages = [make_package() for _ in range(4)]
    slugs = [package.slug for package in packages]
    chosen = reader.get("/packages?" + "&".join(f"compare={slug}" for slug in slugs[:2]))
    assert "Compare 2 packages" in chosen.text
    assert f"package={slugs[0]}&amp;package={slugs[1]}" in chosen.text
    page = reader.get("/compare?" + "&".join(f"package={slug}" for slug in [*slugs, "nonsense"])).text
    assert all(package.title["en"] in page for package in packages[:3])
    assert packages[3].title["en"] not in page
    assert "Nothing to compare yet" in reader.get("/compare").text
    assert "Nothing to compare yet" in reader.get("/compare?package=nonsense").text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("24", "24 pupils: at least 3 accompanying adults."),
        ("１", "One pupil: one accompanying adult."),
        ("many", "Write a whole number in digits"),
        ("0", "Write a number from 1"),
        ("", "Fill this in."),
    ],
)
def test_a_school_learns_how_many_adults_its_pupils_need(reader: FlaskClient, typed: str, words: str) -> None:
    with transaction():
        departure = make_departure(now=now())
    for address in (f"/departures/{departure.id}", f"/packages/{departure.package.slug}"):
        assert words in reader.get(address, query_string={"pupils": typed}).text


def test_no_view_costs_more_for_more_packages(reader: FlaskClient) -> None:
    views = ("list", "calendar", "map")
    costs: dict[str, list[int]] = {view: [] for view in views}
    for many in (1, 20):
        with transaction():
            for _ in range(many):
                make_departure(package_in("100001"), now=now())
        for view in views:
            with counted_statements() as sent:
                assert reader.get(f"/packages?view={view}").status_code == 200
            costs[view].append(len(sent))
    for one, more in costs.values():
        assert more - one <= 1
        assert more <= 5


def test_the_catalogue_is_light_and_its_files_are_kept(reader: FlaskClient) -> None:
    """Under 60 KB of HTML over the wire, under 1.5 MB in all, and each file by the hash of its content."""
    with transaction():
        for number in range(24):
            for _ in range(3):
                make_departure(package_in(f"10000{number % 9 + 1}"), now=now())
    for address in ("/", "/packages", "/packages?view=calendar", "/packages?view=map", "/menus"):
        page = reader.get(address)
        html = len(gzip.compress(page.data))
        assert html < 60_000, address
        files = set(re.findall(r'(?:src|href)="(/(?:static|covers|photos)/[^"#]+)', page.text))
        assert files
        sizes = []
        for file in files:
            answer = reader.get(file.replace("&amp;", "&"))
            assert "immutable" in answer.headers["Cache-Control"], file
            sizes.append(len(answer.data))
        assert html + sum(sizes) < 1_500_000, address
    styles = reader.get(re.search(r'href="(/static/site.css[^"]+)', page.text)[1]).text  # type: ignore[index]
    assert set(re.findall(r"url\(\"(\w+):", styles)) == {"data"}
    assert re.findall(r"url\(\"(?!data:)", styles) == []
