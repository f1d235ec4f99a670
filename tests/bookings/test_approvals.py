"""Approval by risk: who says yes, in which order, who sees what, taking back, reminders."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, queries
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import (
    BookingNotFound,
    NothingToTakeBack,
    NotYourDecision,
    ReasonMissing,
    StepNotAllowed,
)
from exchange_app.bookings.models import Approval, Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Approver
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import NotEnoughSeats, NotTakingRegistrations
from exchange_app.departures.service import close_departure
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import OrganisationKind
from tests.bookings.group import claims_of, hand_in, host_of, steps_of, told
from tests.builders import (
    NOW,
    make_city,
    make_departure,
    make_leader,
    make_organisation,
    make_package,
    make_user,
)

CHAIN = ["school_head", "host", "education_bureau"]
HOUR = timedelta(hours=1)


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return hand_in(make_departure(make_package(approvals=CHAIN)), make_leader(make_city()))


@pytest.fixture
def people(booking: Booking) -> dict[str, User]:
    """Who speaks each approver's word about the booking."""
    with transaction():
        return approvers_of(booking)


def approvers_of(booking: Booking) -> dict[str, User]:
    office = make_organisation(booking.school.city, OrganisationKind.OFFICE)
    return {
        "school_head": make_user(booking.school, Role.HEAD),
        "host": host_of(booking),
        "education_bureau": make_user(office, Role.BUREAU),
    }


def say_yes(booking: Booking, user: User, comment: str = "", now: datetime = NOW) -> None:
    with transaction():
        approvals.approve_booking(booking, comment=comment, by=user, now=now)


def say_no(booking: Booking, user: User, comment: str = "Exam week") -> None:
    with transaction():
        approvals.decline_booking(booking, comment=comment, by=user, now=NOW)


def take_back(booking: Booking, user: User, now: datetime = NOW) -> None:
    with transaction():
        approvals.take_back(booking, reason="A slip", by=user, now=now)


def letters_to(user: User) -> list[str]:
    """By the key, which names the person: addresses are sealed."""
    of_person = Letter.key.endswith(f":{user.id}")
    return list(db.session.scalars(db.select(Letter.kind).where(of_person).order_by(Letter.id)))


# ------------------------------------------------------------------------------------------------------------ the chain


def test_each_says_yes_in_the_packages_order(app: Flask, booking: Booking, people: dict[str, User]) -> None:
    for number, approver in enumerate(CHAIN):
        assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, approver)
        say_yes(booking, people[approver], f"Yes {number}", now=NOW + number * HOUR)
    assert (booking.state, booking.awaiting, booking.awaiting_since) == (BookingState.CONFIRMED, None, None)
    answers = queries.list_approvals(booking.id)
    assert [(one.approver, one.is_yes, one.comment, one.by_id, one.at) for one in answers] == [
        (approver, True, f"Yes {number}", people[approver].id, NOW + number * HOUR)
        for number, approver in enumerate(CHAIN)
    ]
    assert steps_of(booking)[-4:] == ["submit", "approve", "approve", "confirm"]
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert told(booking)[-3:-1] == ["The school's head agreed", "The host agreed"]
    assert audit() == []


def test_a_package_that_changes_moves_no_running_approval(booking: Booking, people: dict[str, User]) -> None:
    with transaction():
        booking.departure.package.approvals = []
    say_yes(booking, people["school_head"])
    assert booking.awaiting is Approver.HOST


def test_each_is_told_when_it_is_their_turn(app: Flask) -> None:
    with transaction():
        leader = make_leader()
        departure = make_departure(make_package(approvals=CHAIN))
        head = make_user(leader.organisation, Role.HEAD)
        bureau = make_user(make_organisation(leader.organisation.city, OrganisationKind.OFFICE), Role.BUREAU)
        stranger = make_user(make_organisation(make_city(), OrganisationKind.OFFICE), Role.BUREAU)
        booking = hand_in(departure, leader)
    assert (letters_to(head), letters_to(bureau)) == (["approval_wanted"], [])
    say_yes(booking, head)
    with transaction():
        approvals.approve_booking(booking, by=host_of(booking), now=NOW)
    assert letters_to(bureau) == ["approval_wanted"]
    assert letters_to(stranger) == []


