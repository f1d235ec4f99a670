"""Reminders as packages' rules say: who is reminded, when, and of what no more."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from exchange_app.bookings import changes, followers
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.reminders import plan_reminders
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.service import Contact
from exchange_app.catalogue import service as catalogue
from exchange_app.catalogue.models import ReminderAbout, ReminderReader
from exchange_app.catalogue.terms import PackageTerms, Reminder, fingerprint, make_rules, terms_of
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import DepartureState
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.outbox.transport.carrier import Mailbox
from tests.builders import NOW, make_city, make_departure, make_hold, make_leader, make_package
from tests.outbox.letters import deliver, letters
from tests.statements import counted_statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
MEETS_AT = datetime(2027, 4, 12, 8, 30, tzinfo=SHANGHAI)
ROSTER_DUE_AT = datetime(2027, 4, 5, 18, 0, tzinfo=SHANGHAI)
CONTACT = Contact("Li Ming", "li@school.example", "13900001234")


def roster(days: int, hour: int = 9) -> Reminder:
    return Reminder(ReminderAbout.ROSTER, days, ReminderReader.LEADER, hour)


def trip(days: int, hour: int = 9) -> Reminder:
    return Reminder(ReminderAbout.TRIP, days, ReminderReader.LEADER, hour)


def families(days: int, hour: int = 18) -> Reminder:
    return Reminder(ReminderAbout.TRIP, days, ReminderReader.FAMILIES, hour)


def afterwards(days: int, hour: int = 10) -> Reminder:
    return Reminder(ReminderAbout.AFTERWARDS, days, ReminderReader.LEADER, hour)


RULES = (roster(3), roster(1), trip(3), trip(1))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of April in the host city."""
    return datetime(2027, 4, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def booking(app: Flask) -> Booking:
    """Registered on 1 March, confirmed, without a roster; it meets on Monday, 12 April 2027, at 8:30."""
    with transaction():
        return make_booking(NOW)


def make_booking(
    registered_at: datetime = NOW,
    roster_due_at: datetime = ROSTER_DUE_AT,
    rules: Sequence[Reminder] = RULES,
    zone: str = "Asia/Shanghai",
) -> Booking:
    leader = make_leader()
    departure = make_departure(
        make_package(approvals=[], reminders=make_rules(rules), host_city=make_city(time_zone=zone)),
        starts_on=MEETS_AT.date(),
        meets_at=MEETS_AT,
        roster_due_at=roster_due_at,
        closes_at=roster_due_at,
    )
    booking = make_hold(departure, leader, now=registered_at)
    bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
    bookings.submit_booking(booking, by=leader, now=registered_at)
    return booking


def make_booking_with(*rules: Reminder) -> Booking:
    with transaction():
        return make_booking(rules=rules)


def change_rules(booking: Booking, *rules: Reminder) -> None:
    """As an organiser saves the package's form."""
    with transaction():
        package = booking.departure.package
        terms = terms_of(package, PackageTerms)
        catalogue.change_package(package, replace(terms, reminders=rules), seen=fingerprint(terms))


def plan(now: datetime) -> int:
    with transaction():
        return plan_reminders(now.astimezone(UTC))


def plan_and_send(first: datetime, last: datetime) -> None:
    """The clock looks every five minutes; here, every hour."""
    while first < last:
        plan(first)
        send(first)
        first += timedelta(hours=1)


def reminders() -> list[Letter]:
    return [letter for letter in letters() if ":reminder:" in letter.key]


def keys() -> list[str]:
    return [letter.key.partition(":reminder:")[2] for letter in reminders()]


def send(now: datetime) -> None:
    deliver(Mailbox(), at=now.astimezone(UTC))


def sent() -> list[str]:
    return [letter.kind for letter in reminders() if letter.state is LetterState.SENT]


# --------------------------------------------------------------------------------------------- their turn


def test_a_group_is_reminded_three_days_and_one_day_before_at_nine_in_the_morning(booking: Booking) -> None:
    plan_and_send(at(8, 12), MEETS_AT + timedelta(hours=6))
    assert keys() == ["three_days:2027-04-09", "one_day:2027-04-11"]
    assert [letter.sent_at for letter in reminders()] == [at(9, 9), at(11, 9)]


def test_the_leader_is_reminded_of_a_roster_that_is_not_complete(booking: Booking) -> None:
    plan_and_send(at(1, 12), at(6, 0))
    assert keys() == ["roster:2027-04-02", "roster:2027-04-04"]
    assert [letter.sent_at for letter in reminders()] == [at(2, 9), at(4, 9)]


def test_planning_again_and_again_writes_each_reminder_once(booking: Booking) -> None:
    assert [plan(at(9, 10)) for _ in range(3)] == [1, 0, 0]
    assert [plan(at(2, 10)) for _ in range(3)] == [1, 0, 0]


def test_reminders_are_planned_a_little_ahead_and_go_out_on_time(booking: Booking) -> None:
    assert plan(at(9, 8, 30)) == 1
    send(at(9, 8, 59))
    assert sent() == []
    send(at(9, 9))
    assert sent() == ["reminder_three_days"]


# --------------------------------------------------------------------------------------------- a clock that stood still


def test_a_clock_that_stood_still_catches_up_the_same_day(booking: Booking) -> None:
    plan(at(10, 15))
    assert (keys(), reminders()[0].due_at) == (["three_days:2027-04-09"], at(10, 15))


def test_a_clock_that_catches_up_at_night_waits_for_the_morning(booking: Booking) -> None:
    plan(at(9, 23))
    assert reminders()[0].due_at == at(10, 9)


def test_early_in_the_morning_it_waits_for_nine(booking: Booking) -> None:
    plan(at(10, 3))
    assert reminders()[0].due_at == at(10, 9)


def test_what_cannot_wait_for_the_morning_goes_out_at_night(booking: Booking) -> None:
    plan(at(11, 22))
    assert (keys(), reminders()[0].due_at) == (["one_day:2027-04-11"], at(11, 22))


def test_a_clock_that_stood_still_for_days_sends_only_the_last_reminder(booking: Booking) -> None:
    plan(at(11, 12))
    assert keys() == ["one_day:2027-04-11"]


def test_just_before_the_next_reminder_only_that_one_is_written(booking: Booking) -> None:
    plan(at(11, 8, 30))
    assert keys() == ["one_day:2027-04-11"]


def test_after_the_group_met_nobody_is_reminded(booking: Booking) -> None:
    assert plan(at(12, 9)) == 0


# --------------------------------------------------------------------------------------------- no longer true


def test_a_cancelled_booking_gets_no_reminder(booking: Booking) -> None:
    plan(at(9, 8, 30))
    with transaction():
        changes.ask_change(booking, ChangeKind.CANCEL, reason="Exams", by=booking.leader, now=at(9, 8, 40))
        changes.grant_change(booking, by=booking.leader, now=at(9, 8, 45).astimezone(UTC))
    send(at(9, 9))
    assert [letter.state for letter in reminders()] == [LetterState.SKIPPED]
    assert plan(at(11, 9)) == 0


def test_a_departure_that_was_called_off_is_not_announced(booking: Booking) -> None:
    plan(at(9, 8, 30))
    with transaction():
        booking.departure.state = DepartureState.CALLED_OFF
    send(at(9, 9))
    assert sent() == []


def test_a_reminder_that_could_not_be_sent_in_time_gives_way_to_the_next(booking: Booking) -> None:
    plan(at(9, 9))
    plan(at(11, 9))
    send(at(11, 9))  # the mail server was away until now
    assert sent() == ["reminder_one_day"]


def test_a_departure_that_is_moved_is_announced_for_its_new_date_only(booking: Booking) -> None:
    plan(at(9, 8, 30))
    with transaction():
        booking.departure.starts_on += timedelta(days=7)
        booking.departure.ends_on += timedelta(days=7)
        booking.departure.meets_at += timedelta(days=7)
    send(at(9, 9))
    assert sent() == []
    plan(at(16, 9))
    send(at(16, 9))
    assert (keys(), sent()) == (["three_days:2027-04-09", "three_days:2027-04-16"], ["reminder_three_days"])


def test_a_group_that_has_just_registered_is_not_reminded_of_what_it_was_just_told(app: Flask) -> None:
    with transaction():
        make_booking(at(9, 12).astimezone(UTC), roster_due_at=at(12, 0), rules=[trip(3), trip(1)])
    plan(at(9, 13))
    assert keys() == []
    plan(at(11, 9))
    assert keys() == ["one_day:2027-04-11"]


@pytest.mark.parametrize("state", [BookingState.HELD, BookingState.SUBMITTED, BookingState.DECLINED])
def test_only_confirmed_groups_are_reminded_of_the_trip(booking: Booking, state: BookingState) -> None:
    with transaction():
        booking.state = state
    assert plan(at(9, 9)) == 0


# --------------------------------------------------------------------------------------------- the roster


def name_persons(booking: Booking, count: int) -> None:
    with transaction():
        booking.named = count


def test_a_complete_roster_needs_no_reminder(booking: Booking) -> None:
    name_persons(booking, booking.persons)
    assert plan(at(2, 9)) == 0


def test_a_roster_completed_just_in_time_is_not_asked_for(booking: Booking) -> None:
    name_persons(booking, booking.persons - 1)
    assert plan(at(2, 8, 30)) == 1
    name_persons(booking, booking.persons)
    send(at(2, 9))
    assert sent() == []


def test_after_the_roster_was_due_nobody_is_reminded_of_it(booking: Booking) -> None:
    assert plan(ROSTER_DUE_AT) == 0


def test_who_waits_for_approval_is_reminded_of_the_roster_too(booking: Booking) -> None:
    with transaction():
        booking.state = BookingState.SUBMITTED
    assert plan(at(2, 9)) == 1


# --------------------------------------------------------------------------------------------- as the rules say


def test_each_rule_has_its_own_day_and_hour(app: Flask) -> None:
    make_booking_with(roster(5, 20), trip(7, 8), trip(2, 14))
    plan_and_send(at(1, 0) - timedelta(days=2), MEETS_AT)
    assert [(letter.kind, letter.sent_at) for letter in reminders()] == [
        ("reminder_roster_due", at(1, 0) - timedelta(hours=4)),
        ("reminder_three_days", at(5, 8)),
        ("reminder_three_days", at(10, 14)),
    ]


def test_a_package_without_rules_reminds_nobody(app: Flask) -> None:
    make_booking_with()
    plan_and_send(at(1, 0), at(15, 0))
    assert reminders() == []


def test_the_longest_rule_there_can_be(app: Flask) -> None:
    make_booking_with(trip(30), afterwards(30))
    march, may = datetime(2027, 3, 13, 9, tzinfo=SHANGHAI), datetime(2027, 5, 12, 10, tzinfo=SHANGHAI)
    assert [plan(march), plan(may)] == [1, 1]
    assert [letter.due_at for letter in reminders()] == [march, may]


def test_on_the_day_itself_only_before_the_group_meets(app: Flask) -> None:
    make_booking_with(trip(1), trip(0, 8))
    make_booking_with(trip(0, 9))  # half an hour too late
    plan_and_send(at(11, 0), at(13, 0))
    assert keys() == ["one_day:2027-04-11", "one_day:2027-04-12"]
    assert reminders()[1].sent_at == at(12, 8)


def test_hours_are_those_of_the_host_city(app: Flask) -> None:
    with transaction():
        make_booking(rules=[trip(1, 9), families(1, 18)], zone="Asia/Urumqi")  # two hours behind Beijing
    assert plan(at(11, 9, 59)) == 0
    assert plan(at(11, 10)) == 1
    assert reminders()[0].due_at == at(11, 11)


def test_days_are_counted_in_the_host_city(app: Flask) -> None:
    with transaction():
        booking = make_booking(rules=[trip(1)], zone="Asia/Urumqi")
        booking.departure.meets_at = at(13, 1)  # eleven in the evening of the 12th there
    plan(at(11, 13))
    assert keys() == ["one_day:2027-04-11"]


def test_rules_of_one_package_say_nothing_about_another(app: Flask) -> None:
    late, early = make_booking_with(trip(1)), make_booking_with(trip(3))
    plan(at(9, 9))
    plan(at(11, 9))
    assert [letter.subject_id for letter in reminders()] == [early.id, late.id]


def test_a_package_that_tells_families_nothing_keeps_no_other_from_reminding_them(app: Flask) -> None:
    make_booking_with(trip(1))
    follow(make_booking_with(families(1, 9)), "wei@home.example")
    assert plan(at(11, 9)) == 2


def test_a_reminder_is_looked_for_for_a_week(app: Flask) -> None:
    make_booking_with(trip(20))
    assert plan(at(12, 9) - timedelta(days=13)) == 0
    assert plan(at(12, 9) - timedelta(days=13, minutes=1)) == 1


# --------------------------------------------------------------------------------------------- rules that change


def test_a_letter_whose_rule_is_gone_is_not_sent(booking: Booking) -> None:
    plan(at(9, 8, 30))
    change_rules(booking, trip(1))
    send(at(9, 9))
    assert [letter.state for letter in reminders()] == [LetterState.SKIPPED]


def test_nor_is_it_when_that_was_the_last_rule_of_its_sort(app: Flask) -> None:
    booking = make_booking_with(trip(1), roster(1))
    plan(at(11, 8, 30))
    change_rules(booking, roster(1))
    send(at(11, 9))
    assert [letter.state for letter in reminders()] == [LetterState.SKIPPED]


def test_a_rule_with_other_days_takes_over(booking: Booking) -> None:
    plan(at(9, 8, 30))
    change_rules(booking, trip(2), trip(1))
    plan_and_send(at(9, 9), at(11, 8))
    assert [(letter.kind, letter.state, letter.due_at) for letter in reminders()] == [
        ("reminder_three_days", LetterState.SKIPPED, at(9, 9)),
        ("reminder_three_days", LetterState.SENT, at(10, 9)),
    ]


def test_another_hour_for_a_letter_that_was_sent_sends_no_second_one(booking: Booking) -> None:
    plan_and_send(at(9, 9), at(9, 10))
    change_rules(booking, trip(3, 15))
    plan_and_send(at(9, 10), at(12, 9))
    assert keys() == ["three_days:2027-04-09"]


def test_a_rule_that_comes_late_reminds_at_once(booking: Booking) -> None:
    change_rules(booking)
    assert plan(at(9, 12)) == 0
    change_rules(booking, trip(3))
    assert plan(at(9, 12)) == 1
    assert reminders()[0].due_at == at(9, 12)


# --------------------------------------------------------------------------------------------- families


def follow(booking: Booking, address: str, since: datetime = NOW, language: str = "en") -> None:
    with transaction():
        followers.follow(booking, address, language=language, now=since.astimezone(UTC))


def to_families() -> list[Letter]:
    return [letter for letter in reminders() if letter.kind == "family_reminder"]


def test_every_family_that_left_an_address_is_reminded_in_its_language(app: Flask) -> None:
    booking = make_booking_with(trip(1), families(1))
    follow(booking, "wei@home.example")
    follow(booking, "luo@home.example", language="zh_Hans")
    plan_and_send(at(11, 9), MEETS_AT)
    assert {(letter.address, letter.language, letter.sent_at) for letter in to_families()} == {
        ("wei@home.example", "en", at(11, 18)),
        ("luo@home.example", "zh_Hans", at(11, 18)),
    }
    assert len(reminders()) == 3  # and one to the leader


def test_a_family_that_has_just_left_its_address_is_not_reminded(app: Flask) -> None:
    booking = make_booking_with(families(1))
    follow(booking, "wei@home.example", since=at(11, 18, 30))
    assert plan(at(11, 19)) == 0


def test_a_family_that_wants_no_more_letters_gets_none(app: Flask) -> None:
    booking = make_booking_with(families(1))
    for address in ("wei@home.example", "luo@home.example"):
        follow(booking, address)
    assert plan(at(11, 17, 30)) == 2
    with transaction():
        followers.unfollow(booking, "wei@home.example")
    send(at(11, 18))
    assert {letter.address: letter.state for letter in to_families()} == {
        "wei@home.example": LetterState.SKIPPED,
        "luo@home.example": LetterState.SENT,
    }


def test_families_of_a_cancelled_booking_are_not_reminded(app: Flask) -> None:
    booking = make_booking_with(families(1))
    follow(booking, "wei@home.example")
    plan(at(11, 17, 30))
    with transaction():
        booking.state = BookingState.CANCELLED
    send(at(11, 18))
    assert [letter.state for letter in to_families()] == [LetterState.SKIPPED]


# --------------------------------------------------------------------------------------------- afterwards


def test_the_leader_is_thanked_after_the_last_day(app: Flask) -> None:
    booking = make_booking_with(trip(1), families(1), afterwards(1), afterwards(4, 20))
    follow(booking, "wei@home.example")
    with transaction():
        booking.departure.ends_on += timedelta(days=1)
        booking.departure.state = DepartureState.CLOSED
    plan_and_send(at(12, 9), at(15, 12))
    with transaction():
        assert bookings.finish_departures(at(15, 12).astimezone(UTC)) == 1
    plan_and_send(at(15, 12), at(20, 0))
    assert [(letter.kind, letter.address, letter.sent_at) for letter in reminders()] == [
        ("reminder_afterwards", CONTACT.email, at(14, 10)),
        ("reminder_afterwards", CONTACT.email, at(17, 20)),
    ]


@pytest.mark.parametrize("state", [BookingState.CANCELLED, BookingState.CALLED_OFF, BookingState.DECLINED])
def test_who_did_not_come_is_not_thanked(app: Flask, state: BookingState) -> None:
    booking = make_booking_with(afterwards(1))
    assert plan(at(13, 9, 30)) == 1
    with transaction():
        booking.state = state
    send(at(13, 10))
    assert sent() == []


# --------------------------------------------------------------------------------------------- once


def test_what_was_reminded_before_packages_had_rules_is_not_reminded_again(booking: Booking) -> None:
    old = [
        ("reminder_roster_due", "roster:2027-04-02", at(2, 9)),
        ("reminder_three_days", "three_days:2027-04-09", at(9, 9)),
        ("reminder_one_day", "one_day:2027-04-11", at(11, 9)),
    ]
    with transaction():
        write_letters(
            [
                NewLetter(
                    key=f"booking:{booking.id}:reminder:{slug}",
                    kind=kind,
                    subject_id=booking.id,
                    address=CONTACT.email,
                    language="en",
                    due_at=due_at,
                    facts={"day": slug.partition(":")[2]},
                )
                for kind, slug, due_at in old
            ],
            NOW,
        )
    for kind, _, due_at in old:
        assert plan(due_at) == 0
        send(due_at)
        assert sent()[-1] == kind  # and what waited still goes out


def test_two_clocks_write_each_reminder_once(app: Flask) -> None:
    with transaction():
        for _ in range(12):
            booking = make_booking(rules=[trip(1), families(1, 9)])
            followers.follow(booking, "wei@home.example", language="en", now=NOW)
    start = Barrier(2)

    def look() -> None:
        with app.app_context():
            start.wait(10)
            plan(at(11, 9))

    with ThreadPoolExecutor(2) as clocks:
        for clock in [clocks.submit(look) for _ in range(2)]:
            clock.result()
    assert plan(at(11, 9)) == 0
    assert len(reminders()) == len({letter.key for letter in reminders()}) == 24


def test_many_groups_are_reminded_in_portions(app: Flask) -> None:
    with transaction():
        for _ in range(12):
            make_booking()
    with transaction():
        assert plan_reminders(at(9, 9).astimezone(UTC), at_most=8) == 8
    assert plan(at(9, 9)) == 4
    assert plan(at(9, 9)) == 0
    assert len({letter.key for letter in reminders()}) == 12


def test_more_groups_and_more_rules_need_no_more_statements(app: Flask) -> None:
    with transaction():
        make_booking(rules=[trip(1), families(1)])
    with counted_statements() as for_one:
        plan(at(11, 18))
    with transaction():
        for hour in range(8, 19):
            for zone in ("Asia/Shanghai", "Asia/Urumqi"):
                booking = make_booking(rules=[trip(1, hour), trip(2, hour), families(1, hour)], zone=zone)
                followers.follow(booking, "wei@home.example", language="en", now=NOW)
    with counted_statements() as for_many:
        assert plan(at(11, 18)) == 43  # for one family it is too early in Ürümqi
    assert len(for_many) == len(for_one) + 1  # families had no letters before
