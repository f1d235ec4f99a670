"""A city with two organisers and three activities, and a school that wishes for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from exchange_app.accounts.models import User
from exchange_app.catalogue.models import MenuItem, Publication
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.partners.models import City, OrganisationKind
from exchange_app.tailored import service
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.queries import lock_inquiry, side_of
from exchange_app.tailored.rules import Entry, Terms
from exchange_app.tailored.service import Beginning
from tests.builders import NOW, make_city, make_leader, make_organisation, make_package, make_user

WANTED, INSTEAD = date(2027, 4, 12), date(2027, 4, 19)  # Mondays


@dataclass
class Town:
    city: City
    items: list[MenuItem]
    leader: User
    host: User
    other_host: User


def make_town(*, slot_capacity: int = 60) -> Town:
    """Within a transaction."""
    city = make_city()
    offices = [make_organisation(city, OrganisationKind.OFFICE) for _ in range(2)]
    packages = [make_package(host_city=city, organiser=offices[0], slot_capacity=slot_capacity) for _ in range(3)]
    for package in packages:
        package.publication = Publication.DRAFT  # their activities are wanted alone
    items = [package.stops[0].menu_item for package in packages]
    for item in items:
        item.languages = ["zh"]
    hosts = [make_user(office, Role.ORGANISER) for office in offices]
    return Town(city, items, make_leader(make_city()), *hosts)


def begin(town: Town, *, leader: User | None = None) -> Inquiry:
    """A draft with two of the activities on one day. Within a transaction."""
    by = leader or town.leader
    for item in town.items[:2]:
        service.add_wish(item, by=by, now=NOW)
    inquiry = service.begin_inquiry(town.city, Beginning("Drums", 24, 3, 5), form_token="once", by=by, now=NOW)
    keep(inquiry, by, dates=(WANTED, INSTEAD))
    return inquiry


def keep(inquiry: Inquiry, by: User, **changes: object) -> None:
    terms, seen = service.terms_to_change(inquiry, side_of(by))
    service.keep_draft(inquiry, replace(terms, **changes), "Please.", seen=seen, by=by, now=NOW)


def ask(town: Town, *, leader: User | None = None) -> Inquiry:
    """Within a transaction."""
    inquiry = begin(town, leader=leader)
    service.send_draft(inquiry, by=leader or town.leader, now=NOW)
    return inquiry


def propose(town: Town, inquiry: Inquiry) -> None:
    """The host begins an hour later and says what it costs. Within a transaction."""
    inquiry = lock_inquiry(inquiry.id, town.host)
    terms = inquiry.current.terms if inquiry.current else terms_of(town)
    entries = tuple(replace(entry, starts=time(entry.starts.hour + 1)) for entry in terms.entries if entry.starts)
    keep(inquiry, town.host, entries=entries, price_minor=4500, conditions="Bring lunch.")
    service.send_draft(inquiry, by=town.host, now=NOW + timedelta(hours=1))


def terms_of(town: Town) -> Terms:
    entries = tuple(Entry(item.id, 1, None, item.minutes) for item in town.items[:2])
    return Terms("Drums", (WANTED,), 1, 24, 3, 5, "zh", entries)


def fresh(inquiry: Inquiry, by: User) -> Inquiry:
    db.session.rollback()
    return lock_inquiry(inquiry.id, by)
