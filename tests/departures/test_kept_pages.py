"""Visitors share what was rendered a moment ago. Nobody gets another one's page, and nobody old seats."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.catalogue.views.telling import KEPT_PAGES
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from tests.builders import both, make_departure, make_hold, make_leader, make_user
from tests.pages import sign_in, speak
from tests.statements import counted_statements


@pytest.fixture
def departure(app: Flask) -> Departure:
    with transaction():
        return make_departure(now=now())


KEPT_SECONDS = 3


@pytest.fixture
def reader(app: Flask, client: FlaskClient) -> FlaskClient:
    app.config["PAGES_KEPT_SECONDS"] = KEPT_SECONDS
    speak(client, "en")
    return client


def rename(departure: Departure, title: str) -> None:
    with transaction():
        departure.package.title = both(title)


@pytest.mark.parametrize("address", ["/", "/packages", "/departures", "/menus"])
def test_the_second_reader_of_a_list_costs_nothing(reader: FlaskClient, departure: Departure, address: str) -> None:
    with time_machine.travel(now(), tick=False):  # the token of the sign-out form names the second
        first = reader.get(address).text
        with counted_statements() as sent:
            assert reader.get(address).text == first
    assert sent == []


def test_seats_are_never_old_on_a_departures_own_page(reader: FlaskClient, departure: Departure) -> None:
    address = f"/departures/{departure.id}"
    assert "60 of 60 seats left" in reader.get(address).text
    with transaction():
        make_hold(departure, make_leader(), now=now())
    with counted_statements() as sent:
        page = reader.get(address).text
    assert "33 of 60 seats left" in page
    assert len(sent) == 1
    assert departure.package.title["en"] in page


def test_a_page_is_kept_for_a_moment_only(reader: FlaskClient, departure: Departure) -> None:
    addresses = ("/departures", f"/departures/{departure.id}", f"/packages/{departure.package.slug}")
    with time_machine.travel(now(), tick=False) as clock:
        for address in addresses:
            reader.get(address)
        rename(departure, "A new name")
        clock.shift(timedelta(seconds=KEPT_SECONDS - 1))
        assert all("A new name" not in reader.get(address).text for address in addresses)
        clock.shift(timedelta(seconds=1))
        assert all("A new name" in reader.get(address).text for address in addresses)


def test_whoever_is_signed_in_reads_what_was_just_changed(reader: FlaskClient, departure: Departure) -> None:
    reader.get("/departures")
    rename(departure, "A new name")
    with transaction():
        organiser = make_user(departure.package.organiser, Role.ORGANISER)
    sign_in(reader, organiser)
    assert "A new name" in reader.get("/departures").text


def test_each_language_and_each_wish_has_its_own_copy(reader: FlaskClient, departure: Departure) -> None:
    english = reader.get("/departures").text
    speak(reader, "zh_Hans")
    chinese = reader.get("/departures").text
    assert departure.package.title["en"] in english
    assert departure.package.title["zh_Hans"] in chinese
    fragment = reader.get("/departures", headers={"HX-Request": "true"}).text
    assert "<html" in chinese
    assert "<html" not in fragment
    speak(reader, "en")
    assert departure.package.title["en"] not in reader.get("/departures?month=2099-01").text


def test_what_is_not_found_is_not_kept(reader: FlaskClient, departure: Departure) -> None:
    with transaction():
        draft = make_departure(departure.package, now=now(), is_open=False)
    assert reader.get(f"/departures/{draft.id}").status_code == 404
    assert reader.get(f"/departures/{departure.id}").status_code == 200


def test_no_more_pages_are_kept_than_fit(reader: FlaskClient, app: Flask, departure: Departure) -> None:
    for number in range(KEPT_PAGES + 20):
        reader.get(f"/departures?nonsense={number}", headers={"HX-Request": "true"})
    with counted_statements() as sent:
        reader.get(f"/departures?nonsense={KEPT_PAGES + 19}", headers={"HX-Request": "true"})
    assert sent == []
    with counted_statements() as sent:
        reader.get("/departures?nonsense=0", headers={"HX-Request": "true"})
    assert sent != []
