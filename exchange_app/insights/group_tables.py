"""Tables that divide the groups: by direction, county, month, day, base, school, package. What is hidden of each is
decided row by row in `hiding`; rows stand in an order that says nothing about the hidden."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask_babel import gettext

from exchange_app.catalogue.models import Base, Package
from exchange_app.insights.hiding import Path, hidden_paths, hidden_rows
from exchange_app.insights.queries import groups as queries
from exchange_app.insights.queries.groups import Counted, map_names
from exchange_app.insights.queries.seats import list_routes, list_uses
from exchange_app.insights.rules import Cell, Scope, Table, share
from exchange_app.partners.models import City, County, Organisation
from exchange_app.web.formats import month
from exchange_app.web.labels import label


def tell_directions(scope: Scope, today: date) -> Table:
    counted = sorted(queries.count_by_plan(scope), key=_by_way)
    names = _city_names(counted)
    return Table(
        "directions",
        gettext("Both directions"),
        [*_ways(), gettext("Plan"), *_numbers()],
        _rows(counted, [[*_way(one, names), label(one.key[0])] for one in counted]),
        gettext(
            "From the city of the school to the city that hosts; a group counts in the period in which its departure "
            "ended."
        ),
    )


def tell_counties(scope: Scope, today: date) -> Table:
    counted = sorted(queries.count_by_county(scope), key=_by_way_and_place)
    cities = map_names(City, (one for row in counted for one in (*row.key[3:], row.key[1])))
    counties = map_names(County, (one for row in counted for one in (row.key[0], row.key[2])))
    subjects = []
    for row in counted:
        from_county, at_city, at_county, sending, hosting = row.key
        subjects.append(
            [counties.get(from_county) or cities[sending], counties.get(at_county) or cities[at_city or hosting]]
        )
    return Table(
        "counties",
        gettext("Flows between counties"),
        [gettext("School in"), gettext("Base in"), *_numbers()],
        _rows(counted, subjects),
        gettext(
            "From the county of the school to the county in which the group made most of its stops; the city stands "
            "where no county is known."
        ),
    )


def tell_months(scope: Scope, today: date) -> Table:
    counted = queries.count_by_month(scope)
    names = _city_names(counted)
    return Table(
        "months",
        gettext("By month"),
        [gettext("Month"), *_ways(), *_numbers()],
        _rows(counted, [[month(date(int(one.key[0]), int(one.key[1]), 1)), *_way(one, names)] for one in counted]),
        gettext("The month in which the departure ended, each direction by itself."),
    )


def tell_days(scope: Scope, today: date) -> Table:
    """Beside the table of months no day says how many travelled in a month that is hidden there."""
    groups: dict[date, int] = {}
    persons: dict[date, int] = {}
    closed: set[date] = set()
    spans = queries.list_spans(scope)
    hidden = hidden_paths({_path_of(span): span.persons for span in spans})
    for span in spans:
        for day in _days_of(span):
            groups[day] = groups.get(day, 0) + span.groups
            persons[day] = persons.get(day, 0) + span.persons
            closed |= {day} if _path_of(span) in hidden else set()
    rows: list[list[Cell]] = [
        [day.isoformat(), groups[day], None if day in closed else persons[day]] for day in sorted(persons)
    ]
    return Table(
        "days",
        gettext("By day"),
        [gettext("Date"), gettext("Number of groups"), gettext("Persons")],
        rows,
        gettext("How many were under way on each day, from the first to the last day of their departure."),
    )


def _path_of(span: Counted) -> Path:
    """As the table of months divides the groups, and each month by its journeys."""
    first, last, *_ = span.key
    return span.way, (last.year, last.month), (first, last)


def _days_of(span: Counted) -> Iterator[date]:
    first, last, *_ = span.key
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def tell_bases(scope: Scope, today: date) -> Table:
    """Groups come to several bases: what two of them came to may tell how many were at one alone."""
    uses, routes = list_uses(scope), list_routes(scope)
    names = map_names(Base, (use.base_id for use in uses))
    hidden = hidden_paths({(route.way, route.base_ids): route.persons for route in routes})
    closed = {base_id for route in routes if (route.way, route.base_ids) in hidden for base_id in route.base_ids}
    rows: list[list[Cell]] = []
    for use in uses:
        is_hidden = use.base_id in closed
        taken = use.taken, share(use.taken, use.offered)
        persons = None if is_hidden else use.persons
        open_cells: list[Cell] = [names[use.base_id], use.activities, use.groups, persons, use.offered]
        rows.append([*open_cells, *((None, None) if is_hidden else taken)])
    return Table(
        "bases",
        gettext("Use of the bases"),
        [
            gettext("Base"),
            gettext("Activities held"),
            gettext("Number of groups"),
            gettext("Participants"),
            gettext("Seats available"),
            gettext("Seats taken"),
            gettext("Share taken (per cent)"),
        ],
        rows,
        gettext("Seats are those of the activities that took place; who came to two activities took two seats."),
    )


def tell_schools(scope: Scope, today: date) -> Table:
    counted = queries.count_by_school(scope)
    schools = map_names(Organisation, (one.key[0] for one in counted))
    names = _city_names(counted)
    return Table(
        "schools",
        gettext("By school"),
        [gettext("School"), *_ways(), *_numbers()],
        _rows(counted, [[schools[one.key[0]], *_way(one, names)] for one in counted]),
        gettext("Every school of which a group was there, once for each city that it went to."),
    )


def tell_packages(scope: Scope, today: date) -> Table:
    counted = queries.count_by_package(scope)
    packages = map_names(Package, (one.key[0] for one in counted))
    names = _city_names(counted)
    return Table(
        "packages",
        gettext("By package"),
        [gettext("Package"), *_ways(), *_numbers()[:-1]],
        [row[:-1] for row in _rows(counted, [[packages[one.key[0]], *_way(one, names)] for one in counted])],
        gettext("Every package with which a group travelled, once for each city from which groups came."),
    )


def _ways() -> list[str]:
    return [gettext("From the city"), gettext("To the city")]


def _by_way(counted: Counted) -> tuple[int, int]:
    return counted.way.sending_id, counted.way.hosting_id


def _by_way_and_place(counted: Counted) -> tuple[int, ...]:
    """A place that is not known stands first on either engine."""
    return *_by_way(counted), *(place or 0 for place in counted.key[:3])


def _way(counted: Counted, names: dict[int | None, str]) -> list[str]:
    way = counted.way
    to = gettext("the same city") if way.sending_id == way.hosting_id else names[way.hosting_id]
    return [names[way.sending_id], to]


def _city_names(counted: Sequence[Counted]) -> dict[int | None, str]:
    return dict(map_names(City, (city_id for one in counted for city_id in one.key[-2:])))


def _numbers() -> list[str]:
    return [gettext("Activities held"), gettext("Number of groups"), gettext("Participants"), gettext("Person-days")]


def _rows(counted: Sequence[Counted], subjects: Sequence[Sequence[str]]) -> list[list[Cell]]:
    """What each row is about, and its numbers. Rows belong to the parts of the whole that go one way."""
    hidden = hidden_rows([one.persons for one in counted], [one.way for one in counted])
    return [
        [*subject, one.activities, one.groups, *((None, None) if is_hidden else (one.persons, one.person_days))]
        for one, subject, is_hidden in zip(counted, subjects, hidden, strict=True)
    ]
