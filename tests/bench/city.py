"""A database to measure on: departures to list, seats without end, leaders who register."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import hash_password
from exchange_app.catalogue.models import Package, Stop
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.partners.models import City
from tests.builders import both, make_city, make_departure, make_organisation, make_package, make_user

LISTED = 200
STOPS = (1, 5, 12)
STOPS_A_DAY = 4
SMALLEST = 2  # a pupil and an adult
FEW = 100
ENDLESS = 2_000_000_000
PASSWORD = "benchmark-passphrase-2026"


@dataclass(frozen=True)
class Offer:
    """``LISTED`` open departures of eight packages, one more for each of ``STOPS`` by how often it stops, one for
    ``FEW`` groups of ``SMALLEST`` persons, and leaders whose password is PASSWORD."""

    departures: list[Departure]
    by_stops: dict[int, Departure]
    small: Departure
    leaders: list[User]

    @property
    def for_bare_sql(self) -> list[Departure]:
        return self.departures[-50:]


def build(now: datetime, leaders: int) -> Offer:
    with transaction():
        city = make_city()
        packages = [make_package(host_city=city, days=3, slot_capacity=ENDLESS) for _ in range(8)]
        departures = [_departure(packages[number % 8], now, number % 9) for number in range(LISTED)]
        by_stops = {stops: _departure(package_with(stops, city), now, 0) for stops in STOPS}
        small = _departure(packages[0], now, 0, capacity=FEW * SMALLEST)
        password_hash = hash_password(PASSWORD)
        school = make_organisation(city)
        users = [make_user(school, Role.LEADER, password_hash=password_hash) for _ in range(leaders)]
    return Offer(departures, by_stops, small, users)


def _departure(package: Package, now: datetime, days_later: int, *, capacity: int = ENDLESS) -> Departure:
    later = now + timedelta(days=days_later)
    return make_departure(package, capacity=capacity, now=later, opens_at=now - timedelta(days=1))


def package_with(stops: int, city: City) -> Package:
    """Each stop is a slot of its own."""
    package = make_package(host_city=city, days=-(-stops // STOPS_A_DAY), slot_capacity=ENDLESS)
    item = package.stops[0].menu_item
    package.stops = [
        Stop(
            menu_item=item,
            day=1 + number // STOPS_A_DAY,
            starts=time(9 + 2 * (number % STOPS_A_DAY)),
            minutes=90,
            title=both(""),
            note=both(""),
        )
        for number in range(stops)
    ]
    return package
