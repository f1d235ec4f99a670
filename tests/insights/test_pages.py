"""Who may ask what, what the page says, and that pictures tell in words what they show."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.core.roles import Role
from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.insights.pictures import picture_of
from exchange_app.insights.rules import Cell, Table
from tests.bookings.group import hand_in
from tests.builders import make_leader, make_user
from tests.coordination.conftest import Region
from tests.coordination.town import make_agreement
from tests.insights.year import AT, OVER, Year, finish, make_date
from tests.pages import sign_in

PAGE = "/insights?year=2027"


@pytest.fixture(autouse=True)
def later() -> Iterator[None]:
    with time_machine.travel(OVER, tick=False):
        yield


def figure(page: str, words: str) -> str:
    """The first number of a row of the overview."""
    found = re.search(rf">{re.escape(words)}</th><td[^>]*>(?:<span[^>]*>)?([^<]*)", page)
    assert found, page
    return found[1]


def offered(page: str, name: str) -> set[str]:
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return set(re.findall(r'<option[^>]*value="(\d+)"', select[0])) if select else set()


def test_each_role_sees_its_own(client: FlaskClient, year: Year) -> None:
    a, b, c = year.region.here, year.region.there, year.region.elsewhere
    with transaction():
        head = make_user(year.one.organisation, Role.HEAD)
        bureau = make_user(b.office, Role.BUREAU)
        administrator = make_user(a.office, Role.ADMINISTRATOR)
    persons = {
        a.coordinator: "124",  # all but those of there that stayed there
        b.coordinator: "136",
        c.coordinator: "0",
        a.organiser: "44",
        b.organiser: "92",
        year.one: "22",
        head: "22",
        year.guest: "56",
        bureau: "56",
        administrator: "136",
    }
    for user, count in persons.items():
        sign_in(client, user)
        page = client.get(PAGE)
        assert (page.status_code, figure(page.text, "Participants")) == (200, count), user.role
        assert 'href="/insights"' in page.text
    sign_in(client, year.one)
    page = client.get(PAGE).text
    assert (offered(page, "city"), offered(page, "school"), offered(page, "base")) == (set(), set(), set())
    assert offered(page, "agreement") == {str(year.region.agreement.id)}
    assert f"<strong>{year.one.organisation.name['en']}</strong>" in page
    sign_in(client, bureau)
    page = client.get(PAGE).text
    assert (offered(page, "school"), offered(page, "city")) == ({str(year.guest.organisation_id)}, set())
    client.post("/sign-out")
    client.delete_cookie("session")
    assert client.get(PAGE).status_code == 303


def test_what_may_not_be_asked_about_is_not_found(client: FlaskClient, year: Year) -> None:
    a, b, c = year.region.here, year.region.there, year.region.elsewhere
    with transaction():
        foreign = make_agreement([b.city, c.city], b.coordinator, AT)
    own_agreement = year.region.agreement.id
    forged = {
        a.coordinator: [
            f"agreement={foreign.id}",
            f"city={c.city.id}",
            "base=99999",
            "school=x",
            "city=99999999999999999999",
        ],
        c.coordinator: [
            f"base={year.base.id}" if False else f"agreement={own_agreement}",
            f"school={year.two.organisation_id}",
        ],
        a.organiser: [f"city={a.city.id}", f"base={year.base.id}", f"school={year.one.organisation_id}"],
        year.one: [f"school={year.two.organisation_id}", f"school={year.one.organisation_id}", f"city={a.city.id}"],
    }
    for user, questions in forged.items():
        sign_in(client, user)
        assert {question: client.get(f"{PAGE}&{question}").status_code for question in questions} == dict.fromkeys(
            questions, 404
        )
    sign_in(client, a.coordinator)
    no_row = "99999999999999999999"
    for address in (
        f"reports/new?again={no_row}",
        f"agreements/{own_agreement}/visits/{a.city.id}/{b.city.id}?returns={no_row}",
    ):
        assert client.get(f"/coordinator/{address}").status_code == 200
    other = client.get(f"{PAGE}&city={b.city.id}")
    assert (other.status_code, figure(other.text, "Participants")) == (422, "124")
    assert "Choose an agreement to see the figures of another city." in other.text
    under = client.get(f"{PAGE}&agreement={own_agreement}&city={b.city.id}").text
    assert figure(under, "Participants") == "55"
    assert offered(under, "city") == {str(a.city.id), str(b.city.id)}


def test_periods_and_filters_are_read_from_the_address(client: FlaskClient, year: Year) -> None:
    sign_in(client, year.region.there.coordinator)
    for question, persons in {
        "year=2027&part=q4": "136",
        "year=2027&part=q3": "0",
        "year=2027&part=m12&plan=tourism": "44",
        "since=2027-12-10&until=2027-12-15": "44",
        "since=2027-12-16": "37",
        "year=2026": "16",
        f"year=2027&base={year.base.id}": "67",
        f"year=2027&school={year.two.organisation_id}": "58",
    }.items():
        assert figure(client.get(f"/insights?{question}").text, "Participants") == persons, question
    for question, words in {
        "since=2027-12-15&until=2027-12-10": "The last day is not before the first one",
        "since=soon": "Write a date as in 2027-04-12.",
        "year=1999": "Choose one of the list.",
        "part=q9": "Choose one of the list.",
        "plan=x": "Choose one of the list.",
    }.items():
        page = client.get(f"/insights?{question}")
        assert (page.status_code, words in page.text) == (422, True), question
    page = client.get("/insights?year=2027&part=q4").text
    assert '<option selected value="q4">' in page
    assert 'name="next" value="/insights?year=2027&amp;part=q4"' in page  # the language switch comes back here
    assert "not shown" in page  # of the delegations
    assert 'aria-label="Most persons went from' in page


def test_a_campaign_that_is_still_to_come_is_not_counted_yet(client: FlaskClient, year: Year) -> None:
    for day, count in (("2027-04-07", "0"), ("2027-04-08", "1")):
        with time_machine.travel(f"{day}T04:00:00Z", tick=False):
            sign_in(client, year.region.here.coordinator)
            assert figure(client.get(PAGE).text, "Festivals and campaigns") == count


def test_a_long_table_is_read_to_its_end_on_pages_of_its_own(
    client: FlaskClient, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three weeks and more with a group on each day, asked for with a filter that has to stay."""
    with transaction():
        leader = make_leader(region.here.city)
        for month, last in ((5, 31), (6, 30)):
            departure = make_date(region.there, date(2027, month, 1), days=last, now=datetime(2027, 4, 1, tzinfo=UTC))
            hand_in(departure, leader, pupils=20, staff=2, now=datetime(2027, 4, 1, tzinfo=UTC))
        finish()
    sign_in(client, region.here.coordinator)
    page = client.get("/insights?year=2027&plan=youth").text
    assert "As a table: 61 rows" in page
    assert ("2027-06-09" in page, "2027-06-10" in page.replace("on 2027-06-10", "")) == (True, False)
    more = html.unescape(re.search(r'href="([^"]*tables/days[^"]*)"', page)[1])  # type: ignore[index]
    assert more == "/insights/tables/days?year=2027&plan=youth"
    monkeypatch.setattr("exchange_app.insights.views.figures.ROWS_ON_A_PAGE", 50)
    first, second = client.get(more).text, client.get(f"{more}&page=2").text
    assert [text.count("2027-0") for text in (first, second)] == [50, 11]
    assert ('href="/insights?year=2027&amp;plan=youth"' in first, "2027-06-30" in second) == (True, True)
    assert [client.get(f"/insights/tables/{asked}").status_code for asked in ("x", "days?page=9")] == [404, 404]
    for name in ("overview", "publicity", "satisfaction"):
        assert client.get(f"/insights/tables/{name}?year=2027").status_code == 200


