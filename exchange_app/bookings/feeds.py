"""Calendars to subscribe to: of one booking, of a school, and of a host with the groups of all schools.

A feed shows what is certain, and for a while what no longer is, so that whoever subscribed drops it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from icalendar import vDuration
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import joinedload

from exchange_app.bookings.calendar import (
    Edition,
    Method,
    Sender,
    Status,
    Words,
    event_of,
    new_calendar,
    stretches_of,
    with_events,
)
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.queries import WITH_DEPARTURE, WITH_STOPS
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.departures.models import Departure
from exchange_app.partners.models import Organisation

CERTAIN = (BookingState.CONFIRMED, BookingState.DONE)
KEPT_AFTERWARDS = timedelta(days=60)
REFRESHED_EVERY = timedelta(hours=1)
DATED = (b"DTSTAMP:", b"SEQUENCE:")  # lines that differ each time a feed is made


def booking_feed(booking: Booking, sender: Sender, now: datetime) -> bytes:
    package = booking.departure.package
    bookings = _list_bookings(Booking.id == booking.id, now)
    return _feed(str(package.title), package.host_city.time_zone, bookings, sender, now)


def school_feed(school: Organisation, sender: Sender, now: datetime) -> bytes:
    bookings = _list_bookings(Booking.school_id == school.id, now)
    return _feed(_name(school), school.city.time_zone, bookings, sender, now)


def host_feed(host: Organisation, sender: Sender, now: datetime) -> bytes:
    bookings = _list_bookings(Departure.package.has(Package.organiser_id == host.id), now)
    return _feed(_name(host), host.city.time_zone, bookings, sender, now, names_school=True)


def find_organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id, options=[joinedload(Organisation.city)])


def content_hash(feed: bytes) -> str:
    """Equal for feeds that say the same, whenever they were made."""
    lines = [line for line in feed.split(b"\r\n") if not line.startswith(DATED)]
    return hashlib.sha256(b"\r\n".join(lines)).hexdigest()[:32]


def _name(organisation: Organisation) -> str:
    return gettext("Exchange visits: %(name)s", name=str(organisation.name))


def _list_bookings(of_feed: ColumnElement[bool], now: datetime) -> Sequence[Booking]:
    """What is certain and not long past, and what was certain until not long ago, in the order of time."""
    since = now - KEPT_AFTERWARDS
    is_certain = and_(Booking.state.in_(CERTAIN), Departure.ends_on >= since.date())
    was_confirmed = _happened(BookingEvent.what == Step.CONFIRM)
    was_certain = and_(Booking.state.not_in(CERTAIN), was_confirmed, _happened(BookingEvent.at >= since))
    return db.session.scalars(
        select(Booking)
        .join(Booking.departure)
        .options(*WITH_DEPARTURE, *WITH_STOPS)
        .where(of_feed, or_(is_certain, was_certain))
        .order_by(Departure.starts_on, Booking.id)
    ).all()


def _happened(what: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(BookingEvent.booking_id == Booking.id, what)


def _feed(
    name: str, zone: str, bookings: Sequence[Booking], sender: Sender, now: datetime, *, names_school: bool = False
) -> bytes:
    """``zone`` is that of the subscriber: a calendar has to have something in it, and there may be no booking."""
    zones = {zone, *(booking.departure.package.host_city.time_zone for booking in bookings)}
    calendar = new_calendar(Method.PUBLISH, sorted(zones))
    calendar.add("name", Words(name))
    calendar.add("x-wr-calname", Words(name))
    calendar.add("refresh-interval", REFRESHED_EVERY, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(REFRESHED_EVERY))
    events = [
        event_of(booking, stretch, _status(booking), sender, Edition(now, now), names_school=names_school)
        for booking in bookings
        for stretch in stretches_of(booking.departure)
    ]
    return with_events(calendar.to_ical(), events)


def _status(booking: Booking) -> Status:
    return Status.CONFIRMED if booking.state in CERTAIN else Status.CANCELLED
