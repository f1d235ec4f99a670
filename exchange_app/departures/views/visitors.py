"""What visitors read: what is on, packages with their dates, the calendar, each departure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from flask import render_template
from flask.typing import ResponseReturnValue

from exchange_app.catalogue import queries as catalogue
from exchange_app.catalogue.labels import PLANS_IN_WORDS, asked_of
from exchange_app.catalogue.models import Package, Publication
from exchange_app.catalogue.rules import by_day
from exchange_app.core.clock import now
from exchange_app.departures import queries
from exchange_app.departures.forms import DateFilterForm, PackageFilterForm
from exchange_app.departures.rules import day_in, standing
from exchange_app.departures.views.blueprint import departures
from exchange_app.departures.views.dates import rows_of
from exchange_app.partners.queries import list_cities
from exchange_app.web.formats import HOME_ZONE
from exchange_app.web.fragments import render_page
from exchange_app.web.paging import page_of
from exchange_app.web.policies import anyone

NEXT_ON_HOME = 6
PACKAGES_A_PAGE = 12
DATES_A_PAGE = 200
DATES_OF_PACKAGE = 50


@departures.get("/")
@anyone
def index() -> ResponseReturnValue:
    lines = queries.list_next_dates(now(), count=NEXT_ON_HOME)
    return render_template("departures/index.html", rows=rows_of(lines), cities=list_cities(), plans=PLANS_IN_WORDS)


@departures.get("/packages")
@anyone
def packages() -> ResponseReturnValue:
    moment = now()
    form = PackageFilterForm()
    form.city.offer(list_cities())
    wanted = form.wanted()
    page = page_of(queries.select_packages(wanted, now=moment, today=day_in(HOME_ZONE, moment)), size=PACKAGES_A_PAGE)
    return render_page("departures/packages.html", fragment="departures/_packages.html", form=form, page=page)


@departures.get("/packages/<slug>")
@anyone
def package(slug: str) -> ResponseReturnValue:
    moment = now()
    package = catalogue.get_package(slug)
    lines = queries.list_dates_of_package(
        package.id, since=day_in(HOME_ZONE, moment), now=moment, count=DATES_OF_PACKAGE
    )
    return render_template(
        "departures/package.html",
        package=package,
        itinerary=_itinerary(package, first_day=None),
        asked=asked_of(package),
        rows=rows_of(lines),
    )


@departures.get("/departures")
@anyone
def calendar() -> ResponseReturnValue:
    moment = now()
    form = DateFilterForm()
    form.city.offer(list_cities())
    form.month.offer(day_in(HOME_ZONE, moment))
    page = page_of(queries.select_dates(form.wanted(day_in(HOME_ZONE, moment))), size=DATES_A_PAGE)
    page = replace(page, rows=rows_of(queries.lines_of(page.rows, moment)))
    return render_page("departures/calendar.html", fragment="departures/_dates.html", form=form, page=page)


@departures.get("/departures/<int:departure_id>")
@anyone
def show(departure_id: int) -> ResponseReturnValue:
    departure = queries.get_departure(departure_id)
    window = departure.window(now())
    return render_template(
        "departures/show.html",
        departure=departure,
        window=window,
        standing=standing(departure.state, window, departure.pool.left),
        itinerary=_itinerary(departure.package, first_day=departure.starts_on),
        asked=asked_of(departure.package),
        is_package_shown=departure.package.publication is Publication.PUBLISHED,
    )


def _itinerary(package: Package, *, first_day: date | None) -> list[tuple[int, date | None, Any]]:
    """The package's days with their stops, and with their dates once there is a first one."""
    days = by_day(catalogue.list_itinerary(package.id), package.days)
    return [(day, first_day and first_day + timedelta(days=day - 1), stops) for day, stops in days]
