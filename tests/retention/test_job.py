"""What is over goes on the promised day, all of it, once; what counts stays."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.queries import check_log
from exchange_app.audit.rules import What
from exchange_app.audit.service import forget_entries
from exchange_app.bookings import approvals
from exchange_app.bookings import service as bookings
from exchange_app.bookings.followers import forget_followers
from exchange_app.bookings.labels import tell
from exchange_app.bookings.models import Booking
from exchange_app.bookings.queries import list_history
from exchange_app.bookings.rules import BookingState
from exchange_app.consents.models import ConsentNotice
from exchange_app.core.database import db, empty_write_ahead_log
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter
from exchange_app.outbox.purging import purge_letters
from exchange_app.retention.models import Erasure, RetentionReport
from exchange_app.retention.preview import list_going, total_of
from exchange_app.retention.rules import Kept
from exchange_app.retention.service import carry_out
from exchange_app.rosters.models import Participant
from exchange_app.rosters.queries import list_participants, list_unmended
from exchange_app.trips.models import Reply
from tests.builders import NOW, make_city, make_departure, make_leader, make_package, make_user
from tests.retention.group import (
    ASKS,
    DOCUMENTS,
    FAMILY,
    INCIDENT,
    LOOKED,
    ROSTER,
    everything_kept,
    left_of,
    live_through,
    make_trip,
    midnight,
    register,
    run,
)
from tests.statements import counted_statements

SECOND = timedelta(seconds=1)


def reports() -> dict[Kept, int]:
    return Counter(
        {
            report.kept: report.count
            for report in db.session.scalars(select(RetentionReport).where(RetentionReport.count > 0))
        }
    )


@pytest.fixture
def booking(app: Flask) -> Booking:
    booking = make_trip()
    live_through(booking)
    return booking


def test_everything_goes_in_its_time_and_nothing_is_left(app: Flask, booking: Booking) -> None:
    figures = booking.pupils, booking.staff, booking.named
    assert left_of((*DOCUMENTS, *ROSTER, FAMILY, INCIDENT, LOOKED)) == [*DOCUMENTS, *ROSTER, FAMILY, INCIDENT, LOOKED]
    with transaction():
        forget_followers(midnight(booking, 4))
        purge_letters(midnight(booking, 100))
    run(midnight(booking, 30))
    assert left_of(DOCUMENTS) == []
    assert left_of(ROSTER) == list(ROSTER)
    run(midnight(booking, 365))
    proof = ("覃小甲", "韦小乙", "覃大甲", "韦大乙")  # the answers are proof for longer
    words_of_notice = ("Wei Contact", "13900077777")
    assert set(left_of((*DOCUMENTS, *ROSTER, FAMILY))) == {*proof, *words_of_notice}
    assert set(left_of((INCIDENT, LOOKED))) == {INCIDENT, LOOKED}
    run(midnight(booking, 1096 + 3))
    with transaction():
        forget_entries(midnight(booking, 5000))
    assert left_of((*DOCUMENTS, *ROSTER, FAMILY, INCIDENT, LOOKED)) == []
    again = db.session.get_one(Booking, booking.id)
    assert (again.pupils, again.staff, again.named) == figures == (3, 1, 3)
    assert db.session.scalar(select(func.count()).select_from(Reply)) == 1
    assert all(tell(event) for event in list_history(booking.id))
    assert check_log().is_whole


def test_the_file_of_sqlite_holds_nothing_of_it(app: Flask, booking: Booking) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL overwrites when it vacuums")
    planted = ("Wei Contact", "contact@planted.example", "Message about Qin", "Reason about Qin")
    path = Path(str(db.engine.url.database))
    with transaction():
        purge_letters(midnight(booking, 100))
    assert any(word.encode() in path.read_bytes() + wal(path) for word in planted)
    run(midnight(booking, 365))
    db.session.remove()
    empty_write_ahead_log()
    assert [word for word in planted if word.encode() in path.read_bytes() + wal(path)] == []


def wal(path: Path) -> bytes:
    log = path.with_name(f"{path.name}-wal")
    return log.read_bytes() if log.exists() else b""


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Pacific/Auckland", "America/New_York"])
def test_the_promised_day_begins_at_midnight_where_the_departure_is(app: Flask, zone: str) -> None:
    other = make_trip("Asia/Kathmandu")
    booking = make_trip(zone)
    for one in (booking, other):
        with transaction():
            one.state = BookingState.DONE
    run(midnight(booking, 30) - SECOND)
    assert any(person.document_number for person in list_participants(booking.id))
    assert list_unmended(booking.id)
    run(midnight(booking, 30))
    assert not any(person.document_number or person.document_hash for person in list_participants(booking.id))
    assert not list_unmended(booking.id)
    is_later = midnight(other, 30) > midnight(booking, 30)
    assert any(person.document_number for person in list_participants(other.id)) is is_later
    run(midnight(booking, 365) - SECOND)
    assert len(list_participants(booking.id)) == 3
    run(midnight(booking, 365))
    assert len(list_participants(booking.id)) == 0


def test_what_a_guardian_read_is_kept_even_if_longer_periods_are_set_later(app: Flask) -> None:
    promised, silent = make_trip(), make_trip()
    live_through(promised)
    with transaction():
        silent.state = BookingState.DONE
    app.config |= {"DOCUMENTS_KEPT_DAYS": 60, "ROSTERS_KEPT_DAYS": 700, "CONSENTS_KEPT_DAYS": 2000}
    run(midnight(promised, 30))
    assert not any(person.document_number for person in list_participants(promised.id))
    assert any(person.document_number for person in list_participants(silent.id))
    run(midnight(promised, 365))
    assert (len(list_participants(promised.id)), len(list_participants(silent.id))) == (0, 3)
    run(midnight(promised, 1096))
    assert db.session.scalars(select(ConsentNotice)).all() == []


def test_a_shorter_period_counts_at_once(app: Flask, booking: Booking) -> None:
    app.config["DOCUMENTS_KEPT_DAYS"] = 7
    run(midnight(booking, 7))
    assert left_of(DOCUMENTS) == []


@pytest.mark.parametrize("kind", ["cancelled", "declined", "expired", "called_off"])
def test_of_a_group_that_does_not_travel_nothing_stays_longer_than_documents(app: Flask, kind: str) -> None:
    booking = make_trip()
    ended = NOW + timedelta(hours=20)  # it is the next day in the host city
    end(booking, kind, ended)
    gone = datetime.combine(ended.date() + timedelta(days=30), datetime.min.time(), booking.departure.zone)
    run(gone - SECOND)
    assert left_of(("覃小甲", "Wei Contact")) == ["覃小甲", "Wei Contact"]
    run(gone + timedelta(days=1))
    with transaction():
        db.session.execute(update(Erasure).values(at=NOW))
        purge_all_letters()
    assert left_of((*DOCUMENTS, *ROSTER)) == []


def end(booking: Booking, kind: str, at: datetime) -> None:
    with transaction():
        host = make_user(booking.departure.package.organiser, Role.ORGANISER)
        match kind:
            case "cancelled":
                bookings.cancel_booking(booking, reason="Reason about Qin", by=booking.leader, now=at)
            case "declined":
                booking.state = BookingState.SUBMITTED
                bookings.go(booking, bookings.Step.DECLINE, by=host, now=at, comment="Comment about Qin")
            case "expired":
                booking.state = BookingState.HELD
                bookings.go(booking, bookings.Step.EXPIRE, by=None, now=at)
            case "called_off":
                bookings.go(booking, bookings.Step.CALL_OFF, by=host, now=at)


def purge_all_letters() -> None:
    db.session.execute(update(Letter).values(facts={}, address_sealed=None, later_ways_sealed=None))


def test_a_declined_group_that_is_taken_up_again_begins_with_an_empty_roster_and_goes_again(app: Flask) -> None:
    with transaction():
        package = make_package(asks=ASKS, approvals=["host"], host_city=make_city())
        booking = register(make_departure(package, now=NOW + timedelta(days=60), opens_at=NOW), make_leader())
        host = make_user(package.organiser, Role.ORGANISER)
        approvals.decline_booking(booking, comment="Comment about Qin", by=host, now=NOW)
    run(NOW + timedelta(days=31))
    assert (len(list_participants(booking.id)), db.session.get_one(Booking, booking.id).named) == (0, 0)
    with transaction():
        participant_of(booking)
    run(NOW + timedelta(days=31))
    assert len(list_participants(booking.id)) == 0


def participant_of(booking: Booking) -> None:
    person = Participant(booking_id=booking.id, position=1, role="pupil", identity_hash="x")
    person.name = "覃小甲"
    db.session.add(person)


def test_the_dry_run_changes_nothing_and_the_job_then_does_exactly_that(app: Flask, booking: Booking) -> None:
    with transaction():
        second = make_departure(make_package(asks=ASKS, host_city=make_city(time_zone="Europe/Madrid")))
        other = register(second, make_leader())
    end(other, "cancelled", NOW + timedelta(days=1))
    day = booking.departure.ends_on + timedelta(days=365)
    before = everything_kept()
    run_command = app.test_cli_runner().invoke
    printed = run_command(args=["retention", "preview", "--on", day.isoformat()])
    assert printed.exit_code == 0, printed.output
    assert everything_kept() == before
    noon = datetime.combine(day, datetime.min.time(), booking.departure.zone) + timedelta(hours=20)
    foreseen = list_going(noon)
    assert not any(word in printed.output for word in (*DOCUMENTS, *ROSTER))
    assert printed.output.count("departure ") == len(foreseen)
    assert all(one.on <= day for one in foreseen)
    assert {one.on for one in foreseen if one.departure == booking.departure and one.kept is Kept.DOCUMENTS} == {
        booking.departure.ends_on + timedelta(days=30)
    }
    run(noon)
    assert reports() == total_of(foreseen)
    assert total_of(foreseen)[Kept.ROSTERS] == 6
    assert list_going(noon) == []


def test_run_twice_it_reports_once(app: Flask, booking: Booking) -> None:
    run(midnight(booking, 365))
    first = reports()
    assert (first[Kept.DOCUMENTS], first[Kept.ROSTERS]) == (4, 3)
    run(midnight(booking, 365))
    assert reports() == first
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.what == What.RETENTION_CARRIED_OUT)).all()
    assert sum(entry.facts["count"] for entry in entries) == sum(first.values())


def test_two_workers_at_once_share_the_work(app: Flask) -> None:
    with transaction():
        departure = make_departure(make_package(asks=ASKS), capacity=600)
        for _ in range(6):
            register(departure, make_leader()).state = BookingState.DONE
    when = datetime.combine(departure.ends_on + timedelta(days=400), datetime.min.time(), departure.zone)
    faults: list[BaseException] = []

    def work() -> None:
        try:
            with app.app_context():
                run(when)
                db.session.remove()
        except BaseException as fault:
            faults.append(fault)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert faults == []
    db.session.rollback()
    assert reports() == {Kept.DOCUMENTS: 6 * 4, Kept.ROSTERS: 6 * 3}
    assert db.session.scalar(select(func.count()).select_from(Participant)) == 0


def test_a_step_that_fails_leaves_everything_as_it_was(app: Flask, booking: Booking) -> None:
    before = everything_kept()

    def fail() -> None:
        with transaction():
            carry_out(midnight(booking, 365))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert everything_kept() == before


def test_what_is_over_is_found_among_many_groups_in_few_statements(app: Flask, booking: Booking) -> None:
    """An hour in which nothing is due must cost little."""
    run(midnight(booking, 2000))
    with counted_statements() as statements, transaction():
        assert carry_out(midnight(booking, 2000)) == 0
    assert len(statements) < 6 * len(Kept)
