"""A booking's life: every step of the table works from where it may be taken, and is refused from everywhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, queries, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import (
    BookingNotFound,
    ContactMissing,
    HoldExpired,
    NobodyComes,
    NothingToTakeBack,
    OfferLapsed,
    ReasonMissing,
    RosterLocked,
    StepNotAllowed,
    TooFewAdults,
)
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import (
    OFFER_LENGTH,
    SEATED,
    TRANSITIONS,
    BookingState,
    Party,
    Step,
    adults_needed,
    hold_length,
    shortfall,
)
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import NotOpenYet, NotTakingRegistrations, RegistrationOver
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.partners.models import SupervisionRule
from tests.bookings.group import CONTACT, claims_of, hand_in, host_of, steps_of
from tests.builders import NOW, both, make_city, make_departure, make_hold, make_leader, make_package, make_user


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_leader()


def make_booking(state: BookingState, leader: User) -> Booking:
    """A booking brought to a state by the steps that lead there."""
    with transaction():
        departure = make_departure(make_package(approvals=["host"]))
    if state in (BookingState.WAITING, BookingState.OFFERED, BookingState.LAPSED):
        return make_waiting(state, departure, leader)
    with transaction():
        booking = make_hold(departure, leader)
        host = host_of(booking)
        if state is BookingState.EXPIRED:
            bookings.expire_holds(NOW + timedelta(hours=2))
        if state is BookingState.CALLED_OFF:
            bookings.call_off_departure(departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=host, now=NOW)
        if state in (BookingState.HELD, BookingState.EXPIRED, BookingState.CALLED_OFF):
            return booking
        bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
        bookings.submit_booking(booking, by=leader, now=NOW)
        if state in (BookingState.CONFIRMED, BookingState.DONE):
            approvals.approve_booking(booking, by=host, now=NOW)
        if state is BookingState.DECLINED:
            approvals.decline_booking(booking, comment="No guide that day", by=host, now=NOW)
        if state is BookingState.CANCELLED:
            bookings.cancel_booking(booking, reason="Exam moved", by=leader, now=NOW)
        if state is BookingState.DONE:
            departures.close_departure(departure)
            bookings.finish_departures(NOW + timedelta(days=40))
    return booking


def make_waiting(state: BookingState, departure: Departure, leader: User) -> Booking:
    """A group that found the departure full."""
    with transaction():
        first = hand_in(departure, make_leader(), pupils=36, staff=4)
    with transaction():
        booking = waiting.join_list(departure, Party(24, 3), CONTACT, form_token="list", by=leader, now=NOW)
    if state is BookingState.WAITING:
        return booking
    with transaction():
        bookings.cancel_booking(first, reason="Exam moved", by=first.leader, now=NOW)
    with transaction():
        assert waiting.offer_seats(NOW) == 1
    if state is BookingState.LAPSED:
        with transaction():
            assert bookings.expire_holds(NOW + OFFER_LENGTH) == 1
    db.session.refresh(booking)
    return booking


STEPS: dict[Step, Callable[[Booking, User, User], object]] = {
    Step.SUBMIT: lambda booking, leader, host: bookings.submit_booking(booking, by=leader, now=NOW),
    Step.ACCEPT: lambda booking, leader, host: waiting.accept_offer(booking, by=leader, now=NOW),
    Step.TURN_DOWN: lambda booking, leader, host: waiting.turn_down_offer(booking, by=leader, now=NOW),
    Step.CONFIRM: lambda booking, leader, host: approvals.approve_booking(booking, by=host, now=NOW),
    Step.DECLINE: lambda booking, leader, host: approvals.decline_booking(booking, comment="Full", by=host, now=NOW),
    Step.TAKE_BACK: lambda booking, leader, host: approvals.take_back(booking, reason="A slip", by=host, now=NOW),
    Step.CANCEL: lambda booking, leader, host: bookings.cancel_booking(booking, reason="Exam", by=leader, now=NOW),
}
# What the commands make of a state, where the table alone does not say it.
OTHERWISE: dict[tuple[BookingState, Step], BookingState | None] = {
    (BookingState.HELD, Step.CONFIRM): None,  # only submitting confirms a hold, where the package asks nobody
    (BookingState.SUBMITTED, Step.TAKE_BACK): None,  # nobody has decided yet
    (BookingState.OFFERED, Step.ACCEPT): BookingState.SUBMITTED,  # accepting hands in
    (BookingState.OFFERED, Step.CANCEL): BookingState.CANCELLED,  # cancelling turns the offer down
}


@pytest.mark.parametrize("state", BookingState)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_from_every_state(app: Flask, leader: User, state: BookingState, step: Step) -> None:
    booking = make_booking(state, leader)
    assert booking.state is state
    with transaction():
        host = host_of(booking)
        if state is BookingState.HELD:
            bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
    after = OTHERWISE.get((state, step), TRANSITIONS.get((state, step)))
    if step in (Step.SUBMIT, Step.ACCEPT) and booking.submitted_at and state in SEATED:
        after = state  # handing in twice is no second step
    if after is None:
        with pytest.raises((StepNotAllowed, HoldExpired, OfferLapsed, NothingToTakeBack)), transaction():
            STEPS[step](booking, leader, host)
        after = state
    else:
        with transaction():
            STEPS[step](booking, leader, host)
    db.session.refresh(booking)
    assert booking.state is after
    assert set(claims_of(booking).values()) == ({27} if after in SEATED else set())
    assert audit() == []


def test_what_is_over_stays_over(app: Flask) -> None:
    goes_on = {state for state, _step in TRANSITIONS}
    assert set(BookingState) - goes_on == {
        BookingState.CANCELLED,
        BookingState.LAPSED,
        BookingState.CALLED_OFF,
        BookingState.DONE,
    }


def test_a_package_without_approval_confirms_at_once(app: Flask, leader: User) -> None:
    with transaction():
        booking = make_hold(make_departure(make_package()), leader)
        bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
        bookings.submit_booking(booking, by=leader, now=NOW)
    assert booking.state is BookingState.CONFIRMED
    assert booking.hold_ends_at is None


def test_seats_are_held_fifteen_minutes_and_one_more_a_seat(app: Flask, leader: User) -> None:
    assert hold_length(27) == timedelta(minutes=42)
    with transaction():
        booking = make_hold(make_departure(), leader)
    assert booking.hold_ends_at == NOW + timedelta(minutes=42)


def test_a_hold_that_ran_out_cannot_be_submitted_before_the_job_came(app: Flask, leader: User) -> None:
    with transaction():
        booking = make_hold(make_departure(), leader)
        bookings.set_contact(booking, CONTACT, by=leader, now=NOW)
    with pytest.raises(HoldExpired), transaction():
        bookings.submit_booking(booking, by=leader, now=NOW + timedelta(minutes=42))


def test_the_job_gives_seats_back_exactly_when_the_time_is_over(app: Flask, leader: User) -> None:
    with transaction():
        booking = make_hold(make_departure(), leader)
    with transaction():
        assert bookings.expire_holds(NOW + timedelta(minutes=41, seconds=59)) == 0
    with transaction():
        assert bookings.expire_holds(NOW + timedelta(minutes=42)) == 1
    db.session.refresh(booking.departure.pool)
    assert booking.departure.pool.taken == 0


def test_whoever_asks_for_the_seats_gets_those_of_a_hold_that_ran_out(app: Flask, leader: User) -> None:
    with transaction():
        departure = make_departure(capacity=30)
        first = make_hold(departure, leader)
        other = make_leader()
    db.session.refresh(departure.pool)
    with transaction():
        second = make_hold(departure, other, now=NOW + timedelta(hours=1))
    db.session.refresh(first)
    assert (first.state, second.state) == (BookingState.EXPIRED, BookingState.HELD)
    assert audit() == []


@pytest.mark.parametrize(
    ("pupils", "per_adult", "adults"), [(1, 20, 1), (20, 20, 1), (21, 20, 2), (24, 8, 3), (25, 8, 4)]
)
def test_adults_needed(pupils: int, per_adult: int, adults: int) -> None:
    assert adults_needed(pupils, per_adult) == adults


def test_too_few_adults_says_how_many_are_missing(app: Flask, leader: User) -> None:
    with transaction():
        departure = make_departure(make_package(persons_per_adult=8))
    with pytest.raises(TooFewAdults) as refused, transaction():
        bookings.hold_seats(departure, Party(24, 1), form_token="x", by=leader, now=NOW)
    assert (refused.value.field, refused.value.facts) == ("staff", {"missing": 2, "pupils": 16, "per_adult": 8})
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert refused.value.sentence == "2 more adults are needed for 16 pupils: an adult may accompany 8."
    with pytest.raises(TooFewAdults) as refused, transaction():
        bookings.hold_seats(departure, Party(19, 2), form_token="x", by=leader, now=NOW)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert refused.value.sentence == "One more adult is needed for 3 pupils: an adult may accompany 8."


@pytest.mark.parametrize("pupils", range(1, 50))
@pytest.mark.parametrize("per_adult", [1, 8, 20])
def test_what_lacks_and_what_is_needed_agree(pupils: int, per_adult: int) -> None:
    needed = adults_needed(pupils, per_adult)
    assert (needed - 1) * per_adult < pupils <= needed * per_adult
    assert shortfall(Party(pupils, needed), per_adult) is None
    lacks = shortfall(Party(pupils, needed - 1), per_adult)
    assert lacks is not None
    assert (lacks.missing, lacks.pupils) == (1, pupils - (needed - 1) * per_adult)


def test_a_city_that_only_warns_takes_the_group(app: Flask, leader: User) -> None:
    with transaction():
        package = make_package(persons_per_adult=8, host_city=make_city(supervision=SupervisionRule.WARN))
        departure = make_departure(package)
        booking = bookings.hold_seats(departure, Party(24, 1), form_token="x", by=leader, now=NOW)
    assert booking.state is BookingState.HELD
    with pytest.raises(NobodyComes), transaction():
        bookings.hold_seats(departure, Party(0, 3), form_token="y", by=leader, now=NOW)


def test_a_group_without_pupils_is_none(app: Flask, leader: User) -> None:
    with transaction():
        departure = make_departure()
    with pytest.raises(NobodyComes), transaction():
        bookings.hold_seats(departure, Party(0, 3), form_token="x", by=leader, now=NOW)


def hold(departure: Departure, leader: User, now: datetime) -> Booking:
    return make_hold(departure, leader, now=now)


def test_registration_opens_and_ends_to_the_second(app: Flask, leader: User) -> None:
    with transaction():
        departure = make_departure()
    second = timedelta(seconds=1)
    with pytest.raises(NotOpenYet), transaction():
        hold(departure, leader, departure.opens_at - second)
    with pytest.raises(RegistrationOver), transaction():
        hold(departure, leader, departure.closes_at)
    with transaction():
        hold(departure, leader, departure.opens_at)
    with transaction():
        hold(departure, leader, departure.closes_at - second)


def test_a_draft_takes_no_registrations(app: Flask, leader: User) -> None:
    with transaction():
        departure = make_departure(is_open=False)
    with pytest.raises(NotTakingRegistrations), transaction():
        hold(departure, leader, NOW)


def test_nothing_is_submitted_without_somebody_to_reach(app: Flask, leader: User) -> None:
    with transaction():
        booking = make_hold(make_departure(), leader)
    with pytest.raises(ContactMissing), transaction():
        bookings.submit_booking(booking, by=leader, now=NOW)


def test_declining_and_cancelling_need_words(app: Flask, leader: User) -> None:
    booking = make_booking(BookingState.SUBMITTED, leader)
    with transaction():
        host = host_of(booking)
    with pytest.raises(ReasonMissing), transaction():
        approvals.decline_booking(booking, comment="  ", by=host, now=NOW)
    with pytest.raises(ReasonMissing), transaction():
        bookings.cancel_booking(booking, reason="", by=leader, now=NOW)


def test_contact_and_roster_lock_at_the_deadline(app: Flask, leader: User) -> None:
    booking = make_booking(BookingState.CONFIRMED, leader)
    due = booking.departure.roster_due_at
    bookings.check_open_for_roster(booking, due - timedelta(seconds=1))
    with pytest.raises(RosterLocked):
        bookings.check_open_for_roster(booking, due)


def test_another_schools_booking_is_not_found(app: Flask, leader: User) -> None:
    booking = make_booking(BookingState.CONFIRMED, leader)
    with transaction():
        colleague = make_user(leader.organisation, Role.LEADER)
        stranger = make_leader()
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
        other_organiser = make_user(stranger.organisation, Role.ORGANISER)
        administrator = make_user(stranger.organisation, Role.ADMINISTRATOR)
    for user in (leader, colleague, host, administrator):
        assert queries.get_booking(booking.code, user) is booking
    for user in (stranger, other_organiser):
        with pytest.raises(BookingNotFound):
            queries.get_booking(booking.code, user)
        with pytest.raises(BookingNotFound), transaction():
            queries.lock_booking(booking.code, user)


def test_every_step_stands_in_the_history_with_who_and_when(app: Flask, leader: User) -> None:
    booking = make_booking(BookingState.CONFIRMED, leader)
    history = queries.list_history(booking.id)
    assert [event.what for event in history] == ["hold", "contact", "submit", "confirm"]
    assert [event.by_id for event in history[:3]] == [leader.id] * 3
    assert history[3].by is not None
    assert history[3].by.role is Role.ORGANISER
    assert {event.at for event in history} == {NOW}


def test_the_history_and_the_letters_hold_no_phone_in_clear(app: Flask, leader: User) -> None:
    booking = make_booking(BookingState.CONFIRMED, leader)
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            assert CONTACT.phone not in repr(tuple(row)), table.name
    assert booking.contact_phone == CONTACT.phone


def test_a_group_about_which_nobody_decided_ends_with_its_departure(app: Flask) -> None:
    with transaction():
        booking = hand_in(make_departure(make_package(approvals=["host"])), make_leader())
        departures.close_departure(booking.departure)
    with transaction():
        assert bookings.finish_departures(NOW + timedelta(days=40)) == 1
        assert bookings.finish_departures(NOW + timedelta(days=40)) == 0
    db.session.refresh(booking)
    assert (booking.state, booking.awaiting) == (BookingState.DECLINED, None)
    assert steps_of(booking)[-1] == "run_out"
    assert audit() == []
