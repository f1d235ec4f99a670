"""An organiser changes a departure that groups have booked: they hear of it, and calendars are put right."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from icalendar import Calendar

from exchange_app.bookings import approvals, changes, followers, queries, rescheduling, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import CapacityBelowTaken
from exchange_app.departures.locking import hold_still
from exchange_app.departures.models import Departure
from exchange_app.departures.service import terms_of
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tests.bookings.group import CONTACT, hand_in, host_of, told
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_package
from tests.outbox.letters import deliver, letters
from tests.pages import Browser, send, sign_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOTHER = "mother@home.example"


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Confirmed, for two days; a mother wants word of it."""
    with transaction():
        booking = hand_in(make_departure(make_package(days=2)), make_leader())
        followers.follow(booking, MOTHER, language="en", now=NOW)
    return booking


def change(departure: Departure, *, at: datetime = NOW + HOUR, **terms: Any) -> None:
    """As an organiser does it who has just looked at the departure."""
    with transaction():
        before = terms_of(departure)
        by = make_leader()  # whoever it is
        rescheduling.change_departure(departure, replace(before, **terms), seen=fingerprint(before), by=by, now=at)


def put_off(departure: Departure, days: int = 1, *, at: datetime = NOW + HOUR) -> None:
    later = days * DAY
    change(departure, at=at, starts_on=departure.starts_on + later, meets_at=departure.meets_at + later)


def to(address: str) -> list[Letter]:
    return [letter for letter in letters() if letter.address == address]


def kinds_to(address: str) -> list[str]:
    return [letter.kind for letter in to(address)]


def calendar_of(letter: Letter) -> Calendar:
    (attachment,) = read_letter(letter, NOW).attachments
    calendar = Calendar.from_ical(attachment.content)
    assert isinstance(calendar, Calendar)
    return calendar


# ------------------------------------------------------------------------------------------------------- who is told


@pytest.mark.parametrize(
    "changed", [{"meeting_point": both("The station")}, {"meets_at": NOW + 30 * DAY + HOUR}], ids=["place", "time"]
)
def test_another_place_or_time_to_meet_is_told_to_the_leader_and_to_families(
    booking: Booking, changed: dict[str, Any]
) -> None:
    change(booking.departure, **changed)
    assert kinds_to(CONTACT.email) == ["booking_confirmed", "booking_rescheduled"]
    assert kinds_to(MOTHER) == ["family_following", "family_rescheduled"]


def test_another_day_is_told_with_the_former_one(booking: Booking) -> None:
    put_off(booking.departure)
    for address in (CONTACT.email, MOTHER):
        letter = read_letter(to(address)[-1], NOW)
        assert letter.subject.startswith("Another date, Thu 1 Apr: ")
        assert "Date: 1–2 April 2027\n" in letter.text
        assert "Date so far: 31 March – 1 April 2027\n" in letter.text
        assert "Meeting time so far: Wed 31 March 2027, 10:00\n" in letter.text
    assert audit() == []


def test_each_change_is_a_letter_of_its_own(booking: Booking) -> None:
    put_off(booking.departure, at=NOW + HOUR)
    put_off(booking.departure, -1, at=NOW + 2 * HOUR)
    assert kinds_to(MOTHER) == ["family_following", "family_rescheduled", "family_rescheduled"]
    assert kinds_to(CONTACT.email).count("booking_rescheduled") == 2


def test_what_does_not_change_the_meeting_is_told_to_nobody(booking: Booking) -> None:
    before = len(letters())
    terms = terms_of(booking.departure)
    change(booking.departure, capacity=90, minimum=5, closes_at=terms.closes_at - HOUR)
    change(booking.departure, meets_at=terms.meets_at + timedelta(seconds=20))  # forms know only whole minutes
    assert len(letters()) == before


def test_every_group_that_may_still_come_is_told_and_no_other(app: Flask) -> None:
    def leader_of(one: Booking) -> str:
        return one.contact_email or one.leader.email

    with transaction():
        package = make_package(approvals=["host"], changes_until_days=1)
        departure = make_departure(package)
        submitted = hand_in(departure, make_leader(), pupils=10, staff=1)
        held = make_hold(departure, make_leader(), pupils=10, staff=1, now=NOW + HOUR)
        ran_out = make_hold(departure, make_leader(), pupils=10, staff=1)
        elsewhere = hand_in(make_departure(package), make_leader(), pupils=10, staff=1)
        declined, cancelled = (hand_in(departure, make_leader(), pupils=5, staff=1) for _ in range(2))
        approvals.decline_booking(declined, comment="Too late", by=host_of(declined), now=NOW)
        bookings.cancel_booking(cancelled, reason="Exams", by=cancelled.leader, now=NOW)
        contact = replace(CONTACT, email="wei.waits@test.example")
        waits = waiting.join_list(departure, Party(50, 5), contact, form_token="one", by=make_leader(), now=NOW)
    assert (submitted.state, waits.state) == (BookingState.SUBMITTED, BookingState.WAITING)
    put_off(departure, at=NOW + HOUR)
    told_of = {letter.subject_id for letter in letters() if letter.kind == "booking_rescheduled"}
    assert told_of == {submitted.id, held.id, waits.id}
    assert rescheduling.count_groups(departure.id, NOW + HOUR) == 3
    assert kinds_to(leader_of(held)) == ["booking_held", "booking_rescheduled"]
    assert {ran_out.id, elsewhere.id} & told_of == set()


