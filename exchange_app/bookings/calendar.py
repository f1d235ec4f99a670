"""A booking's itinerary, day by day, and as calendar events (RFC 5545): one for each part of a day.

Why the files are as they are stands in `docs/decisions/calendars.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from itertools import groupby
from urllib.parse import quote
from zoneinfo import ZoneInfo

from flask_babel import gettext
from icalendar import Calendar, Timezone, vCalAddress, vText
from icalendar.parser import Contentline
from icalendar.timezone import is_utc

from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Stop
from exchange_app.core.codes import spaced_code
from exchange_app.core.text import Translated
from exchange_app.departures.models import Departure

PRODUCT = "-//exchange-app//itinerary//EN"
RULES_SINCE = date(2020, 1, 1)  # older time zone rules are left out of the file
LONGEST_LINE = 74  # bytes, without the break before it and the space that says that it goes on
ESCAPING = b"\\^"  # with these begins what is escaped in a text and in a parameter
END = b"END:VCALENDAR\r\n"


class Method(StrEnum):
    """RFC 5546: PUBLISH adds or replaces, REQUEST does so and asks for an answer, CANCEL takes away."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Status(StrEnum):
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Part(StrEnum):
    """A part of the day; the names are part of the events' UIDs."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


AFTERNOON_FROM = time(12)
EVENING_FROM = time(18)


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
class Stretch:
    """What becomes one event: a part of a day with its entries. Without entries it is the whole day."""

    day: Day
    part: Part
    entries: Sequence[Entry]


@dataclass(frozen=True, slots=True)
class Sender:
    """Who publishes the calendar: a mail address, and the host name after which its events are named."""

    address: str
    host: str


@dataclass(frozen=True, slots=True)
class Edition:
    """When a file is made, and when what it says became so: of two files the later ``changed_at`` counts."""

    made_at: datetime
    changed_at: datetime


class Words(vText):
    """Text for the library's objects, which take a backslash before an N for a line break."""

    def to_ical(self) -> bytes:
        return _escaped(self).encode()


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


def part_of(starts: time) -> Part:
    """Where something belongs that begins then, however long it lasts."""
    if starts < AFTERNOON_FROM:
        return Part.MORNING
    return Part.AFTERNOON if starts < EVENING_FROM else Part.EVENING


def itinerary_file(booking: Booking, method: Method, sender: Sender, now: datetime, *, changed_at: datetime) -> bytes:
    """The itinerary as an .ics file in the reader's language.

    The events of a booking keep their UIDs; the file with the later ``changed_at`` has the higher SEQUENCE, so that it
    replaces the earlier one wherever both were imported.
    """
    stretches = list(stretches_of(booking.departure))
    if method is Method.CANCEL:
        stretches += _empty_stretches(booking.departure)
    status = Status.CANCELLED if method is Method.CANCEL else Status.CONFIRMED
    edition = Edition(now, changed_at)
    events = [event_of(booking, stretch, status, sender, edition) for stretch in stretches]
    return with_events(_without_events(method, booking.departure.package.host_city.time_zone), events)


def departure_file(departure: Departure, page: str, sender: Sender, now: datetime) -> bytes:
    """A departure as an .ics file in the reader's language, for whoever thinks about coming: one event, which leads to
    its ``page``."""
    starts = departure.meets_at.astimezone(departure.zone)
    last = itinerary(departure)[-1]
    ends = max((entry.ends for entry in last.entries), default=datetime.combine(last.on, EVENING_FROM, departure.zone))
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{_escaped(str(departure.package.title))}",
        _time("DTSTART", starts),
        _time("DTEND", max(starts, ends)),
        f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"UID:departure-{departure.id}@{sender.host}",
        f"SEQUENCE:{int(now.timestamp())}",
        f"DESCRIPTION:{_escaped(str(departure.package.summary))}\\n{_escaped(page)}",
        f"LOCATION:{_escaped(str(departure.meeting_point))}",
        f"URL:{page}",
        _organizer(sender.address, str(departure.package.organiser.name)),
        f"STATUS:{Status.CONFIRMED}",
        "END:VEVENT",
    ]
    file = _without_events(Method.PUBLISH, departure.package.host_city.time_zone)
    return with_events(file, [b"".join(map(_folded, lines))])


