"""Departures of the demo: when they take place, and what becomes of them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exchange_app.catalogue.models import Package
from exchange_app.demo.known import Known
from exchange_app.demo.reading import read
from exchange_app.departures import service as departures
from exchange_app.departures.rules import DepartureState
from exchange_app.departures.service import Terms

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OPENING_TIME = time(9)
CLOSING_TIME = time(18)
SHORTEST_NOTICE = timedelta(days=14)


def add_departures(known: Known, today: date) -> None:
    content = read("departures")
    for entry in content["departure"]:
        package = known.packages[entry["package"]]
        terms = content["terms"][entry["package"]] | entry
        starts_on = _start(terms, content["festival"], today)
        departure = departures.plan_departure(package, _terms_on(starts_on, package, terms))
        if entry.get("state") != DepartureState.DRAFT:
            departures.open_departure(departure)
        known.departures[entry["key"]] = departure


def _start(terms: dict[str, Any], festivals: dict[str, list[date]], today: date) -> date:
    if "festival" in terms:
        return next(day for day in festivals[terms["festival"]] if day >= today + SHORTEST_NOTICE)
    earliest = today + timedelta(days=terms["in_days"])
    week = (earliest + timedelta(days=later) for later in range(7))
    return next(day for day in week if terms["weekday"] in ("any", WEEKDAYS[day.weekday()]))


def _terms_on(starts_on: date, package: Package, terms: dict[str, Any]) -> Terms:
    zone = ZoneInfo(package.host_city.time_zone)

    def before(days: int, at: time) -> datetime:
        return datetime.combine(starts_on - timedelta(days=days), at, zone)

    return Terms(
        starts_on=starts_on,
        meets_at=before(0, time.fromisoformat(terms["meets"])),
        meeting_point=terms["meeting_point"],
        opens_at=before(terms["opens_days_before"], OPENING_TIME),
        closes_at=before(terms["closes_days_before"], CLOSING_TIME),
        roster_due_at=before(terms["roster_due_days_before"], CLOSING_TIME),
        capacity=terms["seats"],
        minimum=terms["minimum"],
        persons_per_adult=package.persons_per_adult,
        supervision_basis=package.supervision_basis,
    )
