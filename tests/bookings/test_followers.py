"""Families who left an address hear what becomes of the booking; once, in their language, as long as they want."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from exchange_app.bookings import changes, followers
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import NothingToFollow, TooManyFollowers
from exchange_app.bookings.models import Booking, Follower
from exchange_app.bookings.queries import find_booking_by_code
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import Cause
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from tests.bookings.group import hand_in
from tests.builders import NOW, both, make_departure, make_leader, make_package
from tests.outbox.letters import deliver, letters

MOTHER, FATHER = "mother@home.example", "father@home.example"


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return hand_in(make_departure(make_package(days=2)), make_leader(), pupils=3, staff=1)


def follow(booking: Booking, address: str = MOTHER, language: str = "en") -> None:
    with transaction():
        followers.follow(booking, address, language=language, now=NOW)


def to(address: str) -> list[tuple[str, str]]:
    return [(letter.kind, letter.language) for letter in letters() if letter.address == address]


def call_off(booking: Booking) -> None:
    with transaction():
        how = {"cause": Cause.WEATHER, "reason": both("A typhoon")}
        bookings.call_off_departure(booking.departure, by=booking.leader, now=NOW, **how)


def addresses() -> list[str]:
    return [follower.address for follower in db.session.scalars(select(Follower).order_by(Follower.id))]


def test_everybody_who_asked_hears_of_a_departure_that_is_called_off(booking: Booking) -> None:
    follow(booking)
    follow(booking, FATHER, "zh_Hans")
    call_off(booking)
    assert to(MOTHER) == [("family_following", "en"), ("family_called_off", "en")]
    assert to(FATHER) == [("family_following", "zh_Hans"), ("family_called_off", "zh_Hans")]


def test_the_letter_takes_the_visit_out_of_the_calendar_again(booking: Booking) -> None:
    follow(booking)
    call_off(booking)
    deliver(Mailbox())
    called_off = next(letter for letter in letters() if letter.kind == "family_called_off")
    assert called_off.state is LetterState.SENT
    (calendar,) = read_letter(called_off, NOW).attachments
    assert b"METHOD:CANCEL" in calendar.content


def test_a_family_hears_of_another_date_and_of_a_cancellation(booking: Booking) -> None:
    follow(booking)
    with transaction():
        later = make_departure(booking.departure.package, now=NOW + timedelta(days=7), opens_at=NOW)
        changes.move_booking(booking, later, by=booking.leader, now=NOW)
    with transaction():
        bookings.cancel_booking(booking, reason="Exams", by=booking.leader, now=NOW)
    assert [kind for kind, _ in to(MOTHER)] == ["family_following", "family_moved", "family_cancelled"]


def test_an_address_is_kept_and_greeted_once(booking: Booking) -> None:
    follow(booking)
    follow(booking)
    assert addresses() == [MOTHER]
    with transaction():
        followers.unfollow(booking, MOTHER)
    assert addresses() == []
    follow(booking)
    assert to(MOTHER) == [("family_following", "en")]


def test_who_wants_no_more_letters_gets_none(booking: Booking) -> None:
    follow(booking)
    follow(booking, FATHER)
    with transaction():
        followers.unfollow(booking, MOTHER)
        followers.unfollow(booking, "never@home.example")
    call_off(booking)
    assert [kind for kind, _ in to(MOTHER)] == ["family_following"]
    assert [kind for kind, _ in to(FATHER)] == ["family_following", "family_called_off"]


def test_addresses_lie_sealed_and_differ_between_bookings(booking: Booking) -> None:
    follow(booking)
    with transaction():
        other = hand_in(booking.departure, make_leader(), pupils=3, staff=1)
        followers.follow(other, MOTHER, language="en", now=NOW)
    rows = db.session.execute(text("SELECT address_sealed, address_hash FROM followers")).all()
    assert len({row.address_hash for row in rows}) == 2
    assert all(b"mother" not in bytes(row.address_sealed) for row in rows)


def test_a_booking_takes_three_addresses_for_each_person(booking: Booking) -> None:
    for number in range(12):
        follow(booking, f"{number}@home.example")
    with pytest.raises(TooManyFollowers):
        follow(booking, "one-more@home.example")
    follow(booking, "0@home.example")  # is there already


def follow_at_once(app: Flask, booking: Booking, first: str, second: str) -> list[BaseException]:
    """The second address arrives while the first is being written; what went wrong with it."""
    code, wrong = booking.code, []

    def come_second() -> None:
        with app.app_context():
            try:
                found = find_booking_by_code(code)
                assert found is not None
                follow(found, second)
            except BaseException as fault:
                wrong.append(fault)
            finally:
                db.session.remove()

    thread = threading.Thread(target=come_second)
    with transaction():
        followers.follow(booking, first, language="en", now=NOW)
        thread.start()
        thread.join(0.5)  # by now it waits for this transaction
    thread.join()
    return wrong


def test_the_same_form_sent_twice_at_once_is_no_fault(app: Flask, booking: Booking) -> None:
    assert follow_at_once(app, booking, MOTHER, MOTHER) == []
    assert addresses() == [MOTHER]
    assert to(MOTHER) == [("family_following", "en")]


def test_of_two_at_once_only_one_gets_the_last_place(app: Flask, booking: Booking) -> None:
    for number in range(11):
        follow(booking, f"{number}@home.example")
    (refused,) = follow_at_once(app, booking, MOTHER, FATHER)
    assert isinstance(refused, TooManyFollowers)
    assert len(addresses()) == 12


def test_a_booking_that_has_ended_has_no_news(booking: Booking) -> None:
    call_off(booking)
    with pytest.raises(NothingToFollow):
        follow(booking)


def test_addresses_are_forgotten_when_all_is_over(booking: Booking) -> None:
    follow(booking)
    with transaction():
        going_on = hand_in(booking.departure, make_leader(), pupils=3, staff=1)
        followers.follow(going_on, FATHER, language="en", now=NOW)
        bookings.cancel_booking(booking, reason="Exams", by=booking.leader, now=NOW)
    with transaction():
        assert followers.forget_followers(NOW) == 1
    assert addresses() == [FATHER]
    with transaction():
        assert followers.forget_followers(booking.departure.meets_at) == 0
        assert followers.forget_followers(booking.departure.meets_at + timedelta(days=5)) == 1
