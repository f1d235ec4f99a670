"""A reader of calendar files that takes nothing which RFC 5545 and RFC 5546 forbid.

But for one thing, which `docs/decisions/calendars.md` names: the events of a CANCEL may have different UIDs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from icalendar import Calendar

LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*):(.*)')
FORBIDDEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
ESCAPE = re.compile(r"\\(.)")
ONCE = {
    "VCALENDAR": {"PRODID", "VERSION"},
    "VTIMEZONE": {"TZID"},
    "STANDARD": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "DAYLIGHT": {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"},
    "VEVENT": {"UID", "DTSTAMP", "DTSTART", "DTEND", "ORGANIZER", "SEQUENCE", "STATUS", "SUMMARY"},
}
AT_MOST_ONCE = {"CALSCALE", "METHOD", "DESCRIPTION", "LOCATION", "REFRESH-INTERVAL", "X-WR-CALNAME", "URL"}


@dataclass
class Part:
    """A component: its properties as they were written (name, parameters, value), and what is inside."""

    name: str
    properties: list[tuple[str, str, str]] = field(default_factory=list)
    inside: list[Part] = field(default_factory=list)

    def all(self, name: str) -> Sequence[tuple[str, str]]:
        return [(parameters, value) for found, parameters, value in self.properties if found == name]

    def value(self, name: str) -> str:
        [(_, value)] = self.all(name)
        return value

    def text(self, name: str) -> str:
        return ESCAPE.sub(lambda escape: "\n" if escape[1] in "nN" else escape[1], self.value(name))

    def moment(self, name: str) -> date:
        [(parameters, value)] = self.all(name)
        if "VALUE=DATE" in parameters:
            return datetime.strptime(value, "%Y%m%d").date()  # noqa: DTZ007
        return datetime.strptime(value, "%Y%m%dT%H%M%S")  # noqa: DTZ007


def read_strictly(content: bytes) -> Part:
    """The calendar in the file."""
    assert all(part.errors == [] for part in Calendar.from_ical(content).walk())
    calendar = _nest(_unfold(content))
    _check(calendar)
    zones = Counter(zone.value("TZID") for zone in calendar.inside if zone.name == "VTIMEZONE")
    assert set(zones.values()) == {1}
    events = events_of(calendar)
    named = {tzid for event in events for _, parameters, _ in event.properties for tzid in _tzids(parameters)}
    assert named <= set(zones)
    assert len({event.value("UID") for event in events}) == len(events)
    for event in events:
        _check_event(event, calendar.value("METHOD"))
    return calendar


def events_of(calendar: Part) -> list[Part]:
    return [part for part in calendar.inside if part.name == "VEVENT"]


def _unfold(content: bytes) -> list[str]:
    assert content.endswith(b"\r\n")
    physical = content.removesuffix(b"\r\n").split(b"\r\n")
    lines: list[str] = []
    for raw in physical:
        assert 0 < len(raw) <= 75
        line = raw.decode()  # strict: no character is split
        assert not FORBIDDEN.search(line)
        if line.startswith((" ", "\t")):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return lines


def _nest(lines: Sequence[str]) -> Part:
    root = Part("")
    stack = [root]
    for line in lines:
        found = LINE.fullmatch(line)
        assert found is not None, line
        name, parameters, value = found.groups()
        if name == "BEGIN":
            stack[-1].inside.append(Part(value))
            stack.append(stack[-1].inside[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].properties.append((name, parameters, value))
    assert stack == [root]
    [calendar] = root.inside
    return calendar


def _check(part: Part) -> None:
    counted = Counter(name for name, _, _ in part.properties)
    assert {name: counted[name] for name in ONCE[part.name]} == dict.fromkeys(ONCE[part.name], 1), part
    assert all(counted[name] <= 1 for name in AT_MOST_ONCE)
    assert part.inside or part.name not in ("VCALENDAR", "VTIMEZONE")
    for inner in part.inside:
        _check(inner)


def _tzids(parameters: str) -> list[str]:
    return re.findall(r";TZID=([^;:]+)", parameters)


def _check_event(event: Part, method: str) -> None:
    starts, ends = event.moment("DTSTART"), event.moment("DTEND")
    assert type(starts) is type(ends)
    assert starts < ends
    assert event.value("DTSTAMP").endswith("Z")
    assert re.fullmatch(r"\d+", event.value("SEQUENCE"))
    for name in ("SUMMARY", "DESCRIPTION", "LOCATION"):
        for _, value in event.all(name):
            assert re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", value), value
    match method:
        case "PUBLISH":
            assert event.all("ATTENDEE") == []
        case "CANCEL":
            assert event.value("STATUS") == "CANCELLED"
