"""Visits of delegations, and groups that were there, as tests need them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import finish_departures
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import find_exchange_of_visit
from exchange_app.departures.service import close_registrations
from exchange_app.partners.models import Agreement, Plan
from exchange_app.visits.models import Visit
from exchange_app.visits.rules import Purpose
from exchange_app.visits.service import visits as service
from exchange_app.visits.service.visits import Member, VisitTerms
from tests.bookings.group import hand_in
from tests.builders import make_departure, make_leader, make_package
from tests.coordination.conftest import Town
from tests.coordination.town import make_exchange


def terms_of(sending: Town, hosting: Town, at: datetime, **changes: Any) -> VisitTerms:
    """Five of an office for three days, thirty days later."""
    day = (at + timedelta(days=30)).date()
    told = {
        "plan": Plan.COMMUNITY,
        "purpose": Purpose.LEARNING,
        "title": "Mediation in mixed neighbourhoods",
        "aims": "How disputes are settled at the door",
        "starts_on": day,
        "ends_on": changes.get("starts_on", day) + timedelta(days=2),
        "members": [Member(sending.office, 5)],
        "host_office": hosting.office,
        "contact_name": "Nong Mei",
        "contact_phone": "13900007777",
    }
    return VisitTerms(**told | changes)


def propose(agreement: Agreement, sending: Town, hosting: Town, at: datetime, **changes: Any) -> Visit:
    """By the side that goes, unless ``by`` says otherwise. Within a transaction."""
    by: User = changes.pop("by", sending.coordinator)
    returning: Exchange | None = changes.pop("returning", None)
    return service.propose_visit(
        agreement,
        sending.city,
        hosting.city,
        terms_of(sending, hosting, at, **changes),
        returning=returning,
        form_token=changes.get("title", f"{at}"),
        by=by,
        now=at,
    )


def agree(agreement: Agreement, sending: Town, hosting: Town, at: datetime, **changes: Any) -> Visit:
    visit = propose(agreement, sending, hosting, at, **changes)
    answering = hosting if visit.answering_city is hosting.city else sending
    service.accept_visit(visit, seen=visit.version, by=answering.coordinator, now=at)
    return visit


def carry_out(agreement: Agreement, sending: Town, hosting: Town, at: datetime, came: int = 5, **changes: Any) -> Visit:
    visit = agree(agreement, sending, hosting, at, **changes)
    over = datetime.combine(visit.ends_on, time(23), hosting.city.zone)
    service.carry_out_visit(visit, came, seen=visit.version, by=sending.coordinator, now=over)
    return visit


def exchange_of(visit: Visit) -> Exchange:
    exchange = find_exchange_of_visit(visit.id)
    assert exchange is not None
    return exchange


def register(
    agreement: Agreement,
    guest: Town,
    host: Town,
    at: datetime,
    *,
    days: int = 1,
    plan: Plan = Plan.YOUTH,
    pupils: int = 20,
    staff: int = 2,
    **changes: Any,
) -> tuple[Exchange, Booking]:
    """A group for a departure thirty days later. Within a transaction."""
    if "starts_on" in changes:
        changes["meets_at"] = datetime.combine(changes["starts_on"], time(9), host.city.zone)
    package = make_package(host_city=host.city, organiser=host.office, days=days, plan=plan)
    departure = make_departure(package, now=at, **changes)
    booking = hand_in(departure, make_leader(guest.city), pupils=pupils, staff=staff, now=at)
    return make_exchange(agreement, booking, at), booking


def go(agreement: Agreement, guest: Town, host: Town, at: datetime, **changes: Any) -> tuple[Exchange, Booking]:
    """The same, and it took place."""
    exchange, booking = register(agreement, guest, host, at, **changes)
    over = datetime.combine(booking.departure.ends_on + timedelta(days=1), time(12), host.city.zone)
    while close_registrations(over):
        pass
    while finish_departures(over):
        pass
    return exchange, booking
