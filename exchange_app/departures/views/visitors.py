"""What visitors read: what is on, each package with its dates, all dates, each departure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup

from exchange_app.accounts.sessions import reader
from exchange_app.catalogue import queries as catalogue
from exchange_app.catalogue.labels import PLANS_IN_WORDS, asked_of
from exchange_app.catalogue.models import Package, Publication
from exchange_app.catalogue.rules import by_day, on_the_way
from exchange_app.catalogue.views.telling import tell_list, told
from exchange_app.core.clock import now
from exchange_app.core.roles import Role
from exchange_app.departures import packages as looking
from exchange_app.departures import queries
from exchange_app.departures.allotments import count_set_aside
from exchange_app.departures.forms import DateFilterForm, StaffForm
from exchange_app.departures.packages import PackageFilter
from exchange_app.departures.rules import adults_needed, day_in, registration_window, standing
from exchange_app.departures.views.blueprint import departures
from exchange_app.departures.views.dates import from_now, offers_of, rows_of
from exchange_app.departures.views.maps import draw_maps
from exchange_app.partners.queries import list_cities
from exchange_app.web.formats import HOME_ZONE, date_range
from exchange_app.web.paging import page_of
from exchange_app.web.policies import anyone

NEXT_ON_HOME = 6
DATES_A_PAGE = 200
DATES_OF_PACKAGE = 50


class Text(NamedTuple):
    """What every visitor of one language reads on a page: above its changing part, and below."""

    title: str
    head: Markup
    text: Markup
    zone: str


@departures.get("/")
@anyone
def index() -> ResponseReturnValue:
    def tell() -> Markup:
        moment = now()
        today = day_in(HOME_ZONE, moment)
        lines = queries.list_next_dates(since=today, now=moment, count=NEXT_ON_HOME)
        packages = looking.count_in_counties(PackageFilter(), now=moment, today=today)
        maps = draw_maps(looking.list_places(), looking.list_bases(), packages, _address_of_county)
        offers = offers_of(lines, moment)
        return Markup(render_template("departures/_home.html", offers=offers, maps=maps, plans=PLANS_IN_WORDS))

    return render_template("departures/index.html", content=told(tell, "home"))


def _address_of_county(code: str) -> str:
    return url_for("departures.packages", county=code)


@departures.get("/packages/<slug>")
@anyone
def package(slug: str) -> ResponseReturnValue:
    asked = request.args.get("pupils")
    return render_template(
        "departures/package.html", told=told(lambda: _tell_package(slug, asked), "package", slug, asked)
    )


def _tell_package(slug: str, asked_pupils: str | None) -> Text:
    """Raises PackageNotFound."""
    moment = now()
    package = catalogue.get_package(slug, reader())
    zone = package.host_city.time_zone
    lines = queries.list_dates_of_package(package.id, since=day_in(zone, moment), now=moment, count=DATES_OF_PACKAGE)
    text = render_template(
        "departures/_package_text.html",
        package=package,
        itinerary=_itinerary(package, first_day=None),
        asked=asked_of(package),
        offers=offers_of(lines, moment),
        staff=_staff(asked_pupils, package.persons_per_adult),
    )
    return Text(str(package.title), Markup(), Markup(text), zone)


@departures.get("/departures")
@anyone
def calendar() -> ResponseReturnValue:
    return tell_list(
        "departures/calendar.html",
        search="departures/_date_search.html",
        found="departures/_dates.html",
        find=_find_dates,
    )


def _find_dates() -> dict[str, Any]:
    moment = now()
    today = day_in(HOME_ZONE, moment)
    form = DateFilterForm()
    form.city.offer(list_cities())
    form.month.offer(today)
    page = page_of(queries.select_dates(form.wanted(today)), size=DATES_A_PAGE)
    return {"form": form, "page": replace(page, rows=rows_of(queries.lines_of(page.rows, moment)))}


@departures.get("/departures/<int:departure_id>")
@anyone
def show(departure_id: int) -> ResponseReturnValue:
    seats = queries.get_seats(departure_id, reader())
    asked = request.args.get("pupils")
    window = registration_window(seats.opens_at, seats.closes_at, now())
    is_leader = current_user.is_authenticated and current_user.role is Role.LEADER
    return render_template(
        "departures/show.html",
        seats=seats,
        window=window,
        standing=standing(seats.state, window, 0 if seats.short else seats.left),
        set_aside=count_set_aside(departure_id, current_user) if is_leader else 0,
        told=told(lambda: _tell_departure(departure_id, asked), "departure", departure_id, asked),
    )


def _tell_departure(departure_id: int, asked_pupils: str | None) -> Text:
    """Raises DepartureNotFound."""
    moment = now()
    departure = queries.get_departure(departure_id, reader())
    package = departure.package
    words = {
        "departure": departure,
        "package": package,
        "itinerary": _itinerary(package, first_day=departure.starts_on),
        "asked": asked_of(package),
        "closes": from_now(departure.closes_at, moment) if departure.closes_at > moment else None,
        "due": from_now(departure.roster_due_at, moment) if departure.roster_due_at > moment else None,
        "staff": _staff(asked_pupils, departure.persons_per_adult),
        "is_package_shown": package.publication is Publication.PUBLISHED,
    }
    return Text(
        f"{package.title}, {date_range(departure.starts_on, departure.ends_on)}",
        Markup(render_template("departures/_departure_head.html", **words)),
        Markup(render_template("departures/_departure_text.html", **words)),
        package.host_city.time_zone,
    )


class Staff(NamedTuple):
    """How many adults so many pupils need; before anybody asks, and where it cannot be read, ``adults`` is None."""

    typed: str
    pupils: int | None = None
    adults: int | None = None
    mistake: str = ""


def _staff(asked: str | None, persons_per_adult: int) -> Staff:
    if asked is None:
        return Staff("")
    form = StaffForm()
    if not form.validate():
        return Staff(asked, mistake=str(form.pupils.errors[0]))
    pupils: int = form.pupils.data or 0
    return Staff(asked, pupils, adults_needed(pupils, persons_per_adult))


def _itinerary(package: Package, *, first_day: date | None) -> list[tuple[int, date | None, Any]]:
    """The package's days with their stops on the way, and with their dates once there is a first one."""
    days = by_day(catalogue.list_itinerary(package.id), package.days)
    return [(day, first_day and first_day + timedelta(days=day - 1), on_the_way(stops)) for day, stops in days]
