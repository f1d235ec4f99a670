"""Which letters a change of a booking writes, to whom, and in which language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.bookings import approvals, changes, followers, rescheduling, waiting
from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import Party
from exchange_app.bookings.service import Contact
from exchange_app.catalogue.models import Package
from exchange_app.catalogue.terms import fingerprint
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.errors import NotEnoughSeats
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.departures.service import terms_of
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.partners.models import OrganisationKind
from tests.builders import NOW, both, make_departure, make_hold, make_leader, make_organisation, make_package, make_user
from tests.outbox.letters import deliver, letters
from tests.statements import counted_statements

CONTACT = Contact("Li Ming", "li@school.example", "13900001234")

TO_LEADER = "li@school.example"
TO_ORGANISERS = {("en@host.example", "en"), ("zh@host.example", "zh_Hans")}


@pytest.fixture
def package(app: Flask) -> Package:
    """A package kept by two organisers; beside them one who left, a leader, and an organiser of another office."""
    with transaction():
        package = make_package()
        for language in ("zh_Hans", "en"):
            make_user(package.organiser, Role.ORGANISER, email=f"{language[:2]}@host.example", language=language)
        make_user(package.organiser, Role.ORGANISER, email="left@host.example", closed_at=NOW)
        make_user(package.organiser, Role.LEADER, email="leader@host.example")
        make_user(make_package().organiser, Role.ORGANISER, email="elsewhere@host.example")
    return package


@pytest.fixture
def with_host(package: Package) -> Package:
    """The same; the host decides about each group."""
    with transaction():
        package.approvals = ["host"]
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


def host_of(package: Package) -> User:
    """Within a transaction."""
    return make_user(package.organiser, Role.ORGANISER, email="decider@host.example")


def kinds_to(address: str) -> list[str]:
    return [letter.kind for letter in letters() if letter.address == address]


def languages_of(kind: str) -> set[tuple[str, str]]:
    """Whom it goes to, each with the language."""
    return {(letter.address, letter.language) for letter in letters() if letter.kind == kind}


# ---------------------------------------------------------------------------------------------------------- decisions


def test_a_booking_that_is_confirmed_at_once_is_told_to_the_leader_and_to_every_organiser(package: Package) -> None:
    submit(package)
    assert kinds_to(TO_LEADER) == ["booking_confirmed"]
    assert languages_of("organiser_notice") == TO_ORGANISERS
    assert len(letters()) == 4  # and the one that was written with the hold and is not true any more


def test_organisers_who_decide_are_asked_and_not_told_again_of_what_they_decided(with_host: Package) -> None:
    booking = submit(with_host)
    assert kinds_to(TO_LEADER) == ["booking_submitted"]
    assert languages_of("approval_wanted") == TO_ORGANISERS
    with transaction():
        approvals.approve_booking(booking, by=host_of(with_host), now=NOW)
    assert kinds_to(TO_LEADER) == ["booking_submitted", "booking_confirmed"]
    assert kinds_to("en@host.example") == ["approval_wanted"]


def test_each_approver_is_asked_in_turn(package: Package) -> None:
    with transaction():
        package.approvals = ["school_head", "host", "education_bureau"]
    booking = hold(package)
    with transaction():
        office = make_organisation(booking.school.city, OrganisationKind.OFFICE)
        head = make_user(booking.school, Role.HEAD, email="head@school.example", language="zh_Hans")
        make_user(office, Role.BUREAU, email="bureau@city.example", language="zh_Hans")
        make_user(make_organisation(package.host_city), Role.HEAD, email="head@elsewhere.example")
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    asked = {("head@school.example", "zh_Hans")}
    assert languages_of("approval_wanted") == asked
    with transaction():
        approvals.approve_booking(booking, by=head, now=NOW)
    asked |= TO_ORGANISERS
    assert languages_of("approval_wanted") == asked
    with transaction():
        approvals.approve_booking(booking, by=host_of(package), now=NOW)
    assert languages_of("approval_wanted") == asked | {("bureau@city.example", "zh_Hans")}


def test_a_declined_booking_is_told_to_the_leader_with_the_reason(with_host: Package) -> None:
    booking = submit(with_host)
    with transaction():
        approvals.decline_booking(booking, comment="The museum is closed", by=host_of(with_host), now=NOW)
    assert kinds_to(TO_LEADER) == ["booking_submitted", "booking_declined"]
    assert letters()[-1].facts == {"reason": "The museum is closed", "approver": "host"}


def test_the_leader_hears_of_each_yes_and_when_it_is_taken_back(package: Package) -> None:
    with transaction():
        package.approvals = ["host", "education_bureau"]
    booking = submit(package)
    with transaction():
        host = host_of(package)
        approvals.approve_booking(booking, comment="Welcome", by=host, now=NOW)
    deliver(Mailbox())
    assert kinds_to(TO_LEADER)[-1] == "booking_approved"
    assert letters()[-1].state is LetterState.SENT
    with transaction():
        approvals.take_back(booking, reason="A slip", by=host, now=NOW + timedelta(hours=1))
        approvals.approve_booking(booking, by=host, now=NOW + timedelta(hours=2))
    assert kinds_to(TO_LEADER)[-2:] == ["booking_taken_back", "booking_approved"]


def test_a_decision_that_is_taken_back_is_told_to_the_leader_and_wanted_again(with_host: Package) -> None:
    booking = submit(with_host)
    with transaction():
        host = host_of(with_host)
        approvals.approve_booking(booking, by=host, now=NOW)
    with transaction():
        approvals.take_back(booking, reason="A slip", by=host, now=NOW + timedelta(hours=1))
    assert kinds_to(TO_LEADER)[-1] == "booking_taken_back"


FAMILY = "mother@home.example"


def follow(booking: Booking) -> None:
    with transaction():
        followers.follow(booking, FAMILY, language="zh_Hans", now=NOW)


def test_families_of_a_confirmed_group_hear_that_it_is_not_certain_any_more_and_how_it_ends(with_host: Package) -> None:
    booking = submit(with_host)
    follow(booking)
    with transaction():
        host = host_of(with_host)
        approvals.approve_booking(booking, by=host, now=NOW)
    heard = ["family_following"]
    assert kinds_to(FAMILY) == heard
    for hours, answer, letter in ((1, "yes", "family_confirmed"), (2, "no", "family_declined")):
        later = NOW + timedelta(hours=hours)
        with transaction():
            approvals.take_back(booking, reason="A slip", by=host, now=later)
        with transaction():
            if answer == "yes":
                approvals.approve_booking(booking, by=host, now=later)
            else:
                approvals.decline_booking(booking, comment="The museum is closed", by=host, now=later)
        heard += ["family_unsettled", letter]
        assert kinds_to(FAMILY) == heard
    assert kinds_to(TO_LEADER)[-2:] == ["booking_taken_back", "booking_declined"]
    to_family = [letter for letter in letters() if letter.address == FAMILY]
    assert {letter.language for letter in to_family} == {"zh_Hans"}
    assert all(letter.facts == {} for letter in to_family)  # what was written to the school is not for everybody


def test_a_refusal_that_is_taken_back_is_told_to_families_who_heard_of_it(with_host: Package) -> None:
    booking = submit(with_host)
    follow(booking)
    with transaction():
        host = host_of(with_host)
        approvals.approve_booking(booking, by=host, now=NOW)
        approvals.take_back(booking, reason="A slip", by=host, now=NOW)
        approvals.decline_booking(booking, comment="The museum is closed", by=host, now=NOW)
    with transaction():
        approvals.take_back(booking, reason="It opens", by=host, now=NOW + timedelta(hours=1))
    assert kinds_to(FAMILY)[-3:] == ["family_unsettled", "family_declined", "family_unsettled"]


def test_families_of_a_group_that_was_never_certain_have_nothing_to_unlearn(with_host: Package) -> None:
    booking = submit(with_host)
    follow(booking)
    with transaction():
        host = host_of(with_host)
        approvals.decline_booking(booking, comment="The museum is closed", by=host, now=NOW)
    with transaction():
        approvals.take_back(booking, reason="It opens", by=host, now=NOW)
    assert kinds_to(FAMILY) == ["family_following"]


# ------------------------------------------------------------------------------------------------------- cancellations


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
    assert told_of_hold() == [LetterState.SKIPPED]
    assert [letter.kind for letter in letters()] == ["booking_held"]


# -------------------------------------------------------------------------------------------------------------- holds


def told_of_hold(at: datetime = NOW + timedelta(minutes=14)) -> list[LetterState]:
    """What became of the letter about a hold of 27 seats, which lasts 42 minutes; nothing while it waits."""
    deliver(Mailbox(), at=at)
    return [letter.state for letter in letters() if letter.kind == "booking_held" and letter.state in SETTLED]


SETTLED = (LetterState.SENT, LetterState.SKIPPED)


def test_a_leader_who_does_not_finish_is_told_once_after_a_third_of_the_hold(package: Package) -> None:
    booking = hold(package)
    assert told_of_hold(at=NOW + timedelta(minutes=13, seconds=59)) == []
    assert told_of_hold() == [LetterState.SENT]
    (letter,) = [letter for letter in letters() if letter.kind == "booking_held"]
    assert (letter.address, letter.subject_id) == (booking.leader.email, booking.id)


def submit_it(booking: Booking) -> None:
    bookings.submit_booking(booking, by=booking.leader, now=NOW)


def give_it_up(booking: Booking) -> None:
    bookings.cancel_booking(booking, reason="", by=booking.leader, now=NOW)


def hand_it_over(booking: Booking) -> None:
    colleague = make_user(booking.school, Role.LEADER)
    changes.hand_over(booking, colleague, by=booking.leader, now=NOW)


@pytest.mark.parametrize("become", [submit_it, give_it_up, hand_it_over])
def test_whoever_finishes_gives_up_or_hands_over_before_is_not_bothered(
    package: Package, become: Callable[[Booking], None]
) -> None:
    booking = hold(package)
    with transaction():
        become(booking)
    assert told_of_hold() == [LetterState.SKIPPED]


def test_a_hold_that_has_ended_is_no_news_even_before_its_seats_went_back(package: Package) -> None:
    hold(package)
    assert told_of_hold(at=NOW + timedelta(minutes=42)) == [LetterState.SKIPPED]


def test_a_hold_that_was_refused_leaves_no_letter(package: Package) -> None:
    with transaction():
        departure, leader = make_departure(package, capacity=10), make_leader()
    with pytest.raises(NotEnoughSeats), transaction():
        make_hold(departure, leader)
    assert letters() == []


# --------------------------------------------------------------------------------------------------- what else happens


def test_every_group_of_a_departure_that_is_called_off_is_told_waiting_ones_too(package: Package) -> None:
    booking = submit(package)
    with transaction():
        another = make_leader()
        contact = Contact("Wei Lan", "wei@school.example", "13900001234")
        waiting.join_list(booking.departure, Party(50, 5), contact, form_token="one", by=another, now=NOW)
    with transaction():
        how = {"cause": Cause.WEATHER, "reason": both("A typhoon")}
        bookings.call_off_departure(booking.departure, by=booking.leader, now=NOW, **how)
    assert kinds_to(TO_LEADER)[-1] == "booking_called_off"
    assert kinds_to("wei@school.example") == ["booking_queued", "booking_called_off"]


# ------------------------------------------------------------------------------------------------- changes, requests


def later_date(departure: Departure) -> Departure:
    with transaction():
        return make_departure(departure.package, now=NOW + timedelta(days=7), opens_at=NOW)


def test_another_size_and_another_date_are_told_to_both_sides(package: Package) -> None:
    booking = submit(package)
    to = later_date(booking.departure)
    with transaction():
        changes.change_party(booking, Party(20, 2), by=booking.leader, now=NOW)
    with transaction():
        changes.move_booking(booking, to, by=booking.leader, now=NOW)
    assert kinds_to(TO_LEADER) == ["booking_confirmed", "booking_changed", "booking_moved"]
    assert languages_of("organiser_change") == languages_of("organiser_move") == TO_ORGANISERS


def test_another_meeting_point_is_told_to_every_leader_waiting_ones_too_and_to_families(package: Package) -> None:
    booking = submit(package)
    follow(booking)
    with transaction():
        contact = Contact("Wei Lan", "wei@school.example", "13900001234")
        waiting.join_list(booking.departure, Party(50, 5), contact, form_token="one", by=make_leader(), now=NOW)
    with transaction():
        terms = terms_of(booking.departure)
        to = replace(terms, meeting_point=both("The station"))
        rescheduling.change_departure(
            booking.departure, to, seen=fingerprint(terms), by=host_of(package), now=NOW + timedelta(hours=1)
        )
    assert kinds_to(TO_LEADER) == ["booking_confirmed", "booking_rescheduled"]
    assert kinds_to("wei@school.example") == ["booking_queued", "booking_rescheduled"]
    assert kinds_to(FAMILY) == ["family_following", "family_rescheduled"]
    assert languages_of("family_rescheduled") == {(FAMILY, "zh_Hans")}
    facts = letters()[-1].facts
    assert (facts["former"]["meeting_point"], facts["meeting"]["meeting_point"]) == (
        both("The museum's south gate"),
        both("The station"),
    )


def test_what_a_school_asks_is_told_to_the_host_and_the_answer_to_the_school(package: Package) -> None:
    booking, late = submit(package), NOW + timedelta(days=21)
    with transaction():
        changes.ask_change(booking, ChangeKind.CANCEL, reason="Exams", by=booking.leader, now=late)
    assert languages_of("organiser_request") == TO_ORGANISERS
    with transaction():
        changes.refuse_change(booking, comment="The coach is paid", by=host_of(package), now=late)
    assert kinds_to(TO_LEADER) == ["booking_confirmed", "booking_request_answered"]
    assert letters()[-1].facts["reason"] == "The coach is paid"


def test_who_takes_a_group_over_is_told_at_their_own_address(package: Package) -> None:
    booking = submit(package)
    with transaction():
        colleague = make_user(booking.school, Role.LEADER, email="colleague@school.example", language="zh_Hans")
        changes.hand_over(booking, colleague, by=booking.leader, now=NOW)
    assert languages_of("booking_handed_over") == {("colleague@school.example", "zh_Hans")}


def test_all_letters_of_a_submission_are_written_in_one_statement(package: Package) -> None:
    booking = hold(package)
    with counted_statements() as sent, transaction():
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    assert len([statement for statement in sent if statement.startswith("INSERT INTO letters")]) == 1