def test_the_history_says_what_was_changed(app: Flask, booking: Booking) -> None:
    change(booking.departure, meeting_point=both("The station"), meets_at=booking.departure.meets_at + HOUR)
    event = queries.list_history(booking.id)[-1]
    assert (event.what, event.at) == ("rescheduled", NOW + HOUR)
    with app.test_request_context(), force_locale("en"):
        assert told(booking)[-1] == (
            "The host changed the meeting: Wed 31 March 2027, 11:00, The station "
            "instead of Wed 31 March 2027, 10:00, The museum's south gate"
        )


def test_a_change_that_is_refused_is_told_to_nobody(booking: Booking) -> None:
    departure, before = booking.departure, len(letters())
    with pytest.raises(CapacityBelowTaken):
        change(departure, meeting_point=both("The station"), capacity=11)
    terms = replace(terms_of(departure), meeting_point=both("The station"))
    with pytest.raises(ChangedMeanwhile), transaction():
        rescheduling.change_departure(departure, terms, seen="something else", by=booking.leader, now=NOW)
    assert len(letters()) == before
    assert queries.list_history(booking.id)[-1].what != "rescheduled"


def test_whoever_has_a_booking_in_hand_meanwhile_does_not_stand_in_the_way(app: Flask, booking: Booking) -> None:
    """They need the departure next, which is being changed: neither may wait for the other without end."""
    departure_id, wrong = booking.departure_id, []

    def change_meanwhile() -> None:
        with app.app_context():
            try:
                change(db.session.get_one(Departure, departure_id), meeting_point=both("The station"))
            except Exception as fault:
                wrong.append(fault)
            finally:
                db.session.remove()

    thread = threading.Thread(target=change_meanwhile)
    with transaction():
        queries.lock_booking(booking.code, booking.leader)
        thread.start()
        thread.join(0.5)
        hold_still(booking.departure)
    thread.join()
    assert wrong == []
    assert kinds_to(MOTHER) == ["family_following", "family_rescheduled"]


# --------------------------------------------------------------------------------------------- what is sent in the end


def test_calendars_are_put_right(booking: Booking) -> None:
    deliver(Mailbox())
    put_off(booking.departure)
    deliver(Mailbox(), at=NOW + HOUR)
    confirmed, rescheduled = to(CONTACT.email)
    for letter in (rescheduled, to(MOTHER)[-1]):
        assert letter.state is LetterState.SENT
        new, old = calendar_of(letter), calendar_of(confirmed)
        assert str(new["METHOD"]) == "PUBLISH"
        for day, former in zip(new.walk("VEVENT"), old.walk("VEVENT"), strict=True):
            assert day["UID"] == former["UID"]
            assert day["SEQUENCE"] > former["SEQUENCE"]
            assert day["DTSTART"].dt - former["DTSTART"].dt == DAY


def test_what_was_changed_again_before_the_letter_went_is_not_sent(booking: Booking) -> None:
    change(booking.departure, meeting_point=both("The station"), at=NOW + HOUR)
    change(booking.departure, meeting_point=both("The harbour"), at=NOW + 2 * HOUR)
    deliver(Mailbox(), at=NOW + 2 * HOUR)
    assert [letter.state for letter in to(MOTHER)[1:]] == [LetterState.SKIPPED, LetterState.SENT]
    assert "Meeting point: The harbour\n" in read_letter(to(MOTHER)[-1], NOW).text


def test_who_does_not_come_any_more_is_not_told(booking: Booking) -> None:
    put_off(booking.departure)
    with transaction():
        bookings.cancel_booking(booking, reason="Exams", by=booking.leader, now=NOW + HOUR)
    deliver(Mailbox(), at=NOW + HOUR)
    assert [letter.state for letter in letters() if letter.kind.endswith("_rescheduled")] == [LetterState.SKIPPED] * 2


