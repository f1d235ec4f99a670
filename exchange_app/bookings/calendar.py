"""A booking's itinerary, day by day, and as a calendar file (RFC 5545, RFC 5546) with one event a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from itertools import groupby
from zoneinfo import ZoneInfo

from flask_babel import gettext
from icalendar import Calendar, Event, Timezone, vCalAddress

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import spaced_code
from exchange_app.catalogue.models import Stop
from exchange_app.core.text import Translated
from exchange_app.departures.models import Departure

PRODUCT = "-//exchange-app//itinerary//EN"
RULES_SINCE = date(2020, 1, 1)  # older time zone rules are left out of the file


class Method(StrEnum):
    """RFC 5546: PUBLISH adds or replaces, CANCEL takes away."""

    PUBLISH = "PUBLISH"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something at a time; ``place`` is None between places."""

    starts: datetime
    ends: datetime
    title: Translated
    place: Translated | None
    note: Translated


@dataclass(frozen=True, slots=True)
class Day:
    number: int
    on: date
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who publishes the calendar: a mail address, and the host name after which its events are named."""

    address: str
    host: str


def itinerary(departure: Departure) -> list[Day]:
    """Every day of the departure with what happens on it, in the host city's time."""
    zone = ZoneInfo(departure.package.host_city.time_zone)
    stops = {day: list(group) for day, group in groupby(departure.package.stops, key=lambda stop: stop.day)}
    length = (departure.ends_on - departure.starts_on).days + 1
    return [
        Day(number, on, [_entry(stop, on, zone) for stop in stops.get(number, [])])
        for number in range(1, length + 1)
        for on in [departure.starts_on + timedelta(days=number - 1)]
    ]


def _entry(stop: Stop, on: date, zone: ZoneInfo) -> Entry:
    starts = datetime.combine(on, stop.starts, zone)
    item = stop.menu_item
    return Entry(
        starts=starts,
        ends=starts + timedelta(minutes=stop.minutes),
        title=item.title if item is not None and not any(stop.title.values()) else stop.title,
        place=item.base.name if item is not None else None,
        note=stop.note,
    )


def itinerary_file(booking: Booking, method: Method, sender: Sender, now: datetime, *, changed_at: datetime) -> bytes:
    """The itinerary as an .ics file in the reader's language.

    The events of a booking keep their UIDs; the file with the later ``changed_at`` has the higher SEQUENCE, so that it
    replaces the earlier one wherever both were imported.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    calendar.add_component(_time_zone(booking.departure.package.host_city.time_zone))
    sequence = int((changed_at - booking.created_at).total_seconds())
    for day in itinerary(booking.departure):
        event = _event(booking, day)
        event.add("uid", f"{booking.uid}-{day.number}@{sender.host}")
        event.add("dtstamp", now)
        event.add("sequence", sequence)
        event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
        event.add("organizer", _organizer(booking, sender))
        calendar.add_component(event)
    return bytes(calendar.to_ical())


@cache
def _time_zone(name: str) -> Timezone:
    rules = Timezone.from_tzid(name, first_date=RULES_SINCE)
    rules.pop("COMMENT", None)  # the library's remark on the years it covers
    return rules


def _event(booking: Booking, day: Day) -> Event:
    departure = booking.departure
    event = Event()
    event.add("summary", _summary(departure, day))
    event.add("description", _description(booking, day))
    if day.number == 1:
        event.add("location", str(departure.meeting_point))
    elif place := next((entry.place for entry in day.entries if entry.place is not None), None):
        event.add("location", str(place))
    if not day.entries:
        event.add("dtstart", day.on)
        event.add("dtend", day.on + timedelta(days=1))
        return event
    zone = day.entries[0].starts.tzinfo
    first = min(entry.starts for entry in day.entries)
    event.add("dtstart", min(first, departure.meets_at.astimezone(zone)) if day.number == 1 else first)
    event.add("dtend", max(entry.ends for entry in day.entries))
    return event


def _summary(departure: Departure, day: Day) -> str:
    if departure.starts_on == departure.ends_on:
        return str(departure.package.title)
    return gettext("%(title)s, day %(number)s", title=str(departure.package.title), number=day.number)


def _description(booking: Booking, day: Day) -> str:
    lines = [
        f"{entry.starts:%H:%M}–{entry.ends:%H:%M} {entry.title}" + (f" · {entry.place}" if entry.place else "")
        for entry in day.entries
    ]
    return "\n".join([*lines, gettext("Booking code: %(code)s", code=spaced_code(booking.code))])


def _organizer(booking: Booking, sender: Sender) -> vCalAddress:
    organizer = vCalAddress(f"mailto:{sender.address}")
    organizer.params["CN"] = str(booking.departure.package.organiser.name)
    return organizer
