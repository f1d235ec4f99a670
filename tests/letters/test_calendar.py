"""The calendar file of an itinerary, read by a strict reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from icalendar import Calendar

from exchange_app.bookings.calendar import Method, Part, Sender, Words, itinerary, itinerary_file, part_of
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.models import Stop
from exchange_app.core.database import db
from exchange_app.core.text import Translated
from exchange_app.core.transaction import transaction
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.outbox.transport.carrier import Mailbox
from tests.letters.group import MEETS_AT, WRITTEN_AT, make_group
from tests.letters.strict import Part as Component
from tests.letters.strict import events_of, read_strictly
from tests.outbox.letters import deliver

SENDER = Sender(address="post@city.example", host="exchange.example")
UID = "0123456789abcdef0123456789abcdef"
READER = "li.ming@school.example"


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group("zh_Hans")


def make_file(booking: Booking, method: Method = Method.PUBLISH, changed_at: datetime = WRITTEN_AT) -> bytes:
    with force_locale(booking.language):
        return itinerary_file(booking, method, SENDER, WRITTEN_AT, changed_at=changed_at)


def events(content: bytes) -> list[Component]:
    return events_of(read_strictly(content))


def uids(content: bytes) -> list[str]:
    return [event.value("UID").removeprefix(f"{UID}-").removesuffix("@exchange.example") for event in events(content)]


def add_stop(booking: Booking, day: int, starts: time, minutes: int = 60) -> None:
    with transaction():
        title = Translated(zh_Hans="篝火晚会", en="Campfire")
        booking.departure.package.stops.append(
            Stop(day=day, starts=starts, minutes=minutes, title=title, note=Translated())
        )
    db.session.expire_all()  # read again in the order of time


def test_the_file_keeps_the_rules_of_its_format(booking: Booking) -> None:
    calendar = read_strictly(make_file(booking))
    assert (calendar.value("VERSION"), calendar.value("METHOD")) == ("2.0", "PUBLISH")
    assert [zone.value("TZID") for zone in calendar.inside if zone.name == "VTIMEZONE"] == ["Asia/Shanghai"]
    for event in events_of(calendar):
        assert event.all("DTSTART")[0][0] == ";TZID=Asia/Shanghai"
        assert event.value("ORGANIZER") == "mailto:post@city.example"


@pytest.mark.parametrize(
    ("starts", "part"),
    [
        (time(0), Part.MORNING),
        (time(11, 59), Part.MORNING),
        (time(12), Part.AFTERNOON),
        (time(17, 59), Part.AFTERNOON),
        (time(18), Part.EVENING),
        (time(23, 59), Part.EVENING),
    ],
)
def test_a_part_of_the_day_is_known_by_when_something_begins(starts: time, part: Part) -> None:
    assert part_of(starts) is part


def test_every_part_of_a_day_is_one_event(booking: Booking) -> None:
    add_stop(booking, 2, time(10, 30), minutes=120)
    add_stop(booking, 2, time(19))
    content = make_file(booking)
    assert uids(content) == ["1-morning", "1-afternoon", "2-morning", "2-evening"]
    _, boat, drums, fire = events(content)
    assert boat.moment("DTSTART") == datetime(2027, 4, 12, 13, 30)  # noqa: DTZ001
    assert boat.moment("DTEND") == datetime(2027, 4, 12, 16, 0)  # noqa: DTZ001
    assert boat.text("LOCATION") == "左江花山岩画景区"
    assert "乘船观赏左江花山岩画" in boat.text("DESCRIPTION")
    assert drums.moment("DTSTART") == datetime(2027, 4, 13, 9, 30)  # noqa: DTZ001
    assert drums.moment("DTEND") == datetime(2027, 4, 13, 12, 30)  # noqa: DTZ001
    assert "篝火晚会" not in drums.text("DESCRIPTION").splitlines()[0]
    assert fire.all("LOCATION") == []
    assert "K7PQ-2MX6" in fire.text("DESCRIPTION")


def test_the_trip_begins_when_and_where_the_group_meets(booking: Booking) -> None:
    first = Calendar.from_ical(make_file(booking)).walk("VEVENT")[0]
    assert first.start.astimezone(UTC) == MEETS_AT
    assert str(first["LOCATION"]) == "宁明县游客中心东门"


def test_a_trip_that_begins_in_the_afternoon_is_met_then(booking: Booking) -> None:
    with transaction():
        booking.departure.package.stops.pop(0)
    first = events(make_file(booking))[0]
    assert first.value("UID").startswith(f"{UID}-1-afternoon@")
    assert first.moment("DTSTART") == datetime(2027, 4, 12, 8, 30)  # noqa: DTZ001
    assert first.text("LOCATION") == "宁明县游客中心东门"


def test_a_day_without_a_programme_is_a_whole_day(booking: Booking) -> None:
    with transaction():
        booking.departure.ends_on += timedelta(days=1)
    last = events(make_file(booking))[-1]
    assert (last.value("DTSTART"), last.value("DTEND")) == ("20270414", "20270415")
    assert [len(day.entries) for day in itinerary(booking.departure)] == [2, 1, 0]


def test_an_event_keeps_its_name_while_its_part_of_the_day_changes(booking: Booking) -> None:
    before = uids(make_file(booking))
    add_stop(booking, 1, time(15))
    with transaction():
        booking.departure.package.stops[0].starts = time(8, 45)
        booking.departure.starts_on += timedelta(days=7)
        booking.departure.ends_on += timedelta(days=7)
    assert uids(make_file(booking)) == before


def test_a_later_file_replaces_an_earlier_one(booking: Booking) -> None:
    early = events(make_file(booking, Method.PUBLISH, WRITTEN_AT))
    late = events(make_file(booking, Method.PUBLISH, WRITTEN_AT + timedelta(seconds=1)))
    assert [event.value("UID") for event in early] == [event.value("UID") for event in late]
    assert all(int(b.value("SEQUENCE")) > int(a.value("SEQUENCE")) for a, b in zip(early, late, strict=True))


def test_a_cancellation_takes_away_whatever_was_sent_before(booking: Booking) -> None:
    add_stop(booking, 2, time(19))
    sent = events(make_file(booking))
    with transaction():
        del booking.departure.package.stops[-1]
    content = make_file(booking, Method.CANCEL, WRITTEN_AT + timedelta(days=1))
    assert read_strictly(content).value("METHOD") == "CANCEL"
    cancelled = {event.value("UID"): event for event in events(content)}
    for event in sent:
        assert int(cancelled[event.value("UID")].value("SEQUENCE")) > int(event.value("SEQUENCE"))
    assert uids(content)[:3] == ["1-morning", "1-afternoon", "2-morning"]  # what happens, before what does not


anything = some.text(
    some.characters(exclude_categories=["Cs", "Cc"]) | some.sampled_from("，；：、🎋👨‍👩‍👧\n\\,;:\"'^%nN"), min_size=1
)
# The library takes a backslash at the end of a parameter for an escape, which RFC 5545 does not know there.
a_name = anything.map(lambda text: text.replace("\n", " ").replace("\\", "/"))


@pytest.fixture
def fixed_locale(booking: Booking) -> Iterator[None]:
    with force_locale("en"):
        yield


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=anything, stop=anything, place=anything, host=a_name)
def test_what_was_written_is_what_is_read(
    fixed_locale: None, booking: Booking, title: str, stop: str, place: str, host: str
) -> None:
    package = booking.departure.package
    package.title, package.organiser.name = Translated(en=title), Translated(en=host)
    package.stops[0].title, booking.departure.meeting_point = Translated(en=stop), Translated(en=place)
    content = itinerary_file(booking, Method.PUBLISH, SENDER, WRITTEN_AT, changed_at=WRITTEN_AT)
    first = events(content)[0]
    again = Calendar.from_ical(content).walk("VEVENT")[0]
    assert first.text("SUMMARY") == str(again["SUMMARY"]) == f"{title}, day 1, morning"
    assert first.text("LOCATION") == str(again["LOCATION"]) == place
    assert first.text("DESCRIPTION").startswith(f"09:00–11:00 {stop}\n")
    assert str(again["ORGANIZER"].params["CN"]) == " ".join(host.split())
    assert again.subcomponents == []
    assert content == as_the_library_writes_it(content)


@pytest.mark.parametrize("zone", ["UTC", "Atlantic/Reykjavik", "Europe/Berlin", "Asia/Urumqi"])
@pytest.mark.parametrize("method", Method)
def test_the_file_is_what_the_library_writes(booking: Booking, zone: str, method: Method) -> None:
    with transaction():
        booking.departure.package.host_city.time_zone = zone
        booking.departure.ends_on += timedelta(days=1)  # a day without a programme
        booking.departure.package.organiser.name = Translated(zh_Hans="“花山”研学 O'Neill, Söhne; a^b: " * 3)
    content = make_file(booking, method)
    assert content == as_the_library_writes_it(content)


def as_the_library_writes_it(content: bytes) -> bytes:
    """Read, and written again by its objects."""
    calendar = Calendar.from_ical(content)
    for event in calendar.walk("VEVENT"):
        event.update({name: Words(event[name]) for name in ("SUMMARY", "DESCRIPTION", "LOCATION") if name in event})
    return bytes(calendar.to_ical())


@pytest.mark.parametrize(("was_confirmed", "files"), [(True, 1), (False, 0)])
def test_only_those_who_were_sent_the_itinerary_are_told_to_drop_it(
    booking: Booking, was_confirmed: bool, files: int
) -> None:
    with transaction():
        if was_confirmed:
            write_letters([new_letter(booking, "booking_confirmed", "confirmed")], WRITTEN_AT)
        write_letters([new_letter(booking, "booking_cancelled", "cancelled")], WRITTEN_AT)
    deliver(Mailbox(), at=WRITTEN_AT)
    letter = find_letter_by_key(f"booking:{booking.id}:cancelled")
    assert letter is not None
    assert len(read_letter(letter, WRITTEN_AT).attachments) == files


@pytest.mark.parametrize(
    ("kind", "slug"),
    [("booking_confirmed", "confirmed"), ("booking_moved", "moved"), ("family_moved", "moved:family")],
)
def test_the_letter_names_the_method_as_the_file_does(booking: Booking, kind: str, slug: str) -> None:
    with transaction():
        facts = {"before": "2027-04-05", "before_until": "2027-04-06"}
        write_letters([new_letter(booking, kind, slug, **facts)], WRITTEN_AT)
    letter = find_letter_by_key(f"booking:{booking.id}:{slug}")
    assert letter is not None
    [attachment] = read_letter(letter, WRITTEN_AT).attachments
    assert 'method="PUBLISH"' in attachment.content_type
    assert read_strictly(attachment.content).value("METHOD") == "PUBLISH"


def new_letter(booking: Booking, kind: str, slug: str, **facts: str) -> NewLetter:
    key = f"booking:{booking.id}:{slug}"
    return NewLetter(key, kind, booking.id, READER, "en", WRITTEN_AT, {"reason": "", **facts})