def test_a_group_that_moves_on_by_itself_is_told_of_its_own_date_only(booking: Booking) -> None:
    with transaction():
        another = make_departure(booking.departure.package, now=NOW + 7 * DAY, opens_at=NOW)
    put_off(booking.departure)
    with transaction():
        changes.move_booking(booking, another, by=booking.leader, now=NOW + HOUR)
    deliver(Mailbox(), at=NOW + HOUR)
    sent = [letter.kind for letter in to(MOTHER) if letter.state is LetterState.SENT]
    assert sent == ["family_following", "family_moved"]


# --------------------------------------------------------------------------------------- not certain, and certain again


@pytest.fixture
def decided(app: Flask) -> Booking:
    """Confirmed by the host; a mother wants word of it."""
    with transaction():
        booking = hand_in(make_departure(make_package(approvals=["host"])), make_leader())
        followers.follow(booking, MOTHER, language="en", now=NOW)
        approvals.approve_booking(booking, by=host_of(booking), now=NOW)
    deliver(Mailbox())
    return booking


def test_families_take_a_visit_out_of_their_calendar_that_is_not_certain_any_more(decided: Booking) -> None:
    with transaction():
        approvals.take_back(decided, reason="A slip", by=host_of(decided), now=NOW + HOUR)
    deliver(Mailbox(), at=NOW + HOUR)
    unsettled = to(MOTHER)[-1]
    assert (unsettled.kind, unsettled.state) == ("family_unsettled", LetterState.SENT)
    assert "it is not certain whether the group takes part" in read_letter(unsettled, NOW).text
    assert str(calendar_of(unsettled)["METHOD"]) == "CANCEL"

    with transaction():
        approvals.approve_booking(decided, by=host_of(decided), now=NOW + 2 * HOUR)
    deliver(Mailbox(), at=NOW + 2 * HOUR)
    again = to(MOTHER)[-1]
    assert (again.kind, again.state) == ("family_confirmed", LetterState.SENT)
    assert str(calendar_of(again)["METHOD"]) == "PUBLISH"


def test_a_group_that_was_confirmed_and_is_declined_leaves_every_calendar(decided: Booking) -> None:
    """Declined before the first of the two letters went, which is then not sent any more."""
    with transaction():
        host = host_of(decided)
        approvals.take_back(decided, reason="A slip", by=host, now=NOW + HOUR)
        approvals.decline_booking(decided, comment="The museum is closed", by=host, now=NOW + HOUR)
    deliver(Mailbox(), at=NOW + HOUR)
    for address, kind in ((MOTHER, "family_declined"), (CONTACT.email, "booking_declined")):
        declined = to(address)[-1]
        assert (declined.kind, declined.state) == (kind, LetterState.SENT)
        assert str(calendar_of(declined)["METHOD"]) == "CANCEL"
    assert "The museum is closed" not in read_letter(to(MOTHER)[-1], NOW).text


# ------------------------------------------------------------------------------------------------------------- the page


def test_the_page_says_beforehand_who_will_be_told(app: Flask) -> None:
    with transaction():
        morning = (now() + 30 * DAY).replace(hour=2)  # the same day in the host city
        departure = make_departure(now=now(), starts_on=morning.date(), meets_at=morning)
        first, _ = (hand_in(departure, make_leader(), pupils=10, staff=1, now=now()) for _ in range(2))
        host = host_of(first)
    client = Browser(app, app.response_class)
    sign_in(client, host)
    address = f"/organiser/departures/{departure.id}/edit"
    assert "2 groups will be told" in client.get(address).text
    assert [client.get(f"{address}?to={day}").status_code for day in ("0001-01-01", "9999-12-31")] == [200, 200]
    assert f'href="{address}"' in client.get(f"/organiser/departures/{departure.id}").text

    assert "The departure is saved." in send(client, address, capacity=90).text
    assert [letter for letter in letters() if letter.kind == "booking_rescheduled"] == []
    assert "The departure is saved." in send(client, address, **{"meeting_point-en": "The station"}).text
    assert len([letter for letter in letters() if letter.kind == "booking_rescheduled"]) == 2
    event = queries.list_history(first.id)[-1]
    assert (event.what, event.by_id) == ("rescheduled", host.id)


def test_where_nobody_has_booked_nobody_is_mentioned(app: Flask) -> None:
    with transaction():
        departure = make_departure(now=now())
        gone = hand_in(departure, make_leader(), pupils=10, staff=1, now=now())
        host = host_of(gone)
        bookings.cancel_booking(gone, reason="Exams", by=gone.leader, now=now())
    client = Browser(app, app.response_class)
    sign_in(client, host)
    page = client.get(f"/organiser/departures/{departure.id}/edit").text
    assert "will be told" not in page