def test_a_picture_is_drawn_from_the_table_alone_and_says_what_it_shows(app: Flask) -> None:
    long = "巴马瑶族自治县以及<很长的名字>" * 4
    tables: dict[str, list[list[Cell]]] = {
        "counties": [
            [long, "Ningming", 3, 1, 22, 66],
            ["Wuming", "Ningming", 3, 1, None, None],
            ["B", "B", 1, 1, 0, 0],
        ],
        "months": [["Dec 2027", "A", "B", 5, 3, 80, 215], ["Dec 2027", "B", "A", 1, 1, None, None]],
        "days": [["2027-12-01", 2, 55], ["2028-02-29", 1, None]],
        "bases": [[long, 4, 3, 67, 400, 177, 44], ["Museum", 1, 1, None, 10, None, None]],
    }
    said = {"counties": "22", "months": "80", "days": "2027-12-01", "bases": "44"}
    with speaking("en"):
        for key, rows in tables.items():
            picture = picture_of(Table(key, "", [], rows))
            assert picture is not None
            assert 'role="img"' in picture
            label = re.search('aria-label="([^"]*)"', picture)
            assert label
            assert said[key] in label[1]
            assert f"url(#hatching-{key})" in picture  # what is hidden is not drawn to scale
            assert "<很长" not in picture
            assert picture_of(Table(key, "", [], [])) is None
            small = picture_of(Table(key, "", [], rows[1:2]))
            assert small is not None
        assert picture_of(Table("schools", "", [], [["S", 1]])) is None
