"""Groups whose reminders are due at this very moment, for workers whose clock no test can move."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, Follower
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.terms import Reminder, make_rules
from exchange_app.core.database import db
from exchange_app.core.sealing import keys, new_uid
from exchange_app.departures.models import Departure
from tests import builders
from tests.builders import make_city, make_departure, make_hold, make_leader, make_package

REGISTERED_BEFORE = timedelta(days=5)


def make_package_at_midday(moment: datetime, *rules: Reminder) -> Package:
    """Where it goes it is midday now: the hour of this morning's reminders is over, and nobody sleeps."""
    city = make_city(time_zone=f"Etc/GMT{moment.hour - 12:+d}")
    return make_package(host_city=city, reminders=make_rules(rules))


def make_departure_at(package: Package, meets_at: datetime, moment: datetime) -> Departure:
    """Nobody can register any more: it is near or over."""
    closed_at = min(moment, meets_at) - timedelta(hours=1)
    return make_departure(
        package,
        now=moment - REGISTERED_BEFORE,
        starts_on=meets_at.astimezone(ZoneInfo(package.host_city.time_zone)).date(),
        meets_at=meets_at,
        closes_at=closed_at,
        roster_due_at=closed_at,
    )


def make_held(departure: Departure, email: str, moment: datetime) -> Booking:
    leader = make_leader()
    booking = make_hold(departure, leader, now=moment)
    bookings.set_contact(booking, Contact("Li Ming", email, "13900001234"), by=leader, now=moment)
    return booking


def make_registered(departure: Departure, email: str, moment: datetime) -> Booking:
    """A group that is confirmed and has long been told so."""
    contact = Contact("Li Ming", email, "13900001234")
    return builders.make_registered(departure, make_leader(), contact, now=moment - REGISTERED_BEFORE)


def add_family(booking: Booking, address: str, moment: datetime) -> None:
    """A family that left its address and has long been told so."""
    hashed = keys().fingerprint(f"{booking.uid}:{address}", "followers.address")
    since = moment - REGISTERED_BEFORE
    follower = Follower(uid=new_uid(), booking_id=booking.id, address_hash=hashed, language="en", since=since)
    follower.address = address
    db.session.add(follower)
