"""A visit as a calendar file: one event over its days, with the programme in words. Programmes change up to the last
day, and an event for each hour of it would leave the former ones behind in calendars."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext
from icalendar import Event, vCalAddress

from exchange_app.bookings.calendar import Method, Sender, Status, Words, new_calendar
from exchange_app.core.text import Translated
from exchange_app.visits.models import ProgrammeEntry, Visit
from exchange_app.visits.rules import VisitState
from exchange_app.web.formats import day

OFF = (VisitState.CANCELLED, VisitState.DECLINED)


def visit_file(visit: Visit, page: str, sender: Sender, now: datetime) -> bytes:
    """As an .ics file in the reader's language; of a visit that is off, one that takes the event away."""
    is_off = visit.state in OFF
    event = Event()
    event.add("uid", f"visit-{visit.uid}@{sender.host}")
    event.add("dtstamp", now)
    event.add("sequence", visit.version + is_off)
    event.add("dtstart", visit.starts_on)
    event.add("dtend", visit.ends_on + timedelta(days=1))
    event.add("summary", Words(_summary(visit)))
    event.add("description", Words("\n".join([*_programme(visit), page])))
    event.add("location", Words(str(visit.host_office.name if visit.host_office else visit.hosting_city.name)))
    event.add("url", page)
    organizer = vCalAddress(f"mailto:{sender.address}")
    organizer.params["CN"] = str(visit.hosting_city.name)
    event.add("organizer", organizer)
    event.add("status", (Status.CANCELLED if is_off else Status.CONFIRMED).value)
    calendar = new_calendar(Method.CANCEL if is_off else Method.PUBLISH, [visit.hosting_city.time_zone])
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _summary(visit: Visit) -> str:
    return f"{visit.title}{gettext(': ')}{visit.sending_city.name} → {visit.hosting_city.name}"


def _programme(visit: Visit) -> list[str]:
    lines: list[str] = []
    last: date | None = None
    for entry in visit.entries:
        if entry.on != last:
            lines.append(day(entry.on))
            last = entry.on
        lines.append(f"{times(entry)} {entry.title}" + "".join(f" · {words}" for words in _where(entry)))
    return lines


def times(entry: ProgrammeEntry) -> str:
    return f"{entry.starts:%H:%M}" + (f"–{entry.ends:%H:%M}" if entry.ends else "")


def _where(entry: ProgrammeEntry) -> list[Translated | str]:
    base = entry.base.name if entry.base else ""
    office = entry.office.name if entry.office else ""
    return [words for words in (base, entry.place, office) if words]
