"""Which letters a change of a booking writes, to whom, and in which language."""

from __future__ import annotations

import pytest
from flask import Flask

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Approval, Package
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_package, make_user
from tests.outbox.letters import letters
from tests.statements import counted_statements

CONTACT = Contact("Li Ming", "li@school.example", "13900001234")

TO_LEADER = "li@school.example"
TO_ORGANISERS = {("en@host.example", "en"), ("zh@host.example", "zh_Hans")}


@pytest.fixture
def package(app: Flask) -> Package:
    """A package kept by two organisers; beside them one who left, a leader, and an organiser of another office."""
    with transaction():
        package = make_package(approval=Approval.HOST)
        for language in ("zh_Hans", "en"):
            make_user(package.organiser, Role.ORGANISER, email=f"{language[:2]}@host.example", language=language)
        make_user(package.organiser, Role.ORGANISER, email="left@host.example", closed_at=NOW)
        make_user(package.organiser, Role.LEADER, email="leader@host.example")
        make_user(make_package().organiser, Role.ORGANISER, email="elsewhere@host.example")
    return package


def hold(package: Package) -> Booking:
    with transaction():
        leader = make_leader()
        booking = make_hold(make_departure(package), leader)
        bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
    return booking


def submit(package: Package) -> Booking:
    booking = hold(package)
    with transaction():
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    return booking


def kinds_to(address: str) -> list[str]:
    return [letter.kind for letter in letters() if letter.address == address]


def test_a_submission_is_told_to_the_leader_and_to_every_organiser_in_their_language(package: Package) -> None:
    submit(package)
    assert kinds_to(TO_LEADER) == ["booking_submitted"]
    notices = {(letter.address, letter.language) for letter in letters() if letter.kind == "organiser_notice"}
    assert notices == TO_ORGANISERS
    assert len(letters()) == 3


def test_organisers_are_told_once_of_a_booking_that_they_confirm(package: Package) -> None:
    booking = submit(package)
    with transaction():
        bookings.confirm_booking(booking, by=booking.leader, now=NOW)
    assert kinds_to(TO_LEADER) == ["booking_submitted", "booking_confirmed"]
    assert kinds_to("en@host.example") == ["organiser_notice"]


def test_organisers_are_told_of_a_booking_that_is_confirmed_at_once(package: Package) -> None:
    with transaction():
        package.approval = Approval.NONE
    submit(package)
    assert kinds_to(TO_LEADER) == ["booking_confirmed"]
    assert kinds_to("zh@host.example") == ["organiser_notice"]


def test_a_declined_booking_is_told_to_the_leader_with_the_reason(package: Package) -> None:
    booking = submit(package)
    with transaction():
        bookings.decline_booking(booking, comment="The museum is closed", by=booking.leader, now=NOW)
    assert kinds_to(TO_LEADER) == ["booking_submitted", "booking_declined"]
    assert letters()[-1].facts == {"reason": "The museum is closed"}


def test_a_cancellation_is_told_to_both_sides_with_the_reason(package: Package) -> None:
    booking = submit(package)
    with transaction():
        bookings.cancel_booking(booking, reason="Exams", by=booking.leader, now=NOW)
    assert kinds_to(TO_LEADER)[-1] == "booking_cancelled"
    assert kinds_to("en@host.example") == ["organiser_notice", "organiser_cancellation"]
    assert {letter.facts["reason"] for letter in letters() if "cancel" in letter.kind} == {"Exams"}


def test_nobody_is_told_of_a_hold_that_was_given_up(package: Package) -> None:
    booking = hold(package)
    with transaction():
        bookings.cancel_booking(booking, reason="", by=booking.leader, now=NOW)
    assert letters() == []


def test_every_group_of_a_departure_that_is_called_off_is_told(package: Package) -> None:
    booking = submit(package)
    with transaction():
        bookings.call_off_departure(booking.departure, reason=both("A typhoon"), by=booking.leader, now=NOW)
    assert kinds_to(TO_LEADER)[-1] == "booking_called_off"


def test_all_letters_of_a_submission_are_written_in_one_statement(package: Package) -> None:
    booking = hold(package)
    with counted_statements() as sent, transaction():
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    assert len([statement for statement in sent if statement.startswith("INSERT INTO letters")]) == 1
