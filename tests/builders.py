"""What a test needs to exist before it begins, made by the shortest way: rows, not pages."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, time, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import (
    Base,
    BaseKind,
    Manner,
    Menu,
    MenuItem,
    Package,
    Publication,
    Stop,
)
from exchange_app.catalogue.terms import DEFAULT_REMINDERS, make_rules
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import Translated
from exchange_app.departures import service as departures
from exchange_app.departures.models import Departure
from exchange_app.partners.models import City, Organisation, OrganisationKind, Plan

NOW = datetime(2027, 3, 1, 2, 0, tzinfo=UTC)  # ten in the morning in Nanning
NOBODY = "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"  # a hash that no password has

_numbers = itertools.count(1)


def both(text: str) -> Translated:
    return Translated(zh_Hans=f"{text}（中文）", en=text) if text else Translated()


def make_city(**changes: Any) -> City:
    number = next(_numbers)
    city = City(**{"code": f"{number:06}", "slug": f"city-{number}", "name": both(f"City {number}")} | changes)
    db.session.add(city)
    db.session.flush()
    return city


def make_organisation(city: City, kind: OrganisationKind = OrganisationKind.SCHOOL, **changes: Any) -> Organisation:
    organisation = Organisation(
        **{"city_id": city.id, "kind": kind, "name": both(f"{kind} {next(_numbers)}"), "phone": "0771-5550000"}
        | changes
    )
    db.session.add(organisation)
    db.session.flush()
    return organisation


def make_user(organisation: Organisation, role: Role, **changes: Any) -> User:
    number = next(_numbers)
    user = User(
        **{
            "organisation_id": organisation.id,
            "organisation": organisation,
            "role": role,
            "email": f"user{number}@test.example",
            "name": f"User {number}",
            "password_hash": NOBODY,
            "language": "en",
        }
        | changes
    )
    user.phone = "13900001234"
    db.session.add(user)
    db.session.flush()
    return user


def make_leader(city: City | None = None) -> User:
    """A leader of a school of their own."""
    return make_user(make_organisation(city or make_city()), Role.LEADER)


def make_package(*, days: int = 1, slot_capacity: int = 1000, **changes: Any) -> Package:
    """A published package with one stop a day at a base, kept by an office of the host city.

    ``slot_capacity`` is that of the one activity at which it stops.
    """
    number = next(_numbers)
    city = changes.pop("host_city", None) or make_city()
    organiser = changes.pop("organiser", None) or make_organisation(city, OrganisationKind.OFFICE)
    base = Base(
        slug=f"base-{number}",
        city=city,
        kind=BaseKind.MUSEUM,
        name=both(f"Museum {number}"),
        description=both("A museum"),
        address=both("1 Museum Road"),
    )
    menu = Menu(
        city=city,
        title=both("Spring"),
        introduction=both("What is on in spring"),
        season_from=NOW.date(),
        season_until=NOW.date() + timedelta(days=120),
        publication=Publication.PUBLISHED,
    )
    item = MenuItem(
        slug=f"item-{number}",
        menu=menu,
        base=base,
        plan=Plan.YOUTH,
        manner=Manner.INTERACTIVE,
        title=both(f"Bronze drums {number}"),
        description=both("Drums"),
        safety_notes=both(""),
        minutes=120,
        group_min=10,
        group_max=50,
        slot_capacity=slot_capacity,
        grade_from=4,
        grade_until=9,
        languages=["zh_Hans"],
        timetable={},
    )
    package = Package(
        **{
            "slug": f"package-{number}",
            "host_city": city,
            "organiser": organiser,
            "plan": Plan.YOUTH,
            "title": both(f"Package {number}"),
            "summary": both("Two sentences."),
            "description": both("What happens."),
            "included": both("Entry"),
            "bring": both("A water bottle"),
            "rules": both(""),
            "days": days,
            "grade_from": 4,
            "grade_until": 9,
            "price_note": both(""),
            "approvals": [],
            "persons_per_adult": 10,
            "supervision_basis": both("The city's rule"),
            "publication": Publication.PUBLISHED,
            "reminders": make_rules(DEFAULT_REMINDERS),
        }
        | changes
    )
    package.stops = [
        Stop(menu_item=item, day=day, starts=time(9), minutes=120, title=both(""), note=both(""))
        for day in range(1, days + 1)
    ]
    db.session.add(package)
    db.session.flush()
    return package


def make_departure(
    package: Package | None = None, *, capacity: int = 60, now: datetime = NOW, is_open: bool = True, **changes: Any
) -> Departure:
    """An open departure thirty days after ``now``, with registration open until ten days before."""
    package = package or make_package()
    meets_at = now + timedelta(days=30)
    terms = departures.Terms(
        **{
            "starts_on": meets_at.date(),
            "meets_at": meets_at,
            "meeting_point": both("The museum's south gate"),
            "opens_at": now - timedelta(days=10),
            "closes_at": now + timedelta(days=20),
            "roster_due_at": now + timedelta(days=23),
            "capacity": capacity,
            "minimum": min(10, capacity),
            "persons_per_adult": package.persons_per_adult,
            "supervision_basis": package.supervision_basis,
        }
        | changes
    )
    departure = departures.plan_departure(package, terms)
    if is_open:
        departures.open_departure(departure)
    return departure


def make_hold(departure: Departure, leader: User, *, pupils: int = 24, staff: int = 3, now: datetime = NOW) -> Booking:
    return bookings.hold_seats(departure, Party(pupils, staff), form_token=f"form-{next(_numbers)}", by=leader, now=now)


def make_registered(
    departure: Departure, leader: User, contact: Contact, *, pupils: int = 24, staff: int = 3, now: datetime = NOW
) -> Booking:
    """Held and handed in within one step, as by whoever has everything at hand."""
    form = f"form-{next(_numbers)}"
    booking, pools = bookings.open_booking(
        departure, Party(pupils, staff), form_token=form, by=leader, now=now, contact=contact
    )
    assert pools is not None
    bookings.submit_booking(booking, by=leader, now=now)
    db.session.flush()
    bookings.claim_seats(booking, pools)
    return booking