def test_the_wrong_turn_is_refused(booking: Booking, people: dict[str, User]) -> None:
    for approver in ("host", "education_bureau"):
        with pytest.raises(NotYourDecision):
            say_yes(booking, people[approver])
        with pytest.raises(NotYourDecision):
            say_no(booking, people[approver])
    with pytest.raises(NotYourDecision):
        say_yes(booking, booking.leader)
    say_yes(booking, people["school_head"])
    with pytest.raises(NotYourDecision):
        say_yes(booking, people["school_head"])


@pytest.mark.parametrize("place", range(3))
def test_a_no_ends_it_at_every_step(booking: Booking, people: dict[str, User], place: int) -> None:
    for approver in CHAIN[:place]:
        say_yes(booking, people[approver])
    with pytest.raises(ReasonMissing) as refused:
        say_no(booking, people[CHAIN[place]], " ")
    assert refused.value.field == "comment"
    say_no(booking, people[CHAIN[place]])
    assert (booking.state, booking.awaiting, claims_of(booking)) == (BookingState.DECLINED, None, {})
    with pytest.raises(StepNotAllowed):
        say_yes(booking, people[CHAIN[place]])
    assert audit() == []


# ------------------------------------------------------------------------------------------------------- who sees what


def test_each_sees_only_what_they_decide_about(booking: Booking, people: dict[str, User]) -> None:
    def sees(approver: str) -> bool:
        try:
            queries.get_booking(booking.code, people[approver])
        except BookingNotFound:
            with pytest.raises(BookingNotFound):
                queries.lock_booking(booking.code, people[approver])
            return False
        return True

    assert [sees(approver) for approver in CHAIN] == [True, True, False]  # hosts see all that comes to them
    say_yes(booking, people["school_head"])
    assert [sees(approver) for approver in CHAIN] == [True, True, False]
    say_yes(booking, people["host"])
    assert [sees(approver) for approver in CHAIN] == [True, True, True]


def test_others_find_nothing(app: Flask, booking: Booking, people: dict[str, User]) -> None:
    with transaction():
        city, school = make_city(), make_organisation(booking.school.city)
        strangers = [
            make_user(school, Role.HEAD),  # of another school of the same city
            make_user(school, Role.LEADER),
            make_user(make_organisation(city, OrganisationKind.OFFICE), Role.BUREAU),
            make_user(make_organisation(city, OrganisationKind.OFFICE), Role.ORGANISER),
            make_user(booking.departure.package.organiser, Role.BUREAU),  # of the host's city
        ]
    for approver in CHAIN:
        for stranger in strangers:
            with pytest.raises(BookingNotFound):
                queries.get_booking(booking.code, stranger)
            with pytest.raises(BookingNotFound), transaction():
                queries.lock_booking(booking.code, stranger)
            assert db.session.scalars(queries.list_decisions(stranger)).all() == []
        say_yes(booking, people[approver])


def test_what_waits_stands_before_what_was_decided(app: Flask) -> None:
    with transaction():
        departure = make_departure(make_package(approvals=["school_head"]))
        leader = make_leader()
        head = make_user(leader.organisation, Role.HEAD)
        groups = [hand_in(departure, leader, pupils=10, staff=1, now=NOW + number * HOUR) for number in range(3)]
        approvals.approve_booking(groups[0], by=head, now=NOW + 4 * HOUR)
    assert db.session.scalars(queries.list_decisions(head)).all() == [groups[1], groups[2], groups[0]]


def test_an_administrator_stands_in_for_anybody(booking: Booking, people: dict[str, User]) -> None:
    with transaction():
        administrator = make_user(make_leader().organisation, Role.ADMINISTRATOR)
    say_yes(booking, administrator)
    say_yes(booking, people["host"])
    take_back(booking, administrator)
    assert booking.awaiting is Approver.HOST
    say_yes(booking, administrator)
    say_yes(booking, administrator)
    assert booking.state is BookingState.CONFIRMED
    assert {answer.by_id for answer in queries.list_approvals(booking.id)} == {administrator.id}


# ---------------------------------------------------------------------------------------------------------- taking back


def test_a_yes_is_taken_back_until_the_next_decision(booking: Booking, people: dict[str, User]) -> None:
    say_yes(booking, people["school_head"])
    take_back(booking, people["school_head"])
    assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, Approver.SCHOOL_HEAD)
    assert queries.list_approvals(booking.id) == []
    say_yes(booking, people["school_head"])
    say_yes(booking, people["host"])
    for late in ("school_head", "education_bureau"):
        with pytest.raises(NothingToTakeBack):
            take_back(booking, people[late])
    assert len(db.session.scalars(db.select(Approval)).all()) == 3  # the one taken back is kept