def new_calendar(method: Method, zones: Sequence[str]) -> Calendar:
    """A calendar without events that knows these time zones."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method.value)
    for zone in zones:
        calendar.add_component(_time_zone(zone))
    return calendar


@cache
def _time_zone(name: str) -> Timezone:
    rules = Timezone.from_tzid(name, first_date=RULES_SINCE)
    rules.pop("COMMENT", None)  # the library's remark on the years it covers
    return rules


@cache
def _without_events(method: Method, zone: str) -> bytes:
    return bytes(new_calendar(method, [zone]).to_ical())


def with_events(file: bytes, events: Iterable[bytes]) -> bytes:
    """A file without events, with these in it."""
    return b"".join([file.removesuffix(END), *events, END])


def stretches_of(departure: Departure) -> Iterator[Stretch]:
    """The parts of the days in which something happens. A day without a programme is one stretch, under the name of its
    morning."""
    for day in itinerary(departure):
        for part, entries in groupby(day.entries, key=lambda entry: part_of(entry.starts.time())):
            yield Stretch(day, part, list(entries))
        if not day.entries:
            yield Stretch(day, Part.MORNING, [])


def _empty_stretches(departure: Departure) -> list[Stretch]:
    """The parts in which nothing happens now. Something may have when an earlier file was sent; whoever is told to drop
    an event that they do not have leaves it."""
    there = {(stretch.day.number, stretch.part) for stretch in stretches_of(departure)}
    return [Stretch(day, part, []) for day in itinerary(departure) for part in Part if (day.number, part) not in there]


def event_of(
    booking: Booking,
    stretch: Stretch,
    status: Status,
    sender: Sender,
    edition: Edition,
    *,
    names_school: bool = False,
) -> bytes:
    """One event as it stands in a file, to the byte what the library writes: its objects take several times as long.
    ``names_school`` is for a calendar of several schools' groups."""
    title = _title(booking.departure, stretch)
    if names_school:
        title = f"{booking.school.name}{gettext(': ')}{title}"
    place = _place(booking.departure, stretch)
    starts, ends = _span(booking.departure, stretch)
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{_escaped(title)}",
        _time("DTSTART", starts),
        _time("DTEND", ends),
        f"DTSTAMP:{edition.made_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"UID:{booking.uid}-{stretch.day.number}-{stretch.part}@{sender.host}",
        f"SEQUENCE:{int((edition.changed_at - booking.created_at).total_seconds())}",
        f"DESCRIPTION:{_escaped(_description(booking, stretch))}",
        *([f"LOCATION:{_escaped(place)}"] if place else []),
        _organizer(sender.address, str(booking.departure.package.organiser.name)),
        f"STATUS:{status}",
        "END:VEVENT",
    ]
    return b"".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    """As RFC 5545, 3.3.11 says."""
    escaped = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _time(name: str, when: date) -> str:
    if not isinstance(when, datetime):
        return f"{name};VALUE=DATE:{when:%Y%m%d}"
    if _is_utc(when.tzinfo):
        return f"{name}:{when:%Y%m%dT%H%M%SZ}"
    return f"{name};TZID={when.tzinfo}:{when:%Y%m%dT%H%M%S}"


_is_utc = cache(is_utc)  # by whichever of its names


def _folded(line: str) -> bytes:
    """Where the library folds it: no character is torn apart."""
    rest, pieces = line.encode(), []
    while len(rest) > LONGEST_LINE:
        end = LONGEST_LINE
        while rest[end] & 0b1100_0000 == 0b1000_0000:  # UTF-8: not the first byte of a character
            end -= 1
        if rest[end - 1] in ESCAPING:
            end -= 1
        pieces.append(rest[:end])
        rest = rest[end:]
    return b"\r\n ".join([*pieces, rest]) + b"\r\n"


def _title(departure: Departure, stretch: Stretch) -> str:
    title = str(departure.package.title)
    if departure.starts_on != departure.ends_on:
        title = gettext("%(title)s, day %(number)s", title=title, number=stretch.day.number)
    if not stretch.entries:
        return title
    match stretch.part:
        case Part.MORNING:
            return gettext("%(title)s, morning", title=title)
        case Part.AFTERNOON:
            return gettext("%(title)s, afternoon", title=title)
        case Part.EVENING:
            return gettext("%(title)s, evening", title=title)


def _description(booking: Booking, stretch: Stretch) -> str:
    happens = [
        f"{entry.starts:%H:%M}–{entry.ends:%H:%M} {entry.title}" + (f" · {entry.place}" if entry.place else "")
        for entry in stretch.entries
    ]
    group = gettext("%(pupils)s pupils, %(staff)s staff", pupils=booking.pupils, staff=booking.staff)
    code = gettext("Booking code: %(code)s", code=spaced_code(booking.code))
    return "\n".join([*happens, f"{booking.school.name} · {group}", code])


def _is_first(stretch: Stretch) -> bool:
    """Whether the trip begins with it."""
    return stretch.day.number == 1 and stretch.entries[:1] == stretch.day.entries[:1]


def _place(departure: Departure, stretch: Stretch) -> str:
    if _is_first(stretch):
        return str(departure.meeting_point)
    return next((str(entry.place) for entry in stretch.entries if entry.place is not None), "")


def _span(departure: Departure, stretch: Stretch) -> tuple[date, date]:
    """From the first entry to the end of the last one; the trip begins when the group meets."""
    if not stretch.entries:
        return stretch.day.on, stretch.day.on + timedelta(days=1)
    starts = min(entry.starts for entry in stretch.entries)
    if _is_first(stretch):
        starts = min(starts, departure.meets_at.astimezone(starts.tzinfo))
    return starts, max(entry.ends for entry in stretch.entries)


@lru_cache
def _organizer(address: str, name: str) -> str:
    organizer = vCalAddress(f"mailto:{quote(address, safe='@+')}")
    organizer.params["CN"] = " ".join(name.split())
    return str(Contentline.from_parts("ORGANIZER", organizer.params, organizer))
