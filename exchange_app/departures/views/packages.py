"""Visitors look for packages: what they wish stands in the address; what was found is shown as a list, as a calendar
month or on a map; up to three packages stand side by side."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple

from flask import Request, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from exchange_app.catalogue.models import Package
from exchange_app.catalogue.rules import FIRST_GRADE, LAST_GRADE
from exchange_app.catalogue.views.telling import tell_list, told
from exchange_app.core.clock import now
from exchange_app.core.months import last_of_month
from exchange_app.departures import packages as looking
from exchange_app.departures import queries
from exchange_app.departures.forms import PackageFilterForm
from exchange_app.departures.packages import Choices, PackageFilter
from exchange_app.departures.rules import View, day_in
from exchange_app.departures.views.blueprint import departures
from exchange_app.departures.views.dates import Row, rows_of
from exchange_app.departures.views.maps import draw_maps
from exchange_app.departures.views.months import A_DAY, lay_out
from exchange_app.partners.models import Plan
from exchange_app.web.addresses import asking_on
from exchange_app.web.formats import HOME_ZONE, days, grades
from exchange_app.web.labels import label
from exchange_app.web.paging import page_of
from exchange_app.web.policies import anyone

PACKAGES_A_PAGE = 12
MOST_COMPARED = 3
NEXT_DATES = 3
ALL_GRADES = range(FIRST_GRADE, LAST_GRADE + 1)


class Choice(NamedTuple):
    """A value that a filter offers, and how many packages it would leave."""

    value: str
    words: Any
    packages: int | None


class Compared(NamedTuple):
    slug: str
    title: Any
    without: str


@departures.get("/packages")
@anyone
def packages() -> ResponseReturnValue:
    return tell_list(
        "departures/packages.html",
        search="departures/_package_search.html",
        found="departures/_packages_fragment.html",
        find=_find_packages,
    )


def _find_packages() -> dict[str, Any]:
    moment = now()
    today = day_in(HOME_ZONE, moment)
    form, places = PackageFilterForm(), looking.list_places()
    form.offer(places)
    wanted, view = form.wanted(), _asked_view(request)
    in_counties = looking.count_in_counties(wanted, now=moment, today=today)
    found: dict[str, Any] = {}
    if view is View.LIST:
        found["page"] = page_of(looking.select_packages(wanted, now=moment, today=today), size=PACKAGES_A_PAGE)
    elif view is View.MAP:
        found["maps"] = draw_maps(places, looking.list_bases(), in_counties, _address_of_county)
    else:
        found["month"] = _month(wanted, form.shown_month(today), today)
    return found | {
        "form": form,
        "view": view,
        "views": [(one, address(view=one if one is not View.LIST else None, month=None)) for one in View],
        "choices": _choices(looking.count_choices(wanted, now=moment, today=today), in_counties, form),
        "compared": _compared(),
        "most_compared": MOST_COMPARED,
        "address": address,
    }


def _asked_view(asked: Request) -> View:
    try:
        return View(asked.args.get("view", View.LIST))
    except ValueError:
        return View.LIST


def address(**changes: Any) -> str:
    """This list with other wishes, from its first page; None takes a wish out."""
    empty = {name: None for name, values in request.args.lists() if not any(values)}
    return asking_on(url_for("departures.packages"), {"page": None, **empty, **changes})


def _address_of_county(code: str) -> str:
    return address(county=code, view=None)


def _month(wanted: PackageFilter, first: date, today: date) -> Any:
    last = last_of_month(first.year, first.month)
    found = looking.list_month(wanted, first=first, last=last, a_day=A_DAY, now=now())
    rows = rows_of(line for line, _ in found)
    dates = [(line.starts_on, total, row) for (line, total), row in zip(found, rows, strict=True)]
    return lay_out(first, today, dates, lambda month: address(month=f"{month:%Y-%m}"))


def _choices(counted: Choices, in_counties: dict[str, int], form: PackageFilterForm) -> dict[str, list[Choice]]:
    asked = form.days.data
    lengths = sorted({*counted.days, *([asked] if asked else [])})
    any_first = [Choice("", form.city.choices[0][1], None)]
    offered = {
        "city": [Choice(slug, name, counted.city[slug]) for slug, name in form.city.choices[1:]],
        "county": [Choice(code, name, in_counties.get(code, 0)) for code, name in form.county.choices[1:]],
        "plan": [Choice(plan.value, label(plan), counted.plan[plan]) for plan in Plan],
        "grade": [Choice(str(grade), grades(grade, grade), counted.grade[grade]) for grade in ALL_GRADES],
        "days": [Choice(str(length), days(length), counted.days[length]) for length in lengths],
    }
    return {name: any_first + choices for name, choices in offered.items()}


def _compared() -> list[Compared]:
    slugs = _asked_slugs("compare")
    if not slugs:
        return []
    return [
        Compared(row.slug, row.title, address(compare=[slug for slug in slugs if slug != row.slug]))
        for row in looking.list_titles(slugs)
    ]


def _asked_slugs(name: str) -> list[str]:
    """Each once, as many as can be compared."""
    return list(dict.fromkeys(request.args.getlist(name)))[:MOST_COMPARED]


@departures.get("/compare")
@anyone
def compare() -> ResponseReturnValue:
    slugs = _asked_slugs("package")
    return render_template("departures/compare.html", content=told(lambda: _tell_compared(slugs), "compare", *slugs))


def _tell_compared(slugs: list[str]) -> Markup:
    compared = [_compare(package, slugs) for package in looking.list_compared(slugs)]
    more = url_for("departures.packages", compare=[one.package.slug for one in compared])
    room = MOST_COMPARED - len(compared)
    return Markup(render_template("departures/_compared.html", compared=compared, more=more, room=room))


class InColumn(NamedTuple):
    """A package beside others: its next dates, where it stops, and the address of the page without it."""

    package: Package
    rows: list[Row]
    bases: list[Any]
    activities: int
    minutes: int
    without: str


def _compare(package: Package, slugs: list[str]) -> InColumn:
    moment = now()
    today = day_in(package.host_city.time_zone, moment)
    lines = queries.list_dates_of_package(package.id, since=today, now=moment, count=NEXT_DATES)
    items = [stop.menu_item for stop in package.stops if stop.menu_item is not None]
    return InColumn(
        package,
        rows_of(lines),
        list({item.base.id: item.base for item in items}.values()),
        len(items),
        sum(item.minutes for item in items),
        url_for("departures.compare", package=[slug for slug in slugs if slug != package.slug]),
    )
