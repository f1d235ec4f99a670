"""What is in the database once the demo is loaded."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.accounts.models import User
from exchange_app.accounts.passwords import is_password
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue.models import Package, Photo, Publication
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES
from exchange_app.core.transaction import transaction
from exchange_app.demo.accounts import sign_ins
from exchange_app.demo.errors import NotInDemoMode, OtherDataThere
from exchange_app.demo.loading import load_demo
from exchange_app.demo.reading import read
from exchange_app.departures.audit import audit
from exchange_app.departures.models import Claim, Departure, Pool
from exchange_app.departures.rules import DepartureState, Window
from exchange_app.factory import create_app
from exchange_app.outbox.models import Letter
from exchange_app.partners.models import City
from exchange_app.planning.agenda import agenda_of
from exchange_app.rosters.models import Participant, UnmendedRow
from exchange_app.rosters.rules import DocumentType
from exchange_app.trips.survey import results_of
from tests.builders import make_city
from tests.demo.conftest import LOADED_AT
from tests.settings import make_settings

UNUSED_MOBILE_PREFIX = "154"


def count_rows() -> dict[str, int]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
    }


def departures_of(**states: object) -> list[Departure]:
    return list(db.session.scalars(select(Departure).filter_by(**states)))


def test_every_booking_has_come_as_far_as_the_content_says(demo: Flask) -> None:
    reached = {booking.form_token: booking.state for booking in db.session.scalars(select(Booking))}
    assert reached == {
        f"demo-{number}": BookingState(entry["ends"]) for number, entry in enumerate(read("bookings")["booking"])
    }
    assert set(reached.values()) == set(BookingState)


def test_departures_of_every_state(demo: Flask) -> None:
    states = Counter(db.session.scalars(select(Departure.state)))
    assert set(states) == set(DepartureState)
    assert sum(states.values()) >= 42


def test_departures_over_the_coming_months_and_some_in_the_past(demo: Flask) -> None:
    today = LOADED_AT.date()
    starts = list(db.session.scalars(select(Departure.starts_on)))
    assert sum(day > today for day in starts) >= 34
    assert sum(day < today for day in starts) >= 5
    assert max(starts) > today + timedelta(days=90)


def test_one_departure_is_sold_out_and_one_almost(demo: Flask) -> None:
    left = [one.pool.left for one in departures_of(state=DepartureState.OPEN) if one.takes_registrations(LOADED_AT)]
    assert left.count(0) == 1
    assert left.count(2) == 1


def test_registration_that_is_not_open_yet_open_and_over(demo: Flask) -> None:
    coming = [
        one for one in departures_of() if one.starts_on > LOADED_AT.date() and one.state is not DepartureState.DRAFT
    ]
    assert {one.window(LOADED_AT) for one in coming} == set(Window)


def test_some_trips_need_documents_and_some_do_not(demo: Flask) -> None:
    asked = {"document_number" in one.package.asked_fields for one in departures_of(state=DepartureState.OPEN)}
    assert asked == {True, False}


def test_the_called_off_departure_says_why_and_has_no_seats_taken(demo: Flask) -> None:
    (called_off,) = departures_of(state=DepartureState.CALLED_OFF)
    assert called_off.called_off_reason is not None
    assert "台风" in called_off.called_off_reason["zh_Hans"]
    assert "typhoon" in called_off.called_off_reason["en"]
    assert called_off.starts_on > LOADED_AT.date()
    assert called_off.pool.taken == 0


def test_seats_are_the_sum_of_their_claims(demo: Flask) -> None:
    assert audit() == []
    assert db.session.scalar(select(func.sum(Pool.taken))) == db.session.scalar(select(func.sum(Claim.seats)))


def test_registration_closes_and_rosters_are_due_before_the_group_meets(demo: Flask) -> None:
    for one in departures_of():
        assert one.opens_at < one.closes_at < one.meets_at
        assert one.closes_at <= one.roster_due_at < one.meets_at


def test_histories_have_happened_and_are_in_order(demo: Flask) -> None:
    for booking in db.session.scalars(select(Booking)):
        moments = [event.at for event in booking.history]
        assert moments == sorted(moments)
        assert moments[0] == booking.created_at >= booking.departure.opens_at
        assert moments[-1] <= LOADED_AT
    assert (db.session.scalar(select(func.max(BookingEvent.at))) or LOADED_AT) <= LOADED_AT


def test_groups_that_travelled_had_everybody_named(demo: Flask) -> None:
    done = list(db.session.scalars(select(Booking).where(Booking.state == BookingState.DONE)))
    assert done
    assert all(booking.named == booking.persons for booking in done)


def test_the_roster_with_mistakes_waits_to_be_mended(demo: Flask) -> None:
    booking_ids = set(db.session.scalars(select(UnmendedRow.booking_id)))
    assert len(booking_ids) == 1
    booking = db.session.get_one(Booking, booking_ids.pop())
    assert 0 < booking.named < booking.persons
    assert booking.state is BookingState.CONFIRMED


def test_no_identity_number_can_be_anybodys(demo: Flask) -> None:
    people = list(db.session.scalars(select(Participant)))
    cards = [one.document_number for one in people if one.document_type == DocumentType.RESIDENT_ID]
    assert cards
    assert all(number.startswith("459900") for number in cards)


def test_no_mobile_number_can_be_anybodys(demo: Flask) -> None:
    phones = [one.guardian_phone for one in db.session.scalars(select(Participant))]
    assert all(phone.startswith(UNUSED_MOBILE_PREFIX) for phone in phones if phone.startswith("1"))
    assert any(phone.startswith(UNUSED_MOBILE_PREFIX) for phone in phones)


def test_only_confirmed_groups_by_rail_have_documents(demo: Flask) -> None:
    with_documents = select(Participant.booking_id).where(Participant.document_number_sealed.is_not(None))
    for booking in db.session.scalars(select(Booking).where(Booking.id.in_(with_documents))):
        assert "document_number" in booking.departure.package.asked_fields
        assert booking.state in (BookingState.CONFIRMED, BookingState.DONE)


def test_every_letter_is_to_a_person_of_the_demo(demo: Flask) -> None:
    letters = list(db.session.scalars(select(Letter)))
    assert letters
    assert all(letter.address.endswith("@demo.example") for letter in letters)
    assert all(letter.written_at <= LOADED_AT for letter in letters)


def test_all_states_of_publication(demo: Flask) -> None:
    assert set(db.session.scalars(select(Package.publication))) == set(Publication)


def test_one_may_sign_in_as_offered(demo: Flask) -> None:
    for sign_in in sign_ins():
        user = db.session.scalars(select(User).where(User.email == sign_in.email)).one()
        assert is_password(sign_in.password, user.password_hash)


def test_every_demo_leader_and_organiser_finds_something_of_their_own(demo: Flask) -> None:
    leaders = set(db.session.scalars(select(Booking.leader_id)))
    keepers = set(db.session.scalars(select(Package.organiser_id)))
    users = {user.email: user for user in db.session.scalars(select(User))}
    assert users["leader.nanning@demo.example"].id in leaders
    assert users["leader.chongzuo@demo.example"].id in leaders
    assert users["organiser.nanning@demo.example"].organisation_id in keepers
    assert users["organiser.chongzuo@demo.example"].organisation_id in keepers


def test_loading_again_changes_nothing(empty_demo: Flask) -> None:
    assert load_demo(LOADED_AT) is True
    before = count_rows()
    assert load_demo(LOADED_AT + timedelta(days=3)) is False
    assert count_rows() == before


def test_other_data_is_left_alone(empty_demo: Flask) -> None:
    with transaction():
        make_city()
    with pytest.raises(OtherDataThere):
        load_demo(LOADED_AT)
    assert {table for table, rows in count_rows().items() if rows} <= {City.__tablename__, "alembic_version"}


def test_nothing_is_loaded_outside_of_demo_mode(app: Flask) -> None:
    with pytest.raises(NotInDemoMode):
        load_demo(LOADED_AT)
    assert not any(rows for table, rows in count_rows().items() if table != "alembic_version")


@pytest.mark.parametrize("city", ["chongzuo", "nanning"])
def test_every_panel_of_an_organisers_board_has_something_to_show(demo: Flask, city: str) -> None:
    organiser = db.session.scalars(select(User).where(User.email == f"organiser.{city}@demo.example")).one()
    agenda = agenda_of(organiser, today=LOADED_AT.date(), now=LOADED_AT)
    assert all([agenda.today, agenda.tomorrow, agenda.short])
    assert all([agenda.waiting, agenda.rosters.count, agenda.consents.count])
    assert all(one.coaches for one in [*agenda.today, *agenda.tomorrow])
    if city == "chongzuo":
        assert agenda.letters
        assert agenda.full


def test_a_trip_that_is_over_has_its_results(demo: Flask) -> None:
    done = list(db.session.scalars(select(Booking).where(Booking.state == BookingState.DONE)))
    assert any(results_of([booking.id]).each for booking in done)


def test_photos_say_in_both_languages_what_they_show(demo: Flask) -> None:
    photos = list(db.session.scalars(select(Photo)))
    assert len(photos) >= 6
    for photo in photos:
        assert set(photo.alternative) == set(LANGUAGES)
        assert demo.test_client().get(f"/photos/{photo.content}-480.webp").status_code == 200


@pytest.mark.parametrize("day", ["2026-12-28", "2027-04-01", "2027-08-03", "2028-02-29", "2029-10-06"])
def test_it_loads_on_any_day(sqlite_url: str, tmp_path: Path, day: str) -> None:
    """Holidays, leap days and every weekday move the dates; the states they lead to stay the same."""
    app = create_app(make_settings(DATABASE_URL=sqlite_url, DEMO="1", DATA_DIR=str(tmp_path)))
    with app.app_context():
        load_demo(datetime.fromisoformat(f"{day}T23:30:00+08:00"))
        reached = Counter(db.session.scalars(select(Booking.state)))
        assert reached == Counter(entry["ends"] for entry in read("bookings")["booking"])
        assert set(db.session.scalars(select(Departure.state))) == set(DepartureState)
        assert audit() == []
        db.session.remove()
        db.engine.dispose()
