"""What becomes of a roster's rows: kept sealed, set aside to be mended, matched when they come again."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from exchange_app.accounts.models import User
from exchange_app.bookings import service as bookings
from exchange_app.bookings.errors import HoldExpired, RosterLocked
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState, Party
from exchange_app.bookings.service import Contact
from exchange_app.core.database import db
from exchange_app.core.sealing import SealBroken
from exchange_app.core.transaction import transaction
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import NotEnoughSeats, RegistrationOver
from exchange_app.rosters import queries, service
from exchange_app.rosters.asked import asked_of
from exchange_app.rosters.errors import PersonAlreadyNamed, PersonNotFound, RowStillWrong, TooManyPupils
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.reading import Reading, read_pasted
from tests.builders import NOW, make_departure, make_hold, make_leader, make_package
from tests.outbox.letters import letters
from tests.statements import counted_statements

TODAY = date(2027, 3, 1)
CONTACT = Contact("Wei Lan", "wei.lan@test.example", "13900005678")
HEADER = "身份\t姓名\t班级\t监护人\t监护人电话\t备用电话"


def pupil(number: int, **changes: str) -> dict[str, str]:
    return {
        "role": "学生",
        "name": f"覃小{chr(0x4E00 + number)}",
        "class_name": "五年级2班",
        "guardian_name": f"覃大{chr(0x4E00 + number)}",
        "guardian_phone": f"1390000{number:04}",
        "second_phone": f"1391111{number:04}",
    } | changes


def teacher(number: int) -> dict[str, str]:
    return pupil(number, role="带队教师", class_name="", guardian_name="", second_phone="")


def pasted(*people: dict[str, str], asked: frozenset[str] = frozenset()) -> Reading:
    return read_pasted("\n".join([HEADER, *("\t".join(person.values()) for person in people)]), asked, today=TODAY)


@pytest.fixture
def booking(app: Flask) -> Booking:
    with transaction():
        return make_hold(make_departure(), make_leader(), pupils=3, staff=1)


def names(booking: Booking) -> list[str]:
    return [participant.name for participant in queries.list_participants(booking.id)]


def put_in(booking: Booking, reading: Reading, now: datetime = NOW) -> service.Imported:
    with transaction():
        return service.import_roster(booking, reading, by=booking.leader, now=now)


def test_right_rows_are_kept_and_wrong_ones_set_aside(booking: Booking) -> None:
    done = put_in(booking, pasted(pupil(1), pupil(2, guardian_phone="139000"), pupil(3), teacher(4)))
    assert (done.added, done.changed, done.to_mend) == (3, 0, 1)
    assert names(booking) == [pupil(1)["name"], pupil(3)["name"], teacher(4)["name"]]
    assert booking.named == 3
    (aside,) = queries.list_unmended(booking.id)
    assert aside.row_number == 3
    assert aside.content["values"]["guardian_phone"] == "139000"
    assert [problem["field"] for problem in aside.content["problems"]] == ["guardian_phone"]


def test_a_mended_row_joins_the_roster(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1, guardian_phone="139000")))
    (aside,) = queries.list_unmended(booking.id)
    with pytest.raises(RowStillWrong) as refused, transaction():
        service.mend_row(booking, aside.id, pupil(1, guardian_phone="1390"), by=booking.leader, now=NOW)
    assert [problem.field for problem in refused.value.problems] == ["guardian_phone"]
    with transaction():
        service.mend_row(booking, aside.id, pupil(1), by=booking.leader, now=NOW)
    assert len(names(booking)) == 1
    assert queries.list_unmended(booking.id) == []


def test_a_row_that_is_dropped_is_gone(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1, name="")))
    (aside,) = queries.list_unmended(booking.id)
    with transaction():
        service.drop_row(booking, aside.id, now=NOW)
    assert queries.list_unmended(booking.id) == []


def test_the_same_sheet_again_doubles_nobody(booking: Booking) -> None:
    sheet = pasted(pupil(1), pupil(2), teacher(3))
    put_in(booking, sheet)
    again = put_in(booking, sheet)
    assert (again.added, again.changed, again.to_mend) == (0, 3, 0)
    assert booking.named == 3


def test_a_corrected_sheet_brings_the_same_person_up_to_date(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1), pupil(2)))
    put_in(booking, pasted(pupil(1, guardian_phone="13922223333")))
    people = queries.list_participants(booking.id)
    assert [person.guardian_phone for person in people] == ["13922223333", "13900000002"]


def test_rows_beyond_the_booked_seats_are_set_aside_not_lost(booking: Booking) -> None:
    done = put_in(booking, pasted(*(pupil(number) for number in range(1, 6))))
    assert (done.added, done.to_mend) == (3, 2)
    problem = queries.list_unmended(booking.id)[0].content["problems"][0]
    assert problem["field"] == "role"
    assert "3" in problem["words"]["en"]


def test_a_person_typed_in_follows_the_same_rules(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1), pupil(2)))
    with transaction():
        service.add_person(booking, pupil(3), by=booking.leader, now=NOW)
    with pytest.raises(PersonAlreadyNamed), transaction():
        service.add_person(booking, pupil(3), by=booking.leader, now=NOW)
    with pytest.raises(TooManyPupils), transaction():
        service.add_person(booking, pupil(4), by=booking.leader, now=NOW)
    assert booking.named == 3


def test_changing_and_removing_one(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1), pupil(2)))
    first, second = queries.list_participants(booking.id)
    with transaction():
        service.change_person(booking, first.id, pupil(1, name="Vangz Genqdaz"), by=booking.leader, now=NOW)
    with pytest.raises(PersonAlreadyNamed), transaction():
        service.change_person(booking, second.id, pupil(1, name="Vangz Genqdaz"), by=booking.leader, now=NOW)
    with transaction():
        service.remove_person(booking, second.id, by=booking.leader, now=NOW)
    assert names(booking) == ["Vangz Genqdaz"]
    assert booking.named == 1


def test_a_person_of_another_booking_is_not_found(app: Flask, booking: Booking) -> None:
    put_in(booking, pasted(pupil(1)))
    (person,) = queries.list_participants(booking.id)
    with transaction():
        other = make_hold(make_departure(), make_leader(), pupils=3, staff=1)
    with pytest.raises(PersonNotFound), transaction():
        service.remove_person(other, person.id, by=other.leader, now=NOW)


def test_a_hold_that_ran_out_and_a_deadline_that_passed_lock_the_roster(booking: Booking) -> None:
    with pytest.raises(HoldExpired), transaction():
        service.import_roster(booking, pasted(pupil(1)), by=booking.leader, now=NOW + timedelta(hours=1))
    with transaction():
        bookings.set_contact(booking, CONTACT, by=booking.leader, now=NOW)
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    with pytest.raises(RosterLocked), transaction():
        service.add_person(booking, pupil(1), by=booking.leader, now=booking.departure.roster_due_at)


def test_document_numbers_are_kept_only_once_the_booking_is_confirmed(app: Flask) -> None:
    asks = [{"field": "document_number", "reason": {"en": "Train tickets"}}]
    with transaction():
        package = make_package(approvals=[], asks=asks)
        booking = make_hold(make_departure(package), make_leader(), pupils=3, staff=1)
    assert "document_number" not in asked_of(booking)
    with transaction():
        bookings.set_contact(booking, CONTACT, by=booking.leader, now=NOW)
        bookings.submit_booking(booking, by=booking.leader, now=NOW)
    assert booking.state is BookingState.CONFIRMED
    assert "document_number" in asked_of(booking)


def test_nothing_personal_is_stored_in_clear(booking: Booking) -> None:
    planted = pupil(1, name="𠮷·阿依古丽", guardian_phone="13987654321")
    put_in(booking, pasted(planted, pupil(2, guardian_phone="1398765")))
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            sealed = b"".join(part for part in row if isinstance(part, bytes))
            stored = repr(tuple(row)) + sealed.decode(errors="replace")
            for secret in ("𠮷", "13987654321", "1398765", "覃大", "五年级"):
                assert secret not in stored, (table.name, secret)
    assert queries.list_participants(booking.id)[0].name == "𠮷·阿依古丽"


def test_a_value_copied_into_another_childs_row_does_not_open(booking: Booking) -> None:
    put_in(booking, pasted(pupil(1), pupil(2)))
    first, second = queries.list_participants(booking.id)
    with transaction():
        db.session.execute(update(Participant).where(Participant.id == second.id).values(name_sealed=first.name_sealed))
    db.session.refresh(second)
    with pytest.raises(SealBroken):
        _ = second.name


@pytest.fixture
def leader(app: Flask) -> User:
    with transaction():
        return make_leader()


def register(leader: User, reading: Reading, *, form_token: str = "one", capacity: int = 60) -> Booking:
    departure = make_departure(capacity=capacity)
    return service.register_group(departure, Party(3, 1), reading, CONTACT, form_token=form_token, by=leader, now=NOW)


def test_everything_at_hand_is_registered_in_one_step(leader: User) -> None:
    with transaction():
        booking = register(leader, pasted(pupil(1), pupil(2), pupil(3), teacher(4)))
    assert booking.state is BookingState.CONFIRMED
    assert booking.named == 4
    assert audit() == []


def test_a_row_to_mend_keeps_the_seats_held_and_the_right_rows(leader: User) -> None:
    with transaction():
        booking = register(leader, pasted(pupil(1), pupil(2, guardian_name=""), teacher(4)))
    assert booking.state is BookingState.HELD
    assert [letter.kind for letter in letters()] == ["booking_held"]
    assert booking.named == 2
    assert len(queries.list_unmended(booking.id)) == 1


def test_a_form_sent_again_after_registration_closed_answers_with_its_booking(leader: User) -> None:
    reading = pasted(pupil(1), pupil(2), pupil(3), teacher(4))
    with transaction():
        booking = register(leader, reading)
    again = (booking.departure, Party(3, 1), reading, CONTACT)
    after = booking.departure.closes_at + timedelta(minutes=1)
    with transaction():
        assert service.register_group(*again, form_token="one", by=leader, now=after) is booking
    with pytest.raises(RegistrationOver), transaction():
        service.register_group(*again, form_token="another", by=leader, now=after)
    assert db.session.scalars(select(Booking.id)).all() == [booking.id]
    assert booking.named == 4


def test_a_full_departure_keeps_nothing_of_the_roster(leader: User) -> None:
    with pytest.raises(NotEnoughSeats), transaction():
        register(leader, pasted(pupil(1)), capacity=3)
    for table in (Booking, Participant, UnmendedRow):
        assert db.session.scalars(select(table)).all() == []


@pytest.mark.parametrize("size", [3, 30, 300])
def test_a_larger_group_costs_no_more_statements(leader: User, size: int) -> None:
    with transaction():
        departure = make_departure(capacity=1000)
    reading = pasted(*(pupil(number) for number in range(1, size + 1)), *(teacher(500 + n) for n in range(size // 3)))
    with counted_statements() as statements, transaction():
        booking = service.register_group(
            departure, Party(size, size), reading, CONTACT, form_token="one", by=leader, now=NOW
        )
    assert booking.state is BookingState.CONFIRMED
    assert len(statements) <= 11, "\n".join(statements)
