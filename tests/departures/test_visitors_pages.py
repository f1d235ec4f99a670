"""What visitors read, over HTTP: lists that filter and cost the same however long, and each departure's own words."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from exchange_app.catalogue.models import Publication
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from tests.builders import both, make_city, make_departure, make_hold, make_leader, make_package
from tests.pages import speak
from tests.statements import counted_statements


@pytest.fixture
def reader(client: FlaskClient) -> FlaskClient:
    speak(client, "en")
    return client


def departure_in(hours: float = 0, **changes: Any) -> Departure:
    """An open departure whose registration began ten days ago and closes in twenty."""
    return make_departure(now=now() + timedelta(hours=hours), **changes)


def test_home_shows_what_is_on(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in()
    page = reader.get("/")
    assert page.status_code == 200
    assert departure.package.title["en"] in page.text
    assert f"/departures/{departure.id}" in page.text
    assert "60 of 60 seats left" in page.text


def test_home_with_nothing_on_says_so(reader: FlaskClient) -> None:
    assert "No date is open for registration right now" in reader.get("/").text


@pytest.mark.parametrize("address", ["/", "/packages", "/departures", "/menus"])
@pytest.mark.parametrize("language", ["zh_Hans", "en"])
def test_every_list_reads_in_both_languages(client: FlaskClient, address: str, language: str) -> None:
    with transaction():
        package = departure_in().package
    speak(client, language)
    page = client.get(address)
    assert page.status_code == 200
    assert f'lang="{language.replace("_", "-")}"' in page.text
    assert package.host_city.name[language] in page.text


@pytest.mark.parametrize("address", ["/", "/packages", "/departures", "/menus"])
def test_a_longer_list_costs_no_more(reader: FlaskClient, address: str) -> None:
    costs = []
    for count in (1, 50):
        with transaction():
            for _ in range(count):
                departure_in()
        with counted_statements() as sent:
            assert reader.get(address).status_code == 200
        costs.append(len(sent))
    one, many = costs
    assert many - one <= 1  # the count, which a list of one page does not need
    assert many <= 5


def test_a_page_of_a_departure_costs_three_statements(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in(package=make_package(days=3))
    with counted_statements() as sent:
        assert reader.get(f"/departures/{departure.id}").status_code == 200
    assert len(sent) == 3


def test_htmx_gets_the_list_alone(reader: FlaskClient) -> None:
    with transaction():
        departure_in()
    for address in ("/packages", "/departures", "/menus"):
        fragment = reader.get(address, headers={"HX-Request": "true"}).text.strip()
        assert fragment.startswith('<div id="found">')
        assert "<html" not in fragment
        assert "HX-Request" in reader.get(address).headers["Vary"]


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/packages?plan=nonsense", "Choose one of the list."),
        ("/packages?grade=99", "Choose one of the list."),
        ("/packages?city=atlantis", "Choose one of the list."),
        ("/packages?days=many", "Write a whole number in digits"),
        ("/packages?seats=-1", "Write a number from 1 to"),
        ("/packages?since=soon", "Write a date as in 2027-04-12."),
        ("/packages?since=2027-05-02&until=2027-05-01", "This lies before the first date"),
        ("/departures?month=2027-13", "Choose one of the list."),
        ("/departures?month=0000-01", "Choose one of the list."),
        ("/menus?manner=x&grade=%F0%9F%A6%86", "Choose one of the list."),
    ],
)
def test_a_wish_that_cannot_be_read_gets_a_sentence_and_the_rest_counts(
    reader: FlaskClient, address: str, sentence: str
) -> None:
    with transaction():
        departure = departure_in()
    page = reader.get(address)
    assert page.status_code == 200
    assert sentence in page.text
    if "until" not in address:
        assert str(departure.package.title["en"] if "menus" not in address else "Bronze drums") in page.text


def test_filters_stay_in_the_address_from_page_to_page(reader: FlaskClient) -> None:
    with transaction():
        city = make_city(slug="here")
        for _ in range(13):
            make_package(host_city=city)
    first = reader.get("/packages?city=here&grade=5")
    assert "city=here&amp;grade=5&amp;page=2" in first.text
    assert reader.get("/packages?city=here&grade=5&page=2").status_code == 200
    assert reader.get("/packages?city=here&grade=5&page=3").status_code == 404


def test_packages_are_found_by_seats_left(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in(capacity=30)
        make_hold(departure, make_leader(), now=now())  # 27 seats
    assert departure.package.title["en"] in reader.get("/packages?seats=3").text
    assert departure.package.title["en"] not in reader.get("/packages?seats=4").text


@pytest.mark.parametrize("publication", [Publication.DRAFT, Publication.WITHDRAWN])
def test_only_what_is_published_is_there(reader: FlaskClient, publication: Publication) -> None:
    with transaction():
        package = make_package(publication=publication)
        item = make_package().stops[0].menu_item
        assert item is not None
        item.menu.publication = publication
    page = reader.get(f"/packages/{package.slug}")
    assert page.status_code == 404
    assert "There is no such package, or it was withdrawn." in page.text
    page = reader.get(f"/menus/{item.slug}")
    assert page.status_code == 404
    assert "its menu was withdrawn" in page.text
    assert item.title["en"] not in reader.get("/menus").text
    assert item.title["en"] not in reader.get(f"/bases/{item.base.slug}").text


def test_what_is_not_there_is_not_found(reader: FlaskClient) -> None:
    for address in ("/packages/x", "/menus/x", "/bases/x", "/departures/987654321", "/departures/99999999999999999999"):
        assert reader.get(address).status_code == 404, address


def test_a_package_tells_a_school_what_it_must_know(reader: FlaskClient) -> None:
    with transaction():
        package = make_package(
            days=2,
            price_minor=12050,
            asks=[{"field": "meal_need", "reason": {"zh_Hans": "点餐", "en": "Lunch is ordered ahead."}}],
        )
        departure = departure_in(package=package)
    page = reader.get(f"/packages/{package.slug}").text
    for words in (
        "Day 1",
        "Day 2",
        "Bronze drums",
        "Museum",
        "¥120.50",
        "Entry",
        "A water bottle",
        "The city&#39;s rule",
    ):
        assert words in page, words
    assert "one adult for every 10 pupils" in page
    assert "Meal need" in page
    assert "Lunch is ordered ahead." in page
    assert f"/departures/{departure.id}" in page


def test_an_activity_and_a_base_lead_to_each_other_and_to_packages(reader: FlaskClient) -> None:
    with transaction():
        package = make_package()
        item = package.stops[0].menu_item
        assert item is not None
    activity, base = reader.get(f"/menus/{item.slug}").text, reader.get(f"/bases/{item.base.slug}").text
    assert f"/bases/{item.base.slug}" in activity
    assert f"/menus/{item.slug}" in base
    for page in (activity, base):
        assert f"/packages/{package.slug}" in page


def test_a_departure_that_takes_registrations_has_the_button(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in(package=make_package(days=2))
    page = reader.get(f"/departures/{departure.id}").text
    assert f'href="/departures/{departure.id}/register"' in page
    assert "60 of 60 seats left" in page
    assert "Beijing time" in page
    assert "south gate" in page
    first = departure.starts_on
    second = first + timedelta(days=1)
    assert f"{first.day} {first:%B %Y}" in page
    assert f"{second.day} {second:%B %Y}" in page


def closed(departure: Departure) -> None:
    departures.close_departure(departure)


def called_off(departure: Departure) -> None:
    departures.call_off(departure, cause=Cause.WEATHER, reason=both("A typhoon is coming"), now=now())


def not_yet_open(departure: Departure) -> None:
    departure.opens_at = now() + timedelta(days=3)


def over(departure: Departure) -> None:
    departure.closes_at = now() - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("become", "words"),
    [
        (closed, "The organiser closed the registration."),
        (called_off, "A typhoon is coming"),
        (not_yet_open, "Registration has not begun: it opens on"),
        (over, "Registration is over since"),
    ],
)
def test_a_departure_without_the_button_says_why(reader: FlaskClient, become: Any, words: str) -> None:
    with transaction():
        departure = departure_in()
        become(departure)
    page = reader.get(f"/departures/{departure.id}")
    assert page.status_code == 200
    assert words in page.text
    assert "/register" not in page.text


def test_a_draft_is_not_found(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in(is_open=False)
    assert reader.get(f"/departures/{departure.id}").status_code == 404


def test_a_departure_of_a_withdrawn_package_can_still_be_read(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in()
        departures.close_departure(departure)
        departures.withdraw_package(departure.package)
    page = reader.get(f"/departures/{departure.id}")
    assert page.status_code == 200
    assert f"/packages/{departure.package.slug}" not in page.text


def test_the_calendar_shows_a_month(reader: FlaskClient) -> None:
    with transaction():
        departure = departure_in()
    month: datetime = departure.meets_at
    assert f"/departures/{departure.id}" in reader.get("/departures").text
    assert f"/departures/{departure.id}" in reader.get(f"/departures?month={departure.starts_on:%Y-%m}").text
    assert f"/departures/{departure.id}" not in reader.get(f"/departures?month={month.year + 1}-01").text
