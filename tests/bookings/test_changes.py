"""Changing a group that is handed in: numbers, date, leader; by itself until the deadline, later with the host."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, changes, queries
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import (
    AlreadyAsked,
    ColleagueWithoutPhone,
    HostMustAgree,
    MoreAreNamed,
    NamedMeanwhile,
    NobodyComes,
    NoColleague,
    NothingAsked,
    NothingChanges,
    OtherPackage,
    ReasonMissing,
    StepNotAllowed,
    TooFewAdults,
)
from exchange_app.bookings.labels import reason_of
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.catalogue.models import Approver
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import NotEnoughSeats, NotTakingRegistrations, RegistrationOver, SlotFull, SoldOut
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import SupervisionRule
from exchange_app.rosters import queries as roster_queries
from exchange_app.rosters import service as rosters
from tests.bookings.group import CONTACT, claims_of, hand_in, host_of, steps_of, told
from tests.builders import NOW, both, make_city, make_departure, make_hold, make_leader, make_package, make_user
from tests.rosters.test_keeping import pasted, pupil, teacher

WEEK = timedelta(days=7)
LATE = NOW + timedelta(days=26)  # the package's deadline is seven days before the first day, which is the thirtieth


@pytest.fixture
def booking(app: Flask) -> Booking:
    """24 pupils and 3 staff, confirmed at once."""
    with transaction():
        return hand_in(make_departure(), make_leader())


@pytest.fixture
def host(booking: Booking) -> User:
    with transaction():
        return host_of(booking)


def resize(booking: Booking, pupils: int, staff: int, now: datetime = NOW) -> None:
    with transaction():
        rosters.change_party(booking, Party(pupils, staff), by=booking.leader, now=now)


def ask(booking: Booking, kind: ChangeKind, **facts: int) -> None:
    with transaction():
        changes.ask_change(booking, kind, reason="Measles", by=booking.leader, now=LATE, **facts)


def later_date(departure: Departure, **terms: Any) -> Departure:
    with transaction():
        return make_departure(departure.package, now=NOW + WEEK, opens_at=NOW - WEEK, **terms)


def letters_of(booking: Booking) -> set[str]:
    return set(db.session.scalars(db.select(Letter.kind).where(Letter.subject_id == booking.id)))


# ------------------------------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(("pupils", "staff"), [(30, 4), (10, 1), (23, 4), (24, 2)])
def test_seats_and_slots_follow_the_numbers(app: Flask, pupils: int, staff: int) -> None:
    with transaction():
        booking = hand_in(make_departure(make_package(days=2, persons_per_adult=12)), make_leader())
    assert sorted(claims_of(booking).values()) == [27, 27, 27]  # the departure and a stop on each day
    resize(booking, pupils, staff)
    assert booking.party == Party(pupils, staff)
    assert set(claims_of(booking).values()) == {pupils + staff}
    db.session.refresh(booking.departure.pool)
    assert booking.departure.pool.taken == pupils + staff
    assert {"booking_changed"} <= letters_of(booking)
    assert audit() == []


def test_a_hold_changes_its_numbers_and_nobody_is_told(app: Flask) -> None:
    with transaction():
        booking = make_hold(make_departure(), make_leader())
    resize(booking, 20, 2)
    assert set(claims_of(booking).values()) == {22}
    assert letters_of(booking) == {"booking_held"}


def test_growing_beyond_the_departure_changes_nothing(booking: Booking) -> None:
    with pytest.raises(NotEnoughSeats) as refused:
        resize(booking, 60, 7)
    assert refused.value.facts == {"wanted": 40, "left": 33}
    db.session.refresh(booking)
    assert booking.party == Party(24, 3)
    assert set(claims_of(booking).values()) == {27}
    assert audit() == []


def test_growing_beyond_a_stop_names_it(app: Flask) -> None:
    with transaction():
        package = make_package(slot_capacity=30)
        booking = hand_in(make_departure(package), make_leader())
    with pytest.raises(SlotFull) as refused:
        resize(booking, 28, 3)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert refused.value.sentence == (
            f"“{package.stops[0].menu_item.title}” on Wed 31 March 2027, 09:00 has room for 3 more; you asked for 4."
        )
    db.session.refresh(booking)
    assert set(claims_of(booking).values()) == {27}
    assert audit() == []


def test_a_closed_registration_lets_a_group_shrink_but_not_grow(booking: Booking) -> None:
    with transaction():
        departures.close_departure(booking.departure)
    with pytest.raises(NotTakingRegistrations):
        resize(booking, 25, 3)
    resize(booking, 20, 3)
    assert audit() == []


def test_never_fewer_than_are_named(booking: Booking) -> None:
    with transaction():
        roster = pasted(*(pupil(number) for number in range(1, 11)), teacher(11))
        rosters.import_roster(booking, roster, by=booking.leader, now=NOW)
    with pytest.raises(MoreAreNamed) as refused:
        resize(booking, 9, 3)
    assert refused.value.facts == {"pupils": 10, "staff": 1}
    with pytest.raises(MoreAreNamed):
        resize(booking, 24, 0)
    resize(booking, 10, 1)


def test_the_same_numbers_are_no_change(booking: Booking) -> None:
    with pytest.raises(NothingChanges):
        resize(booking, 24, 3)
    with pytest.raises(NobodyComes):
        resize(booking, 0, 3)


def test_the_citys_rule_blocks_or_warns(app: Flask) -> None:
    with transaction():
        cities = {rule: make_city(supervision=rule) for rule in SupervisionRule}
        groups = {
            rule: hand_in(make_departure(make_package(host_city=cities[rule])), make_leader(), pupils=20, staff=2)
            for rule in SupervisionRule
        }
    with pytest.raises(TooFewAdults) as refused:
        resize(groups[SupervisionRule.BLOCK], 23, 2)
    assert refused.value.facts == {"missing": 1, "pupils": 3, "per_adult": 10}
    resize(groups[SupervisionRule.WARN], 23, 2)
    assert groups[SupervisionRule.WARN].party == Party(23, 2)


# ------------------------------------------------------------------------------------------------ deadline and consent


def test_the_deadline_is_the_beginning_of_a_day_there(booking: Booking) -> None:
    until = bookings.changes_until(booking)
    assert until.isoformat() == "2027-03-24T00:00:00+08:00"  # it begins on the 31st
    resize(booking, 23, 3, now=until - timedelta(seconds=1))
    with pytest.raises(HostMustAgree) as refused:
        resize(booking, 22, 3, now=until)
    assert refused.value.field == "reason"
    with pytest.raises(HostMustAgree), transaction():
        bookings.cancel_booking(booking, reason="Measles", by=booking.leader, now=until)
    with pytest.raises(HostMustAgree), transaction():
        changes.move_booking(booking, later_date_in(booking), by=booking.leader, now=until)


def test_granting_numbers_does_it(booking: Booking, host: User) -> None:
    ask(booking, ChangeKind.PARTY, pupils=20, staff=2)
    assert booking.party == Party(24, 3)
    with transaction():
        changes.grant_change(booking, comment="Get well", by=host, now=LATE)
    assert booking.party == Party(20, 2)
    assert set(claims_of(booking).values()) == {22}
    assert queries.find_open_request(booking.id) is None
    assert steps_of(booking)[-3:] == ["asked", "granted", "party"]
    assert {"organiser_request", "booking_request_answered", "booking_changed"} <= letters_of(booking)
    assert audit() == []


def test_what_cannot_be_done_is_not_granted(booking: Booking, host: User) -> None:
    with transaction():
        hand_in(booking.departure, make_leader(), pupils=28, staff=3)
    ask(booking, ChangeKind.PARTY, pupils=30, staff=3)
    with pytest.raises(NotEnoughSeats), transaction():
        changes.grant_change(booking, by=host, now=LATE)
    request = queries.find_open_request(booking.id)
    assert request is not None  # it can still be answered
    assert booking.party == Party(24, 3)
    assert audit() == []


def test_those_who_were_named_meanwhile_are_not_lost(booking: Booking, host: User) -> None:
    ask(booking, ChangeKind.PARTY, pupils=2, staff=11)
    with transaction():
        roster = pasted(*(pupil(number) for number in range(1, 4)))
        rosters.import_roster(booking, roster, by=booking.leader, now=NOW)
    with pytest.raises(NamedMeanwhile) as refused, transaction():
        rosters.grant_change(booking, by=host, now=LATE)
    assert refused.value.facts == {"pupils": 3, "staff": 0}
    person = roster_queries.list_participants(booking.id)[0]
    with transaction():
        rosters.remove_person(booking, person.id, by=booking.leader, now=NOW)
        rosters.grant_change(booking, by=host, now=LATE)
    assert (booking.party, booking.named) == (Party(2, 11), 2)


def test_granting_a_cancellation_frees_the_seats(booking: Booking, host: User) -> None:
    ask(booking, ChangeKind.CANCEL)
    assert booking.state is BookingState.CONFIRMED
    with transaction():
        changes.grant_change(booking, by=host, now=LATE)
    assert booking.state is BookingState.CANCELLED
    assert claims_of(booking) == {}
    assert reason_of(queries.list_history(booking.id)[-1]) == "Measles"
    assert "booking_cancelled" in letters_of(booking)
    assert audit() == []


def test_granting_another_date_moves_the_group(booking: Booking, host: User) -> None:
    other = later_date(booking.departure)
    ask(booking, ChangeKind.MOVE, departure_id=other.id)
    with transaction():
        changes.grant_change(booking, by=host, now=NOW + timedelta(days=24))
    assert booking.departure_id == other.id
    assert audit() == []


def test_refusing_leaves_everything(booking: Booking, host: User) -> None:
    ask(booking, ChangeKind.CANCEL)
    with pytest.raises(ReasonMissing) as refused, transaction():
        changes.refuse_change(booking, comment=" ", by=host, now=LATE)
    assert refused.value.field == "comment"
    with transaction():
        changes.refuse_change(booking, comment="The coach is paid", by=host, now=LATE)
    assert booking.state is BookingState.CONFIRMED
    assert set(claims_of(booking).values()) == {27}
    with pytest.raises(NothingAsked), transaction():
        changes.grant_change(booking, by=host, now=LATE)
    ask(booking, ChangeKind.CANCEL)  # one may ask again


def test_one_request_at_a_time(booking: Booking, host: User) -> None:
    ask(booking, ChangeKind.CANCEL)
    with pytest.raises(AlreadyAsked):
        ask(booking, ChangeKind.ROSTER)
    with transaction():
        changes.withdraw_request(booking, by=booking.leader, now=LATE)
    with pytest.raises(NothingAsked), transaction():
        changes.withdraw_request(booking, by=booking.leader, now=LATE)
    with pytest.raises(NothingAsked), transaction():
        changes.grant_change(booking, by=host, now=LATE)
    ask(booking, ChangeKind.ROSTER)


def test_asking_needs_a_reason_and_a_group_that_is_handed_in(booking: Booking) -> None:
    with pytest.raises(ReasonMissing), transaction():
        changes.ask_change(booking, ChangeKind.CANCEL, reason=" ", by=booking.leader, now=LATE)
    with transaction():
        bookings.cancel_booking(booking, reason="Exam", by=booking.leader, now=NOW)
    with pytest.raises(StepNotAllowed):
        ask(booking, ChangeKind.CANCEL)


def test_a_group_that_no_longer_comes_asks_for_nothing(booking: Booking) -> None:
    ask(booking, ChangeKind.ROSTER)
    with transaction():
        bookings.end_booking(booking, reason="Exam", by=booking.leader, now=LATE)
    assert queries.find_open_request(booking.id) is None


# --------------------------------------------------------------------------------------------------------- another date


def test_moving_takes_seats_there_and_gives_back_here(booking: Booking) -> None:
    here, there = booking.departure, later_date(booking.departure)
    with transaction():
        changes.move_booking(booking, there, by=booking.leader, now=NOW)
    db.session.refresh(here.pool)
    db.session.refresh(there.pool)
    assert (booking.departure_id, here.pool.taken, there.pool.taken) == (there.id, 0, 27)
    assert booking.state is BookingState.CONFIRMED  # nobody has to agree to this package
    assert len(claims_of(booking)) == 2
    assert "booking_moved" in letters_of(booking)
    assert audit() == []


@pytest.mark.parametrize("taken_by", ["the departure", "a stop"])
def test_a_full_date_leaves_everything_as_it_was(app: Flask, taken_by: str) -> None:
    with transaction():
        package = make_package(approvals=["host"], slot_capacity=30)
        booking = hand_in(make_departure(package), make_leader())
        approvals.approve_booking(booking, by=host_of(booking), now=NOW)
    there = later_date(booking.departure, capacity=20 if taken_by == "the departure" else 60)
    with transaction():
        hand_in(there, make_leader(), pupils=18, staff=2)
    before = claims_of(booking)
    with pytest.raises(SoldOut if taken_by == "the departure" else SlotFull), transaction():
        changes.move_booking(booking, there, by=booking.leader, now=NOW)
    db.session.refresh(booking)
    assert (booking.departure_id, booking.state, booking.awaiting) == (before_id(booking), BookingState.CONFIRMED, None)
    assert claims_of(booking) == before
    assert len(queries.list_approvals(booking.id)) == 1
    assert "move" not in steps_of(booking)
    assert "booking_moved" not in letters_of(booking)
    assert audit() == []


def before_id(booking: Booking) -> int:
    """The departure whose seats the booking has."""
    pools = claims_of(booking)
    return db.session.scalars(db.select(Departure.id).where(Departure.pool_id.in_(pools))).one()


def test_whoever_approves_looks_at_the_new_date(app: Flask) -> None:
    with transaction():
        booking = hand_in(make_departure(make_package(approvals=["school_head", "host"])), make_leader())
        approvals.approve_booking(booking, by=make_user(booking.school, Role.HEAD), now=NOW)
        approvals.approve_booking(booking, by=host_of(booking), now=NOW)
    assert booking.state is BookingState.CONFIRMED
    with transaction():
        changes.move_booking(booking, later_date_in(booking), by=booking.leader, now=NOW)
    assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, Approver.SCHOOL_HEAD)
    assert queries.list_approvals(booking.id) == []
    assert steps_of(booking)[-2:] == ["move", "ask_again"]
    assert audit() == []


def later_date_in(booking: Booking) -> Departure:
    """As later_date(), within a transaction."""
    return make_departure(booking.departure.package, now=NOW + WEEK, opens_at=NOW - WEEK)


def test_only_to_a_date_of_the_package_that_takes_groups(booking: Booking) -> None:
    with transaction():
        foreign = make_departure()
        there = later_date_in(booking)
        over = make_departure(booking.departure.package, now=NOW + WEEK, opens_at=NOW - WEEK, closes_at=NOW + WEEK)
        held = make_hold(booking.departure, booking.leader)
    for other in (foreign, booking.departure):
        with pytest.raises(OtherPackage), transaction():
            changes.move_booking(booking, other, by=booking.leader, now=NOW)
    with pytest.raises(RegistrationOver), transaction():
        changes.move_booking(booking, over, by=booking.leader, now=NOW + WEEK)
    with pytest.raises(StepNotAllowed), transaction():
        changes.move_booking(held, there, by=booking.leader, now=NOW)
    assert audit() == []


# ------------------------------------------------------------------------------------------------------- another leader


def test_a_colleague_takes_the_booking_on(booking: Booking) -> None:
    former = booking.leader
    with transaction():
        colleague = make_user(booking.school, Role.LEADER, name="Nong Mei", language="zh_Hans")
        changes.hand_over(booking, colleague, by=former, now=NOW)
    assert (booking.leader_id, booking.contact_name, booking.language) == (colleague.id, "Nong Mei", "zh_Hans")
    assert booking.contact_email == colleague.email
    assert "booking_handed_over" in letters_of(booking)
    assert steps_of(booking)[-1] == "handed_over"


def test_a_colleague_takes_it_over_from_one_who_is_away(booking: Booking) -> None:
    with transaction():
        colleague = make_user(booking.school, Role.LEADER)
        changes.hand_over(booking, colleague, by=colleague, now=NOW)
    assert booking.leader_id == colleague.id
    with pytest.raises(NoColleague), transaction():
        changes.hand_over(booking, colleague, by=colleague, now=NOW)


def test_the_former_leaders_number_does_not_stand_under_another_name(booking: Booking) -> None:
    with transaction():
        colleague = make_user(booking.school, Role.LEADER)
        colleague.phone = None
    with pytest.raises(ColleagueWithoutPhone), transaction():
        changes.hand_over(booking, colleague, by=booking.leader, now=NOW)
    assert (booking.contact_name, booking.contact_phone) == (CONTACT.name, CONTACT.phone)
    with transaction():
        colleague.phone = "13900009999"
        changes.hand_over(booking, colleague, by=booking.leader, now=NOW)
    assert (booking.contact_name, booking.contact_phone) == (colleague.name, "13900009999")


def test_nobody_but_a_leader_of_the_school_takes_it_on(booking: Booking) -> None:
    with transaction():
        others = [
            booking.leader,
            make_leader(),
            make_user(booking.school, Role.HEAD),
            make_user(booking.school, Role.LEADER, closed_at=NOW),
        ]
    for other in others:
        with pytest.raises(NoColleague), transaction():
            changes.hand_over(booking, other, by=booking.leader, now=NOW)


# -------------------------------------------------------------------------------------------------------------- history


def test_the_history_says_what_changed_by_whom_and_when(app: Flask) -> None:
    with transaction():
        leader = make_user(make_leader().organisation, Role.LEADER, name="Wei Lan")
        booking = hand_in(make_departure(make_package(title=both("Drums"))), leader)
        host = make_user(booking.departure.package.organiser, Role.ORGANISER, name="Chen Yu")
    resize(booking, 20, 2)
    with transaction():
        changes.move_booking(booking, later_date_in(booking), by=leader, now=NOW)
    ask(booking, ChangeKind.CANCEL)
    with transaction():
        changes.refuse_change(booking, comment="The coach is paid", by=host, now=LATE)
    with app.test_request_context(headers={"Accept-Language": "en"}):
        words = told(booking)
    assert words[-4:] == [
        "The group changed from 24 pupils and 3 staff to 20 and 2",
        "The group moved from Wed 31 March 2027 to Wed 7 April 2027",
        "The school asked the host: Cancellation",
        "The host did not agree: Cancellation",
    ]
    events = queries.list_history(booking.id)[-4:]
    assert [event.by.name for event in events if event.by] == ["Wei Lan", "Wei Lan", "Wei Lan", "Chen Yu"]
    assert [event.at for event in events] == [NOW, NOW, LATE, LATE]
    assert reason_of(events[-1]) == "The coach is paid"


def test_no_change_keeps_personal_data_in_the_history(booking: Booking) -> None:
    with transaction():
        changes.hand_over(booking, make_user(booking.school, Role.LEADER, name="Nong Mei"), by=booking.leader, now=NOW)
    for event in queries.list_history(booking.id):
        assert "Nong Mei" not in str(event.facts)
