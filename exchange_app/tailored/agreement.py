"""Both sides agree on one version: in one transaction it becomes a package of the school's own, a departure, and seats
that are held for the group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from exchange_app.accounts.models import User
from exchange_app.audit import service as audit
from exchange_app.audit.rules import What
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import Party
from exchange_app.catalogue.errors import MenuItemNotFound
from exchange_app.catalogue.models import Approver, MenuItem, Package
from exchange_app.catalogue.service import add_package_for
from exchange_app.catalogue.terms import DEFAULT_REMINDERS, PackageTerms, StopTerms
from exchange_app.core.database import db
from exchange_app.core.text import Translated, in_every_language, sentence
from exchange_app.departures.models import Departure
from exchange_app.departures.service import Terms as DepartureTerms
from exchange_app.departures.service import open_departure, plan_departure
from exchange_app.tailored import letters, queries, service
from exchange_app.tailored.errors import DateNotNamed, StepNotOpen
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.rules import (
    HOLD_LENGTH,
    PERSONS_PER_ADULT,
    TRANSITIONS,
    Entry,
    Step,
    Terms,
    registration_times,
)

NOTHING_TO_SAY = Translated()
SUPERVISION_BASIS = sentence("LB/T 054: one accompanying teacher for 20 pupils")


def agree(inquiry: Inquiry, starts_on: date, *, version: int, by: User, now: datetime) -> Booking:
    """Agree to the ``version`` that the page showed, on one of its dates.

    Raises VersionReplaced, StepNotOpen, NobodyTookItOn, DateNotNamed, DateTooSoon, and whatever stands against the
    package, the departure's slots or the seats; the transaction is then to be given up.
    """
    side = queries.side_of(by)
    service.check_version(inquiry, version)
    service.check_may(inquiry, side, Step.AGREE)
    service.look_after(inquiry, side, by=by)
    if inquiry.current is None:
        raise StepNotOpen()
    terms = inquiry.current.terms
    if starts_on not in terms.dates:
        raise DateNotNamed()
    service.check_dates(inquiry, [starts_on], now)
    package = _make_package(inquiry, terms)
    departure = _make_departure(inquiry, package, terms, starts_on, now)
    booking = _hold(inquiry, departure, terms, now)
    inquiry.package, inquiry.booking = package, booking
    inquiry.state = TRANSITIONS[inquiry.state, side, Step.AGREE]
    inquiry.last_word_at = now
    service.record(inquiry, side, Step.AGREE, by=by, now=now)
    letters.write_agreed(inquiry, now)
    facts = {"version": version, "package": package.id, "departure": departure.id}
    subject = booking.log_subject
    audit.record(What.TRIP_AGREED, by_id=by.id, now=now, subject=subject, facts=facts)
    return booking


def _make_package(inquiry: Inquiry, terms: Terms) -> Package:
    """The school's head still approves a trip that takes more than a day; the host has agreed already."""
    items = queries.map_items(terms.item_ids)
    language = inquiry.leader.language
    first = _first_activity(terms, items)

    def said(words: str) -> Translated:
        return Translated({language: words} if words else {})

    package_terms = PackageTerms(
        host_city_id=inquiry.city_id,
        from_city_id=inquiry.school.city_id,
        plan=first.plan,
        title=said(terms.title),
        summary=NOTHING_TO_SAY,
        description=NOTHING_TO_SAY,
        included=NOTHING_TO_SAY,
        bring=NOTHING_TO_SAY,
        rules=said(terms.conditions),
        days=terms.days,
        grade_from=terms.grade,
        grade_until=terms.grade,
        price_minor=terms.price_minor,
        price_note=said(terms.price_note),
        approvals=[Approver.SCHOOL_HEAD.value] if terms.days > 1 else [],
        changes_until_days=7,
        persons_per_adult=PERSONS_PER_ADULT,
        supervision_basis=in_every_language(SUPERVISION_BASIS),
        asks=[],
        recipients=[],
        reminders=DEFAULT_REMINDERS,
    )
    organiser = inquiry.organiser
    if organiser is None:
        raise StepNotOpen()
    stops = [_stop(entry, said(entry.title)) for entry in terms.entries]
    return add_package_for(inquiry.school, package_terms, stops, organiser=organiser)


def _stop(entry: Entry, title: Translated) -> StopTerms:
    if entry.starts is None:
        raise StepNotOpen()
    return StopTerms(entry.item_id, entry.day, entry.starts, entry.minutes, title, NOTHING_TO_SAY)


def _make_departure(inquiry: Inquiry, package: Package, terms: Terms, starts_on: date, now: datetime) -> Departure:
    """With exactly the seats of this group."""
    zone = ZoneInfo(inquiry.city.time_zone)
    first = min((entry.starts for entry in terms.entries if entry.day == 1 and entry.starts), default=None)
    if first is None:
        raise StepNotOpen()
    meets_at = datetime.combine(starts_on, first, zone)
    closes_at, roster_due_at = registration_times(now, meets_at)
    departure = plan_departure(
        package,
        DepartureTerms(
            starts_on=starts_on,
            meets_at=meets_at,
            meeting_point=_meeting_point(inquiry, terms, queries.map_items(terms.item_ids)),
            opens_at=now,
            closes_at=closes_at,
            roster_due_at=roster_due_at,
            capacity=terms.persons,
            minimum=1,
            persons_per_adult=package.persons_per_adult,
            supervision_basis=package.supervision_basis,
        ),
    )
    open_departure(departure)
    return departure


def _meeting_point(inquiry: Inquiry, terms: Terms, items: Mapping[int, MenuItem]) -> Translated:
    """Where the host says, else at the first place."""
    if terms.meeting_point:
        return Translated({inquiry.leader.language: terms.meeting_point})
    return _first_activity(terms, items).base.name


def _first_activity(terms: Terms, items: Mapping[int, MenuItem]) -> MenuItem:
    """Raises MenuItemNotFound where all were removed from the menus meanwhile."""
    for entry in terms.entries:
        if entry.item_id is not None and entry.item_id in items:
            return items[entry.item_id]
    raise MenuItemNotFound()


def _hold(inquiry: Inquiry, departure: Departure, terms: Terms, now: datetime) -> Booking:
    """The leader hands the group in as any other, but has a week for it: nobody may sit before the page now."""
    party = Party(terms.pupils, terms.staff)
    form = f"tailored-{inquiry.id}"
    booking, pools = bookings.open_booking(departure, party, form_token=form, by=inquiry.leader, now=now)
    if pools is None:
        raise StepNotOpen()
    booking.hold_ends_at = min(now + HOLD_LENGTH, departure.closes_at - timedelta(minutes=1))
    db.session.flush()
    bookings.claim_seats(booking, pools)
    return booking
