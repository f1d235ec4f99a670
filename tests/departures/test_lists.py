"""What visitors find: by city, plan, grade, days, date and seats left; at a fixed cost."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from exchange_app.catalogue.models import Package, Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import queries
from exchange_app.departures import service as departures
from exchange_app.departures.errors import DepartureNotFound
from exchange_app.departures.packages import PackageFilter, select_packages
from exchange_app.departures.queries import DateFilter
from exchange_app.partners.models import Plan
from tests.builders import NOW, make_city, make_departure, make_hold, make_leader, make_package, make_user
from tests.statements import counted_statements

pytestmark = pytest.mark.usefixtures("app")

TODAY = NOW.date()
SOON = TODAY + timedelta(days=30)  # the day of make_departure


def found(wanted: PackageFilter) -> list[Package]:
    return [row.Package for row in db.session.execute(select_packages(wanted, now=NOW, today=TODAY))]


def dates(wanted: DateFilter) -> list[int]:
    return [line.id for line in queries.lines_of(db.session.execute(queries.select_dates(wanted)).all(), NOW)]


@pytest.mark.parametrize(
    ("wish", "is_found"),
    [
        ({}, True),
        ({"plan": Plan.YOUTH}, True),
        ({"plan": Plan.TOURISM}, False),
        ({"grade": 4}, True),
        ({"grade": 9}, True),
        ({"grade": 3}, False),
        ({"grade": 10}, False),
        ({"days": 2}, True),
        ({"days": 3}, False),
        ({"since": SOON}, True),
        ({"since": SOON + timedelta(days=1)}, False),
        ({"until": SOON}, True),
        ({"until": SOON - timedelta(days=1)}, False),
        ({"seats": 33}, True),
        ({"seats": 34}, False),
        ({"since": SOON, "until": SOON, "seats": 33, "plan": Plan.YOUTH, "grade": 5, "days": 2}, True),
    ],
)
def test_packages_are_found_by_what_a_school_needs(wish: dict[str, Any], is_found: bool) -> None:
    with transaction():
        package = make_package(days=2)
        make_hold(make_departure(package, capacity=60), make_leader())  # 27 of 60
    assert found(PackageFilter(**wish)) == ([package] if is_found else [])


def test_packages_are_found_by_their_host_city() -> None:
    with transaction():
        here, there = make_city(slug="here"), make_city(slug="there")
        package = make_package(host_city=here)
    assert found(PackageFilter(city="here")) == [package]
    assert found(PackageFilter(city=there.slug)) == []


def test_a_package_is_shown_with_its_next_date_that_can_still_be_had() -> None:
    with transaction():
        package = make_package()
        full = make_departure(package, capacity=27)
        make_hold(full, make_leader())
        later = [make_departure(package, starts_on=SOON + timedelta(days=days)) for days in (9, 2, 5)]
    [row] = db.session.execute(select_packages(PackageFilter(), now=NOW, today=TODAY))
    assert row.Departure.id == later[1].id
    assert row.left == 60


@pytest.mark.parametrize("publication", [Publication.DRAFT, Publication.WITHDRAWN])
def test_visitors_find_published_packages_only(publication: Publication) -> None:
    with transaction():
        make_package(publication=publication)
    assert found(PackageFilter()) == []


def test_a_package_without_dates_is_found_unless_a_date_or_seats_are_asked_for() -> None:
    with transaction():
        package = make_package()
        make_departure(package, is_open=False)
    assert found(PackageFilter()) == [package]
    assert found(PackageFilter(seats=1)) == []


def test_dates_are_those_of_a_time_and_a_city_in_their_order() -> None:
    with transaction():
        city = make_city(slug="here")
        package = make_package(host_city=city)
        late = make_departure(package, starts_on=SOON + timedelta(days=3))
        early = make_departure(package)
        elsewhere = make_departure()
        make_departure(package, is_open=False)
    assert dates(DateFilter(since=TODAY)) == [early.id, elsewhere.id, late.id]
    assert dates(DateFilter(since=TODAY, city="here")) == [early.id, late.id]
    assert dates(DateFilter(since=SOON, until=SOON, city="here")) == [early.id]
    assert dates(DateFilter(since=SOON + timedelta(days=1))) == [late.id]


def test_the_next_dates_take_registrations_and_have_seats() -> None:
    with transaction():
        package = make_package()
        make_hold(make_departure(package, capacity=27), make_leader())
        make_departure(package, opens_at=NOW + timedelta(days=1))
        make_departure(package, opens_at=NOW - timedelta(days=2), closes_at=NOW - timedelta(days=1))
        departures.close_departure(make_departure(package))
        one = make_departure(package)
    assert [row.id for row in queries.list_next_dates(since=TODAY, now=NOW, count=6)] == [one.id]


def test_drafts_are_their_organisers_alone() -> None:
    with transaction():
        package = make_package()
        draft = make_departure(package, is_open=False)
        organiser = make_user(package.organiser, Role.ORGANISER)
        stranger = make_user(make_package().organiser, Role.ORGANISER)
    with pytest.raises(DepartureNotFound):
        queries.get_departure(draft.id)
    with pytest.raises(DepartureNotFound):
        queries.get_departure_of(draft.id, stranger)
    assert queries.get_departure_of(draft.id, organiser).id == draft.id
    assert queries.list_dates_of_package(package.id, since=TODAY, now=NOW, count=10) == []


@pytest.mark.parametrize("count", [1, 50])
def test_a_list_costs_the_same_however_long(count: int) -> None:
    with transaction():
        city = make_city()
        for _ in range(count):
            make_departure(make_package(from_city=city))
    db.session.expunge_all()
    with counted_statements() as sent:
        rows = list(db.session.execute(select_packages(PackageFilter(), now=NOW, today=TODAY)))
        assert len([str(row.Package.host_city.name) for row in rows if row.left is not None]) == count
    assert len(sent) == 1
    with counted_statements() as sent:
        lines = queries.lines_of(db.session.execute(queries.select_dates(DateFilter(since=date.min))).all(), NOW)
        assert len([str(line.package.city) for line in lines]) == count
    assert len(sent) == 2
