"""The letter to leaders whose guardians have not all answered: when, to whom, and when it is no longer true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.consents.letters import plan_letters
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.rosters import service as rosters
from tests.builders import make_city, make_departure, make_package
from tests.consents.group import AGENCY, HEALTH, answer_for, children_of, make_group
from tests.outbox.letters import deliver, letters
from tests.rosters.sheet import pupil
from tests.statements import counted_statements

SHANGHAI = ZoneInfo("Asia/Shanghai")
DUE_AT = datetime(2027, 3, 24, 18, 0, tzinfo=SHANGHAI)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March in the host city."""
    return datetime(2027, 3, day, hour, minute, tzinfo=SHANGHAI)


def make_due(due_at: datetime = DUE_AT) -> Departure:
    package = make_package(approvals=[], asks=[HEALTH], recipients=[AGENCY], reminders=[], host_city=make_city())
    return make_departure(package, roster_due_at=due_at, capacity=200)


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_group(4, make_due())


def plan(now: datetime) -> int:
    with transaction():
        return plan_letters(now.astimezone(UTC))


def asked() -> list[Letter]:
    return [letter for letter in letters() if letter.kind == "consent_missing"]


def keys() -> list[str]:
    return [letter.key.partition(":consent:")[2] for letter in asked()]


def test_one_letter_a_group_four_days_before_the_roster_is_due_and_the_day_before(booking: Booking) -> None:
    for day in range(15, 26):
        for hour in (3, 9, 10, 15):
            plan(at(day, hour))
            deliver(Mailbox(), at=at(day, hour).astimezone(UTC))
    assert keys() == ["2027-03-20", "2027-03-23"]
    assert [(letter.state, letter.sent_at) for letter in asked()] == [
        (LetterState.SENT, at(20, 9)),
        (LetterState.SENT, at(23, 9)),
    ]
    message = asked()[0].message or ""
    assert pupil(1)[1] not in message


def test_packages_that_remind_of_nothing_else_are_no_exception(booking: Booking) -> None:
    assert booking.departure.package.reminders == []
    assert plan(at(20, 9)) == 1


def test_it_is_written_once(booking: Booking) -> None:
    assert [plan(at(20, hour)) for hour in (9, 10, 12)] == [1, 0, 0]


def test_a_clock_that_stood_still_sends_the_last_one_only_and_not_at_night(booking: Booking) -> None:
    assert plan(at(23, 22)) == 1
    assert (keys(), asked()[0].due_at) == (["2027-03-23"], at(24, 9))
    assert plan(at(24, 18)) == 0


def test_who_has_all_answers_hears_nothing_whatever_the_answers_are(booking: Booking) -> None:
    first, *others = children_of(booking)
    answer_for(booking, first, taking_part=False)
    for child in others:
        answer_for(booking, child)
    assert plan(at(20, 9)) == 0


def test_it_is_no_longer_true_once_the_last_guardian_has_answered(booking: Booking) -> None:
    plan(at(20, 8, 30))
    for child in children_of(booking):
        answer_for(booking, child)
    deliver(Mailbox(), at=at(20, 9).astimezone(UTC))
    assert [letter.state for letter in asked()] == [LetterState.SKIPPED]


@pytest.mark.parametrize("change", ["cancelled", "nobody left", "later due"])
def test_it_is_not_sent_about_what_is_so_no_more(booking: Booking, change: str) -> None:
    plan(at(20, 8, 30))
    with transaction():
        if change == "cancelled":
            bookings.end_booking(booking, reason="Flu", by=booking.leader, now=at(20, 8))
        elif change == "nobody left":
            for child in children_of(booking):
                rosters.remove_person(booking, child.id, by=booking.leader, now=at(20, 8))
        else:
            booking.departure.roster_due_at += timedelta(days=2)
    deliver(Mailbox(), at=at(20, 9).astimezone(UTC))
    assert [letter.state for letter in asked()] == [LetterState.SKIPPED]


def test_answers_to_what_was_asked_before_do_not_count(booking: Booking) -> None:
    for child in children_of(booking):
        answer_for(booking, child)
    with transaction():
        booking.departure.package.recipients = [AGENCY, {**AGENCY, "name": {"en": "Insurer"}}]
    assert plan(at(20, 9)) == 1


def test_many_groups_are_written_to_in_portions_and_with_no_more_statements(app: Flask) -> None:
    with transaction():
        near = [make_due() for _ in range(2)]
        for departure in near:
            make_group(2, departure)
    with counted_statements() as few, transaction():
        assert plan_letters(at(20, 9).astimezone(UTC), at_most=1) == 1
    assert plan(at(20, 9)) == 1
    with transaction():
        for departure in [*near, *(make_due() for _ in range(4))]:
            make_group(5, departure)
    with counted_statements() as many:
        assert plan(at(20, 9)) == 6
    assert len(few) == len(many)
    assert len({letter.key for letter in asked()}) == 8
