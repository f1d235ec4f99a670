"""The calendar file of an itinerary, read by a strict reader."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from icalendar import Calendar, Event

from exchange_app.bookings.calendar import Method, Sender, itinerary, itinerary_file
from exchange_app.bookings.models import Booking
from exchange_app.core.transaction import transaction
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.outbox.transport import Mailbox
from tests.letters.group import MEETS_AT, WRITTEN_AT, make_group
from tests.outbox.letters import deliver

SENDER = Sender(address="post@city.example", host="exchange.example")


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group("zh_Hans")


def make_file(booking: Booking, method: Method = Method.PUBLISH, changed_at: datetime = WRITTEN_AT) -> bytes:
    with force_locale(booking.language):
        return itinerary_file(booking, method, SENDER, WRITTEN_AT, changed_at=changed_at)


def events(content: bytes) -> list[Event]:
    return [event for event in Calendar.from_ical(content).walk("VEVENT") if isinstance(event, Event)]


def test_the_file_keeps_the_rules_of_its_format(booking: Booking) -> None:
    content = make_file(booking)
    assert content.replace(b"\r\n", b"").count(b"\n") == 0  # RFC 5545, 3.1: lines end with CRLF
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert calendar.errors == []
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    assert {str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")} == {"Asia/Shanghai"}
    for event in events(content):
        assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
        assert {"UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "SEQUENCE"} <= set(event)
        assert "ATTENDEE" not in event  # RFC 5546, 3.2.1: not in what is published


def test_every_day_is_one_event_and_the_first_begins_when_the_group_meets(booking: Booking) -> None:
    first, second = events(make_file(booking))
    assert first.start.astimezone(UTC) == MEETS_AT
    assert first.end.astimezone(UTC) == datetime(2027, 4, 12, 8, 0, tzinfo=UTC)
    assert second.start.astimezone(UTC) == datetime(2027, 4, 13, 1, 30, tzinfo=UTC)
    assert str(first["LOCATION"]) == "宁明县游客中心东门"
    assert "乘船观赏左江花山岩画" in str(first["DESCRIPTION"])
    assert "K7PQ-2MX6" in str(second["DESCRIPTION"])


def test_a_day_without_a_programme_is_a_whole_day(booking: Booking) -> None:
    with transaction():
        booking.departure.ends_on += timedelta(days=1)
    last = events(make_file(booking))[-1]
    assert (last.start, last.end) == (date(2027, 4, 14), date(2027, 4, 15))
    assert [len(day.entries) for day in itinerary(booking.departure)] == [2, 1, 0]


def test_a_cancellation_takes_the_same_events_away(booking: Booking) -> None:
    published = events(make_file(booking))
    cancelled = events(make_file(booking, Method.CANCEL, WRITTEN_AT + timedelta(days=1)))
    assert [str(event["UID"]) for event in cancelled] == [str(event["UID"]) for event in published]
    assert all(late["SEQUENCE"] > early["SEQUENCE"] for late, early in zip(cancelled, published, strict=True))
    assert {str(event["STATUS"]) for event in cancelled} == {"CANCELLED"}


def test_text_with_the_signs_of_the_format_stays_text(booking: Booking) -> None:
    nasty = "Boats; two, \\ and\nBEGIN:VALARM"
    with transaction():
        for language in ("zh_Hans", "en"):
            booking.departure.package.title = type(booking.departure.package.title)({language: nasty})
    [first, _] = events(make_file(booking))
    assert str(first["SUMMARY"]).startswith(nasty)
    assert first.subcomponents == []


@pytest.mark.parametrize(("was_confirmed", "files"), [(True, 1), (False, 0)])
def test_only_those_who_were_sent_the_itinerary_are_told_to_drop_it(
    booking: Booking, was_confirmed: bool, files: int
) -> None:
    def new(kind: str, slug: str) -> NewLetter:
        key = f"booking:{booking.id}:{slug}"
        return NewLetter(key, kind, booking.id, "li.ming@school.example", "en", WRITTEN_AT, {"reason": ""})

    with transaction():
        if was_confirmed:
            write_letters([new("booking_confirmed", "confirmed")], WRITTEN_AT)
        write_letters([new("booking_cancelled", "cancelled")], WRITTEN_AT)
    deliver(Mailbox(), at=WRITTEN_AT)
    letter = find_letter_by_key(f"booking:{booking.id}:cancelled")
    assert letter is not None
    assert len(read_letter(letter, WRITTEN_AT).attachments) == files
