"""When a roster is due: seats that nobody was named for go back, and what the host's leave opens again. And single
persons: somebody else comes, somebody does not come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_babel import force_locale

from exchange_app.accounts.models import User
from exchange_app.bookings import changes, followers
from exchange_app.bookings import queries as booking_queries
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import HostMustAgree, RosterLocked, TooFewAdults
from exchange_app.bookings.labels import reason_of
from exchange_app.bookings.models import Booking, ChangeKind
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import LANGUAGES
from exchange_app.core.transaction import transaction
from exchange_app.departures import service as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Departure
from exchange_app.outbox.models import Letter
from exchange_app.outbox.reading import read_letter
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.rosters import queries, service
from exchange_app.rosters.errors import PersonAlreadyNamed, PersonNotFound, TooManyStaff
from exchange_app.rosters.models import Participant
from tests.bookings.group import CONTACT, claims_of, hand_in, host_of, steps_of, told
from tests.builders import NOW, make_departure, make_hold, make_leader, make_package, make_user
from tests.outbox.letters import deliver
from tests.rosters.test_keeping import names, pasted, pupil, put_in, teacher

ASKS = [{"field": field, "reason": {"en": "For the tickets"}} for field in ("document_number", "health_note")]
DOCUMENT = {"document_type": "identity_card", "document_number": "459900201303150017"}
NO_ROSTER = {"en": "Nobody was named until the roster was due.", "zh_Hans": "名册提交截止时仍未填报任何人员。"}
PASSPORT = {"document_type": "passport", "document_number": "E12345678"}


def group(pupils: int, staff: int, departure: Departure | None = None) -> Booking:
    """24 pupils and 3 staff, of whom so many are named."""
    with transaction():
        booking = hand_in(departure or make_departure(), make_leader())
    if pupils + staff:
        people = [pupil(number) for number in range(1, pupils + 1)]
        put_in(booking, pasted(*people, *(teacher(100 + number) for number in range(staff))))
    return booking


def lock(booking: Booking) -> int:
    """As the job does it at the minute when the roster is due."""
    with transaction():
        return service.lock_rosters(booking.departure.roster_due_at)


def letters_of(booking: Booking) -> list[Letter]:
    return list(db.session.scalars(db.select(Letter).where(Letter.subject_id == booking.id)))


@pytest.mark.parametrize(
    ("pupils", "staff", "stay"),
    [
        (20, 3, Party(20, 3)),
        (20, 1, Party(20, 2)),  # the rule needs two adults, who may still be named by the host's leave
        (1, 0, Party(1, 1)),
        (24, 2, None),
        (20, 2, Party(20, 2)),
    ],
)
def test_seats_that_nobody_was_named_for_go_back(app: Flask, pupils: int, staff: int, stay: Party | None) -> None:
    booking = group(pupils, staff)
    assert lock(booking) == 1
    db.session.refresh(booking)
    expected = stay or Party(24, 3)
    assert (booking.party, booking.state) == (expected, BookingState.CONFIRMED)
    assert set(claims_of(booking).values()) == {expected.persons}
    assert booking.roster_locked_at == booking.departure.roster_due_at
    assert ("roster_locked" in steps_of(booking)) == (stay is not None)
    assert audit() == []


def test_the_group_is_told_why_it_is_smaller(app: Flask) -> None:
    booking = group(20, 3)
    lock(booking)
    (letter,) = [letter for letter in letters_of(booking) if letter.kind == "booking_changed"]
    assert letter.facts["roster_was_due"] is True
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert told(booking)[-2:] == [
            "The roster was due: seats that nobody was named for were given back",
            "The group changed from 24 pupils and 3 staff to 20 and 3",
        ]
    assert booking_queries.list_history(booking.id)[-1].by is None


def test_a_group_of_which_no_pupil_is_named_does_not_come(app: Flask) -> None:
    booking = group(0, 3)
    assert lock(booking) == 1
    db.session.refresh(booking)
    assert (booking.state, claims_of(booking)) == (BookingState.CANCELLED, {})
    assert "booking_cancelled" in {letter.kind for letter in letters_of(booking)}
    event = booking_queries.list_history(booking.id)[-1]
    assert (event.what, event.by) == ("cancel", None)
    for language, words in NO_ROSTER.items():
        with force_locale(language):
            assert reason_of(event) == words
    assert audit() == []


def test_everybody_reads_in_their_language_why_it_does_not_come(app: Flask) -> None:
    booking = group(0, 3)
    with transaction():
        for language in LANGUAGES:
            followers.follow(booking, f"{language}@home.example", language=language, now=NOW)
            make_user(booking.departure.package.organiser, Role.ORGANISER, language=language)
    lock(booking)
    deliver(Mailbox(), booking.departure.roster_due_at)
    told = [letter for letter in letters_of(booking) if "cancel" in letter.kind]
    assert sorted((letter.kind, letter.language) for letter in told) == [
        ("booking_cancelled", "en"),
        ("family_cancelled", "en"),
        ("family_cancelled", "zh_Hans"),
        ("organiser_cancellation", "en"),
        ("organiser_cancellation", "zh_Hans"),
    ]
    for letter in told:
        message = read_letter(letter, NOW)
        assert NO_ROSTER[letter.language] in message.text
        assert NO_ROSTER[letter.language] in message.html


def test_it_happens_once_and_not_before(app: Flask) -> None:
    booking = group(20, 3)
    with transaction():
        assert service.lock_rosters(booking.departure.roster_due_at - timedelta(seconds=1)) == 0
    assert lock(booking) == 1
    assert lock(booking) == 0


def test_where_leaders_are_not_warned_three_days_before_nobody_loses_seats(app: Flask) -> None:
    booking = group(20, 3)
    with transaction():
        package = booking.departure.package
        package.reminders = [rule for rule in package.reminders if rule.days < 3]
    assert lock(booking) == 0
    db.session.refresh(booking)
    assert booking.party == Party(24, 3)


def late_group(submitted_at: timedelta) -> Booking:
    """Nobody is named yet; handed in so long before its roster, and registration, ends (or after)."""
    with transaction():
        departure = make_departure(closes_at=NOW + timedelta(days=20), roster_due_at=NOW + timedelta(days=20))
        at = departure.roster_due_at - submitted_at
        hold = make_hold(departure, make_leader(), now=departure.roster_due_at - timedelta(minutes=10))
        bookings.set_contact(hold, CONTACT, by=hold.leader, now=at)
        bookings.submit_booking(hold, by=hold.leader, now=at)
    return hold


@pytest.mark.parametrize("submitted_at", [timedelta(minutes=5), -timedelta(minutes=15)])
def test_who_hands_in_at_the_last_minute_has_a_day_for_the_roster(app: Flask, submitted_at: timedelta) -> None:
    booking = late_group(submitted_at)
    due = booking.submitted_at + timedelta(days=1)
    assert booking.roster_due_at == due
    assert lock(booking) == 0
    put_in(booking, pasted(pupil(1), teacher(100)), now=due - timedelta(minutes=1))
    with pytest.raises(RosterLocked):
        put_in(booking, pasted(pupil(2)), now=due)
    with transaction():
        assert service.lock_rosters(due) == 1
    db.session.refresh(booking)
    assert booking.pupils == 1


def test_nobody_has_longer_than_until_the_group_meets(app: Flask) -> None:
    with transaction():
        departure = make_departure(closes_at=NOW + timedelta(days=30), roster_due_at=NOW + timedelta(days=30))
        booking = make_hold(departure, make_leader(), now=NOW + timedelta(days=29, hours=20))
    assert booking.roster_due_at == departure.meets_at


def test_a_complete_roster_keeps_everything(app: Flask) -> None:
    booking = group(24, 3)
    before = len(letters_of(booking))
    lock(booking)
    db.session.refresh(booking)
    assert (booking.party, len(letters_of(booking))) == (Party(24, 3), before)
    assert "roster_locked" not in steps_of(booking)


def test_closed_departures_give_back_too_and_called_off_ones_do_not(app: Flask) -> None:
    closed, other = group(20, 3), group(20, 3)
    with transaction():
        departures.close_departure(closed.departure)
    assert [lock(closed), lock(closed), lock(closed)] == [1, 1, 0]  # one in each transaction
    assert audit() == []
    with transaction():
        db.session.refresh(other)
        bookings.end_booking(other, reason="Exam", by=other.leader, now=NOW)
    assert lock(other) == 0


def test_a_hold_is_left_to_its_own_end(app: Flask) -> None:
    with transaction():
        booking = make_hold(make_departure(), make_leader())
    assert lock(booking) == 0


# ----------------------------------------------------------------------------------------------------- the host's leave


@pytest.fixture
def locked(app: Flask) -> Booking:
    booking = group(20, 2)
    lock(booking)
    db.session.refresh(booking)
    return booking


def give_leave(booking: Booking) -> User:
    due = booking.departure.roster_due_at
    with transaction():
        host = host_of(booking)
        changes.ask_change(booking, ChangeKind.ROSTER, reason="Two are ill", by=booking.leader, now=due)
        changes.grant_change(booking, by=host, now=due)
    return host


def test_a_roster_that_was_due_is_closed_until_the_host_opens_it(locked: Booking) -> None:
    due = locked.departure.roster_due_at
    person = queries.list_participants(locked.id)[0]
    with pytest.raises(RosterLocked), transaction():
        service.swap_person(locked, person.id, pupil(99), by=locked.leader, now=due)
    give_leave(locked)
    with transaction():
        service.swap_person(locked, person.id, pupil(99), by=locked.leader, now=due + timedelta(days=2))
    assert names(locked)[0] == pupil(99)["name"]
    with pytest.raises(RosterLocked), transaction():
        service.remove_person(locked, person.id, by=locked.leader, now=due + timedelta(days=3))


def test_the_leave_ends_when_the_group_meets(app: Flask) -> None:
    with transaction():
        departure = make_departure(roster_due_at=NOW + timedelta(days=29))
    booking = group(20, 2, departure)
    lock(booking)
    db.session.refresh(booking)
    give_leave(booking)
    assert booking.roster_open_until == departure.meets_at


def test_seats_that_went_back_do_not_return_with_the_leave(locked: Booking) -> None:
    give_leave(locked)
    lock(locked)  # looks at it no second time
    db.session.refresh(locked)
    assert locked.party == Party(20, 2)
    assert audit() == []


# ------------------------------------------------------------------------------------------------------- single persons


def with_documents() -> Booking:
    with transaction():
        booking = hand_in(make_departure(make_package(asks=ASKS)), make_leader(), pupils=3, staff=1)
        child = pupil(1) | DOCUMENT | {"health_note": "Asthma"}
        service.add_person(booking, child, by=booking.leader, now=NOW)
        service.add_person(booking, teacher(2) | PASSPORT, by=booking.leader, now=NOW)
    return booking


def test_nothing_of_the_former_person_stays(app: Flask) -> None:
    booking = with_documents()
    former = queries.list_participants(booking.id)[0]
    before = {column.name: getattr(former, column.name) for column in Participant.__table__.columns}
    assert former.health_note == "Asthma"
    other = pupil(50) | {"document_type": "passport", "document_number": "E87654321"}
    with transaction():
        service.swap_person(booking, former.id, other, by=booking.leader, now=NOW)
    db.session.expire_all()
    after = queries.list_participants(booking.id)[0]
    assert (after.name, after.health_note, after.document_number) == (pupil(50)["name"], None, "E87654321")
    kept = {name for name, value in before.items() if value is not None and getattr(after, name) == value}
    assert kept == {"id", "booking_id", "position", "role", "is_health_note_refused"}  # of neither
    assert (booking.named, booking.party) == (2, Party(3, 1))
    assert set(claims_of(booking).values()) == {4}
    assert steps_of(booking)[-1] == "person_swapped"


def test_the_other_person_is_checked_like_any(app: Flask) -> None:
    booking = with_documents()
    child, adult = queries.list_participants(booking.id)
    same_as_adult = teacher(2) | PASSPORT
    with pytest.raises(PersonAlreadyNamed), transaction():
        service.swap_person(booking, child.id, same_as_adult, by=booking.leader, now=NOW)
    another = teacher(7) | PASSPORT | {"document_number": "E87654321"}
    with pytest.raises(TooManyStaff), transaction():
        service.swap_person(booking, child.id, another, by=booking.leader, now=NOW)
    stranger = with_documents()
    with pytest.raises(PersonNotFound), transaction():
        service.swap_person(stranger, adult.id, pupil(9), by=stranger.leader, now=NOW)


def test_one_person_less_is_exactly_one_seat_back(app: Flask) -> None:
    booking = group(20, 3)
    person = queries.list_participants(booking.id)[0]
    with transaction():
        service.cancel_person(booking, person.id, by=booking.leader, now=NOW)
    db.session.refresh(booking.departure.pool)
    assert (booking.party, booking.named, booking.departure.pool.taken) == (Party(23, 3), 22, 26)
    assert set(claims_of(booking).values()) == {26}
    assert len(names(booking)) == 22
    assert steps_of(booking)[-2:] == ["person_cancelled", "party"]
    assert audit() == []


def test_removing_a_name_keeps_the_seat(app: Flask) -> None:
    booking = group(20, 3)
    person = queries.list_participants(booking.id)[0]
    with transaction():
        service.remove_person(booking, person.id, by=booking.leader, now=NOW)
    assert (booking.party, booking.named) == (Party(24, 3), 22)
    assert set(claims_of(booking).values()) == {27}


def test_an_adult_whom_the_rule_needs_cannot_just_stay_at_home(app: Flask) -> None:
    booking = group(24, 3)
    adult = queries.list_participants(booking.id)[-1]
    with pytest.raises(TooFewAdults), transaction():
        service.cancel_person(booking, adult.id, by=booking.leader, now=NOW)
    db.session.refresh(booking)
    assert (booking.named, len(names(booking))) == (27, 27)
    assert audit() == []


def test_after_the_deadline_seats_go_back_with_the_hosts_consent_only(app: Flask) -> None:
    with transaction():
        departure = make_departure(roster_due_at=NOW + timedelta(days=28))
    booking = group(20, 3, departure)
    person = queries.list_participants(booking.id)[0]
    with pytest.raises(HostMustAgree), transaction():
        service.cancel_person(booking, person.id, by=booking.leader, now=NOW + timedelta(days=26))
    with transaction():
        service.remove_person(booking, person.id, by=booking.leader, now=NOW + timedelta(days=26))
    db.session.refresh(booking)
    assert (booking.party, booking.named) == (Party(24, 3), 22)
