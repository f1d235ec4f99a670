"""What belongs to the organiser of a test."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import Package
from exchange_app.departures.models import Departure
from tests.builders import make_departure, make_package


def own_package(organiser: User, **changes: Any) -> Package:
    return make_package(organiser=organiser.organisation, host_city=organiser.organisation.city, **changes)


def departure_on(package: Package, day: date, **changes: Any) -> Departure:
    """Meets at eight; registration is open from sixty days before until ten."""
    zone = ZoneInfo(package.host_city.time_zone)
    meets_at = datetime.combine(day, time(8), zone)
    terms = {
        "starts_on": day,
        "meets_at": meets_at,
        "opens_at": meets_at - timedelta(days=60),
        "closes_at": meets_at - timedelta(days=10),
        "roster_due_at": meets_at - timedelta(days=7),
    }
    return make_departure(package, **terms | changes)