def test_the_last_yes_is_taken_back_until_the_group_meets(booking: Booking, people: dict[str, User]) -> None:
    for approver in CHAIN:
        say_yes(booking, people[approver])
    with pytest.raises(ReasonMissing), transaction():
        approvals.take_back(booking, reason=" ", by=people["education_bureau"], now=NOW)
    with pytest.raises(NothingToTakeBack):
        take_back(booking, people["education_bureau"], now=booking.departure.meets_at)
    take_back(booking, people["education_bureau"])
    assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, Approver.EDUCATION_BUREAU)
    assert set(claims_of(booking).values()) == {27}
    say_yes(booking, people["education_bureau"])
    kinds = db.session.scalars(db.select(Letter.kind).where(Letter.subject_id == booking.id)).all()
    assert (kinds.count("booking_confirmed"), kinds.count("booking_taken_back")) == (2, 1)
    assert audit() == []


def test_a_no_taken_back_claims_the_seats_again(booking: Booking, people: dict[str, User]) -> None:
    say_no(booking, people["school_head"])
    assert claims_of(booking) == {}
    take_back(booking, people["school_head"])
    assert (booking.state, booking.awaiting) == (BookingState.SUBMITTED, Approver.SCHOOL_HEAD)
    assert set(claims_of(booking).values()) == {27}
    assert audit() == []
    say_no(booking, people["school_head"])  # and may be said again


def test_a_no_is_not_taken_back_where_the_seats_are_gone(booking: Booking, people: dict[str, User]) -> None:
    say_no(booking, people["school_head"])
    with transaction():
        hand_in(booking.departure, make_leader(), pupils=36, staff=4)
    with pytest.raises(NotEnoughSeats):
        take_back(booking, people["school_head"])
    db.session.refresh(booking)
    assert (booking.state, claims_of(booking)) == (BookingState.DECLINED, {})
    assert len(queries.list_approvals(booking.id)) == 1
    with transaction():
        close_departure(booking.departure)
    with pytest.raises(NotTakingRegistrations):
        take_back(booking, people["school_head"])
    assert audit() == []


def test_what_the_school_cancelled_is_not_taken_back(booking: Booking, people: dict[str, User]) -> None:
    say_yes(booking, people["school_head"])
    with transaction():
        bookings.cancel_booking(booking, reason="Measles", by=booking.leader, now=NOW)
    assert booking.awaiting is None
    with pytest.raises(NothingToTakeBack):
        take_back(booking, people["school_head"])


# ------------------------------------------------------------------------------------------------------------ reminders


def remind(now: datetime) -> int:
    with transaction():
        return approvals.remind_approvers(now)


def test_whoever_waits_long_is_reminded_twice(booking: Booking, people: dict[str, User]) -> None:
    two, five = timedelta(days=2), timedelta(days=5)
    assert remind(NOW + two - HOUR) == 0
    assert remind(NOW + two) == 1
    assert remind(NOW + two) == 0
    assert remind(NOW + five - HOUR) == 0
    assert remind(NOW + five) == 1
    assert remind(NOW + timedelta(days=20)) == 0
    assert (
        letters_to(people["school_head"]) == ["approval_wanted"] * 2
    )  # the fixture's head came after the first letter


def test_whoever_was_not_looked_after_for_long_gets_one_letter(booking: Booking, people: dict[str, User]) -> None:
    late = NOW + timedelta(days=5)
    assert [remind(late), remind(late), remind(late + timedelta(days=10))] == [1, 0, 0]
    assert letters_to(people["school_head"]) == ["approval_wanted"]


def test_nobody_is_reminded_at_night(booking: Booking) -> None:
    night = datetime(2027, 3, 4, 15, 0, tzinfo=NOW.tzinfo)  # eleven in the evening there
    assert remind(night) == 0
    assert remind(night + 8 * HOUR) == 0
    assert remind(night + 9 * HOUR) == 1


def test_the_next_approver_has_as_much_time(booking: Booking, people: dict[str, User]) -> None:
    say_yes(booking, people["school_head"], now=NOW + timedelta(days=4))
    assert remind(NOW + timedelta(days=5)) == 0
    assert remind(NOW + timedelta(days=6)) == 1
    assert letters_to(people["host"]).count("approval_wanted") == 2
    say_no(booking, people["host"])
    assert remind(NOW + timedelta(days=12)) == 0
