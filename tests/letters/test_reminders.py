"""Reminders: who is reminded, when, and of what no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from exchange_app.bookings import changes
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.reminders import plan_reminders, plan_roster_reminders, plan_trip_reminders
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.service import Contact
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.transport import Mailbox
from tests.builders import NOW, make_departure, make_hold, make_leader, make_package
from tests.outbox.letters import deliver, letters
from tests.statements import counted_statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEETS_AT = datetime(2027, 4, 12, 8, 30, tzinfo=SHANGHAI)
ROSTER_DUE_AT = datetime(2027, 4, 5, 18, 0, tzinfo=SHANGHAI)
CONTACT = Contact("Li Ming", "li@school.example", "13900001234")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of April in the host city."""
    return datetime(2027, 4, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Registered on 1 March, confirmed, without a roster; it meets on Monday, 12 April 2027, at 8:30."""
    with transaction():
        return make_booking(NOW)


def make_booking(registered_at: datetime, roster_due_at: datetime = ROSTER_DUE_AT) -> Booking:
    leader = make_leader()
    departure = make_departure(
        make_package(approvals=[]),
        starts_on=MEETS_AT.date(),
        meets_at=MEETS_AT,
        roster_due_at=roster_due_at,
        closes_at=roster_due_at,
    )
    booking = make_hold(departure, leader, now=registered_at)
    bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
    bookings.submit_booking(booking, by=leader, now=registered_at)
    return booking


def plan(job: Callable[[datetime, int], int], now: datetime) -> int:
    with transaction():
        return job(now.astimezone(UTC), 500)


def reminders() -> list[Letter]:
    return [letter for letter in letters() if letter.kind.startswith("reminder_")]


def keys() -> list[str]:
    return [letter.key.partition(":reminder:")[2] for letter in reminders()]


def send(now: datetime) -> None:
    deliver(Mailbox(), at=now.astimezone(UTC))


def sent() -> list[str]:
    return [letter.kind for letter in reminders() if letter.state is LetterState.SENT]


# --------------------------------------------------------------------------------------------- their turn


def test_a_group_is_reminded_three_days_and_one_day_before_at_nine_in_the_morning(booking: Booking) -> None:
    moment = at(8, 12)
    while moment < MEETS_AT + timedelta(hours=6):  # the clock looks every five minutes; here, every hour
        plan(plan_trip_reminders, moment)
        send(moment)
        moment += timedelta(hours=1)
    assert keys() == ["three_days:2027-04-09", "one_day:2027-04-11"]
    assert [letter.sent_at for letter in reminders()] == [at(9, 9), at(11, 9)]


def test_the_leader_is_reminded_of_a_roster_that_is_not_complete(booking: Booking) -> None:
    moment = at(1, 12)
    while moment < at(6, 0):
        plan(plan_roster_reminders, moment)
        send(moment)
        moment += timedelta(hours=1)
    assert keys() == ["roster:2027-04-02", "roster:2027-04-04"]
    assert [letter.sent_at for letter in reminders()] == [at(2, 9), at(4, 9)]


def test_planning_again_and_again_writes_each_reminder_once(booking: Booking) -> None:
    assert [plan(plan_trip_reminders, at(9, 10)) for _ in range(3)] == [1, 0, 0]
    assert [plan(plan_roster_reminders, at(2, 10)) for _ in range(3)] == [1, 0, 0]


def test_reminders_are_planned_a_little_ahead_and_go_out_on_time(booking: Booking) -> None:
    assert plan(plan_trip_reminders, at(9, 8, 30)) == 1
    send(at(9, 8, 59))
    assert sent() == []
    send(at(9, 9))
    assert sent() == ["reminder_three_days"]


# --------------------------------------------------------------------------------------------- a clock that stood still


def test_a_clock_that_stood_still_catches_up_the_same_day(booking: Booking) -> None:
    plan(plan_trip_reminders, at(10, 15))
    assert (keys(), reminders()[0].due_at) == (["three_days:2027-04-09"], at(10, 15))


def test_a_clock_that_catches_up_at_night_waits_for_the_morning(booking: Booking) -> None:
    plan(plan_trip_reminders, at(9, 23))
    assert reminders()[0].due_at == at(10, 9)


def test_early_in_the_morning_it_waits_for_nine(booking: Booking) -> None:
    plan(plan_trip_reminders, at(10, 3))
    assert reminders()[0].due_at == at(10, 9)


def test_what_cannot_wait_for_the_morning_goes_out_at_night(booking: Booking) -> None:
    plan(plan_trip_reminders, at(11, 22))
    assert (keys(), reminders()[0].due_at) == (["one_day:2027-04-11"], at(11, 22))


def test_a_clock_that_stood_still_for_days_sends_only_the_last_reminder(booking: Booking) -> None:
    plan(plan_trip_reminders, at(11, 12))
    assert keys() == ["one_day:2027-04-11"]


def test_after_the_group_met_nobody_is_reminded(booking: Booking) -> None:
    assert plan(plan_trip_reminders, at(12, 9)) == 0


# --------------------------------------------------------------------------------------------- no longer true


def test_a_cancelled_booking_gets_no_reminder(booking: Booking) -> None:
    plan(plan_trip_reminders, at(9, 8, 30))
    with transaction():
        changes.ask_change(booking, ChangeKind.CANCEL, reason="Exams", by=booking.leader, now=at(9, 8, 40))
        changes.grant_change(booking, by=booking.leader, now=at(9, 8, 45).astimezone(UTC))
    send(at(9, 9))
    assert [letter.state for letter in reminders()] == [LetterState.SKIPPED]
    assert plan(plan_trip_reminders, at(11, 9)) == 0


def test_a_departure_that_was_called_off_is_not_announced(booking: Booking) -> None:
    plan(plan_trip_reminders, at(9, 8, 30))
    with transaction():
        booking.departure.state = DepartureState.CALLED_OFF
    send(at(9, 9))
    assert sent() == []


def test_a_reminder_that_could_not_be_sent_in_time_gives_way_to_the_next(booking: Booking) -> None:
    plan(plan_trip_reminders, at(9, 9))
    plan(plan_trip_reminders, at(11, 9))
    send(at(11, 9))  # the mail server was away until now
    assert sent() == ["reminder_one_day"]


def test_a_departure_that_is_moved_is_announced_for_its_new_date_only(booking: Booking) -> None:
    plan(plan_trip_reminders, at(9, 8, 30))
    with transaction():
        booking.departure.starts_on += timedelta(days=7)
        booking.departure.ends_on += timedelta(days=7)
        booking.departure.meets_at += timedelta(days=7)
    send(at(9, 9))
    assert sent() == []
    plan(plan_trip_reminders, at(16, 9))
    send(at(16, 9))
    assert (keys(), sent()) == (["three_days:2027-04-09", "three_days:2027-04-16"], ["reminder_three_days"])


def test_a_group_that_has_just_registered_is_not_reminded_of_what_it_was_just_told(app: Flask) -> None:
    with transaction():
        make_booking(at(9, 12).astimezone(UTC), roster_due_at=at(12, 0))
    plan(plan_trip_reminders, at(9, 13))
    assert keys() == []
    plan(plan_trip_reminders, at(11, 9))
    assert keys() == ["one_day:2027-04-11"]


@pytest.mark.parametrize("state", [BookingState.HELD, BookingState.SUBMITTED, BookingState.DECLINED])
def test_only_confirmed_groups_are_reminded_of_the_trip(booking: Booking, state: BookingState) -> None:
    with transaction():
        booking.state = state
    assert plan(plan_trip_reminders, at(9, 9)) == 0


# --------------------------------------------------------------------------------------------- the roster


def name_persons(booking: Booking, count: int) -> None:
    with transaction():
        booking.named = count


def test_a_complete_roster_needs_no_reminder(booking: Booking) -> None:
    name_persons(booking, booking.persons)
    assert plan(plan_roster_reminders, at(2, 9)) == 0


def test_a_roster_completed_just_in_time_is_not_asked_for(booking: Booking) -> None:
    name_persons(booking, booking.persons - 1)
    assert plan(plan_roster_reminders, at(2, 8, 30)) == 1
    name_persons(booking, booking.persons)
    send(at(2, 9))
    assert sent() == []


def test_after_the_roster_was_due_nobody_is_reminded_of_it(booking: Booking) -> None:
    assert plan(plan_roster_reminders, ROSTER_DUE_AT) == 0


def test_who_waits_for_approval_is_reminded_of_the_roster_too(booking: Booking) -> None:
    with transaction():
        booking.state = BookingState.SUBMITTED
    assert plan(plan_roster_reminders, at(2, 9)) == 1


# --------------------------------------------------------------------------------------------- many


def test_many_groups_are_reminded_in_portions_with_as_few_statements_as_one(app: Flask) -> None:
    with transaction():
        for _ in range(12):
            make_booking(NOW)
    with counted_statements() as sent_statements, transaction():
        assert plan_trip_reminders(at(9, 9).astimezone(UTC), at_most=8) == 8
    assert len(sent_statements) <= 3
    assert plan(plan_reminders, at(9, 9)) == 4
    assert plan(plan_reminders, at(9, 9)) == 0
    assert len({letter.key for letter in reminders()}) == 12
