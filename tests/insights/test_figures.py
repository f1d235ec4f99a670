"""The figures equal what one counts by hand, column by column, and stay so once rosters are gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from exchange_app.bookings.followers import forget_followers
from exchange_app.core.text import speaking
from exchange_app.core.transaction import transaction
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.rules import Cell, Scope, Table, average, share
from exchange_app.outbox.purging import purge_letters
from exchange_app.partners.models import Plan
from exchange_app.visits.queries.ledger import list_stays
from exchange_app.visits.rules import Figures, Period, tally
from exchange_app.web.labels import label
from tests.bookings.group import hand_in
from tests.builders import make_departure, make_leader, make_package
from tests.coordination.conftest import Region
from tests.coordination.town import make_exchange
from tests.insights.year import AT, OVER, TODAY, Year, finish, make_date
from tests.retention.group import ROSTER, left_of, make_trip, midnight, run
from tests.retention.group import live_through as fill_rosters
from tests.statements import counted_statements
from tests.visits.delegations import carry_out

WHOLE = Scope(Period.of_year(2027))
NOBODY: list[list[Cell]] = []


def tell(scope: Scope) -> dict[str, Table]:
    with speaking("en"):
        return {chapter.key: chapter.tell(scope, TODAY) for chapter in CHAPTERS}


def rows_of(scope: Scope) -> dict[str, list[list[Cell]]]:
    return {key: [list(row) for row in table.rows] for key, table in tell(scope).items()}


def test_they_equal_a_count_by_hand(app: Flask, year: Year) -> None:
    here, there = (str(town.city.name["en"]) for town in (year.region.here, year.region.there))
    one, two, guest = (str(leader.organisation.name["en"]) for leader in (year.one, year.two, year.guest))
    first, second, third, fourth = (str(year.bookings[at].departure.package.title["en"]) for at in (0, 2, 3, 4))
    third_base = year.bookings[3].departure.package.stops[0].menu_item.base
    within, youth = "the same city", "Youth exchange"
    assert rows_of(WHOLE) == {
        "overview": [
            ["Activities held", 3 + 1 + 2 + 1, 2],
            ["Number of groups", 5, 1],
            ["Participants", 22 + 33 + 44 + 25 + 12, 16],
            ["Person-days", 55 * 3 + 44 + 25 * 2 + 12, 16 * 2],
            ["Departures that took place", 4, 1],
            ["Share of seats taken (per cent)", 66, 27],  # 136 of 60 + 60 + 25 + 60; 16 of 60
            ["Groups that waited for seats", 2, 0],
            ["Groups that did not come after all", 3, 0],
            ["Delegations", 2, 0],
            ["Persons of delegations", 12 + 5, 0],
        ],
        "directions": [
            [here, there, youth, 5, 3, 55 + 25, 55 * 3 + 25 * 2],
            [there, here, "Tourism", 1, 1, 44, 44],
            [there, within, youth, 1, 1, 12, 12],
        ],
        "counties": [
            [here, there, 2, 1, 25, 50],
            [here, "Ningming", 3, 1, 33, 99],
            ["Wuming", "Ningming", 3, 1, 22, 66],
            [there, here, 1, 1, 44, 44],
            [there, "Ningming", 1, 1, 12, 12],
        ],
        "months": [
            ["Dec 2027", here, there, 5, 3, 80, 215],
            ["Dec 2027", there, here, 1, 1, 44, 44],
            ["Dec 2027", there, within, 1, 1, 12, 12],
        ],
        "days": [
            ["2027-12-01", 2, 55],
            ["2027-12-02", 2, 55],
            ["2027-12-03", 2, 55],
            ["2027-12-10", 1, 44],
            ["2027-12-15", 1, 25],
            ["2027-12-16", 1, 25],
            ["2027-12-20", 1, 12],
        ],
        "bases": [
            [str(year.base.name["en"]), 4, 3, 67, 4000, 55 * 3 + 12, 4],
            [str(year.home_base.name["en"]), 1, 1, 44, 1000, 44, 4],
            [str(third_base.name["en"]), 2, 1, 25, 2000, 50, 3],
        ],
        "schools": [
            [one, here, there, 3, 1, 22, 66],
            [two, here, there, 5, 2, 58, 149],
            [guest, there, here, 1, 1, 44, 44],
            [guest, there, within, 1, 1, 12, 12],
        ],
        "packages": [
            [first, here, there, 3, 2, 55],
            [second, there, here, 1, 1, 44],
            [third, here, there, 2, 1, 25],
            [fourth, there, within, 1, 1, 12],
        ],
        "seats": [
            ["Departures that took place", 4],
            ["Seats available", 205],
            ["Seats taken", 136],
            ["Share of seats taken (per cent)", 66],
            ["Groups that waited for seats", 2],
            ["Groups of these that were given seats", 1],
            ["Groups that cancelled after they were handed in", 2],
            ["Groups that were declined", 1],
            ["Groups whose time ran out", 0],
            ["Departures called off: Too few persons registered", 0],
            ["Departures called off: Weather or a natural disaster", 1],
            ["Departures called off: Safety or health", 0],
            ["Departures called off: Another cause", 0],
        ],
        "publicity": [
            ["Stories", 1, 7],
            ["Festivals and campaigns", 1, 8],
            ["Reports in the media", 1, "–"],
        ],
        "satisfaction": [
            ["I liked the trip as a whole.", 5, 4.2],
            ["I learned something new.", 4, None],
        ],
        # Five came one way: the other way is hidden too, or it would say how many.
        "delegations": [
            [here, there, "Living side by side", 1, None, None],
            [there, here, "Living side by side", 1, None, None],
        ],
    }


def test_days_and_bases_do_not_tell_what_other_tables_hide(app: Flask, region: Region) -> None:
    """Four persons came in November. Two larger groups in December share a day, which would say what December came to
    and so, with the sum of all, how many came in November. One of them stops where the four did and at one place more,
    which would say how many were at the first one alone."""
    early = AT - timedelta(days=40)
    a, b = region.here, region.there
    with transaction():
        leader = make_leader(a.city)
        small = make_date(b, date(2027, 11, 3), now=early)
        hand_in(small, leader, pupils=2, staff=2, now=early)
        package = make_package(host_city=b.city, organiser=b.office, days=2)
        package.stops[0].menu_item = small.package.stops[0].menu_item
        meets_at = datetime(2027, 12, 1, 1, tzinfo=UTC)
        first = make_departure(package, now=AT, starts_on=date(2027, 12, 1), meets_at=meets_at, capacity=60)
        second = make_date(b, date(2027, 12, 2), days=2)
        hand_in(first, leader, pupils=27, staff=3, now=AT)
        hand_in(second, leader, pupils=36, staff=4, now=AT)
        finish()
    tables = rows_of(WHOLE)
    assert [row[-2:] for row in tables["months"]] == [[None, None], [None, None]]
    assert [row[2] for row in tables["days"]] == [None, None, None, 40]
    assert [(row[2], row[3]) for row in tables["bases"]] == [(2, None), (1, None), (1, 40)]


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(1, 8, 13), (5, 200, 3), (1, 3, 33), (2, 3, 67), (0, 7, 0), (0, 0, 0)]
)
def test_halves_are_rounded_as_whoever_checks_them_rounds(part: int, whole: int, percent: int) -> None:
    assert share(part, whole) == percent


def test_an_average_of_half_a_tenth_goes_up() -> None:
    assert [average(34, 8), average(87, 20), average(21, 5), average(25, 5)] == [4.3, 4.4, 4.2, 5.0]


def persons_of(scope: Scope) -> list[Cell]:
    """In each direction, with what the overview says at the end."""
    tables = rows_of(scope)
    return [*(row[-2] for row in tables["directions"]), tables["overview"][2][1]]


def test_each_narrowing_counts_its_own(app: Flask, year: Year) -> None:
    here, there, elsewhere = (town.city.id for town in (year.region.here, year.region.there, year.region.elsewhere))
    assert persons_of(replace(WHOLE, city_id=here)) == [80, 44, 124]
    assert persons_of(replace(WHOLE, city_id=there)) == [80, 44, 12, 136]
    assert persons_of(replace(WHOLE, city_id=elsewhere)) == [0]
    assert persons_of(replace(WHOLE, sending_city_id=there)) == [44, 12, 56]
    assert persons_of(replace(WHOLE, plan=Plan.TOURISM)) == [44, 44]
    assert persons_of(replace(WHOLE, school_id=year.two.organisation_id)) == [58, 58]
    assert persons_of(replace(WHOLE, organiser_id=year.region.here.office.id)) == [44, 44]
    assert persons_of(replace(WHOLE, base_id=year.base.id)) == [55, 12, 67]
    assert persons_of(replace(WHOLE, period=Period(date(2027, 12, 3), date(2027, 12, 10)))) == [55, 44, 99]
    assert persons_of(replace(WHOLE, period=Period(date(2027, 12, 1), date(2027, 12, 2)))) == [0]
    agreed = rows_of(replace(WHOLE, agreement_id=year.region.agreement.id))
    assert ["Festivals and campaigns", 0, 0] in agreed["publicity"]  # nobody of the agreement was invited or led to
    of_base = rows_of(replace(WHOLE, base_id=year.base.id))
    assert [row[:3] for row in of_base["bases"]] == [[str(year.base.name["en"]), 4, 3]]
    assert of_base["overview"][0][1] == 4
    of_school = rows_of(replace(WHOLE, school_id=year.one.organisation_id))
    assert of_school["delegations"] == NOBODY
    assert of_school["publicity"] == [["Stories", 1, 7]]  # about the departure at which the school was
    assert of_school["seats"][4:7] == [
        ["Groups that waited for seats", 1],
        ["Groups of these that were given seats", 0],
        ["Groups that cancelled after they were handed in", 1],
    ]
    assert rows_of(replace(WHOLE, city_id=here))["seats"][10][1] == 1  # a group of here had registered
    assert rows_of(replace(WHOLE, city_id=elsewhere))["seats"][10][1] == 0


def test_under_an_agreement_they_are_those_of_the_ledger(app: Flask, region: Region, year: Year) -> None:
    with transaction():  # seven more delegates, so that nothing is small
        carry_out(region.agreement, region.there, region.here, OVER - timedelta(days=75), title="More", came=7)
    cities = {town.city.id: str(town.city.name["en"]) for town in (region.here, region.there)}
    tables = rows_of(replace(WHOLE, agreement_id=region.agreement.id))
    with speaking("en"):
        ledger = {
            (cities[way.sending_id], cities[way.hosting_id], label(plan)): figures
            for (plan, way), figures in tally(list_stays(region.agreement.id, WHOLE.period)).items()
        }
    rows = [row[:3] + row[4:] for row in tables["directions"]] + tables["delegations"]
    assert {tuple(row[:3]): Figures(*row[3:]) for row in rows} == ledger  # type: ignore[arg-type]
    assert len(ledger) == 3


def test_they_stay_the_same_once_rosters_are_gone(app: Flask, year: Year) -> None:
    trip = make_trip()
    fill_rosters(trip)
    ended = Scope(Period(date(2026, 1, 1), date(2027, 12, 31)))
    before = rows_of(ended)
    assert before["overview"][1][1] == 5 + 1 + 1
    assert left_of(ROSTER)
    with transaction():
        forget_followers(midnight(trip, 3000))
        purge_letters(midnight(trip, 3000))
    run(midnight(trip, 3000))
    assert left_of(ROSTER) == []
    assert rows_of(ended) == before


def test_more_groups_cost_no_more_statements(app: Flask, region: Region, year: Year) -> None:
    with counted_statements() as few:
        tell(WHOLE)
    at = OVER - timedelta(days=110)
    with transaction():
        for number in range(6):
            departure = make_date(region.there, date(2027, 11, 20) + timedelta(days=number), now=at)
            booking = hand_in(departure, make_leader(region.here.city), now=at)
            make_exchange(region.agreement, booking, at)
        finish()
    with counted_statements() as many:
        assert len(tell(WHOLE)["packages"].rows) == 10
    assert len(many) == len(few) < 60
