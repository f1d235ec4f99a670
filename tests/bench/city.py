"""A database to measure on: departures to list, seats without end, leaders who register."""

from __future__ import annotations

from datetime import datetime, timedelta

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import hash_password
from exchange_app.catalogue.models import Approval
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from tests.builders import make_city, make_departure, make_organisation, make_package, make_user

LISTED = 200
ENDLESS = 2_000_000_000
PASSWORD = "benchmark-passphrase-2026"


def build(now: datetime, leaders: int) -> tuple[list[Departure], list[User]]:
    """``LISTED`` open departures of eight packages, and so many leaders whose password is PASSWORD."""
    with transaction():
        city = make_city()
        packages = [make_package(host_city=city, days=3, approval=Approval.NONE) for _ in range(8)]
        departures = [
            make_departure(
                packages[number % 8],
                capacity=ENDLESS,
                now=now + timedelta(days=number % 9),
                opens_at=now - timedelta(days=1),
            )
            for number in range(LISTED)
        ]
        password_hash = hash_password(PASSWORD)
        school = make_organisation(city)
        users = [make_user(school, Role.LEADER, password_hash=password_hash) for _ in range(leaders)]
    return departures, users
