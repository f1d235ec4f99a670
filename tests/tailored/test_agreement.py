"""A school and a host come to an agreement: what each may do in turn, what it becomes, and who sees it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.accounts.models import User
from exchange_app.bookings import queries as bookings
from exchange_app.bookings import service as booking_service
from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.catalogue import search
from exchange_app.catalogue.errors import ChangedMeanwhile
from exchange_app.catalogue.models import Package
from exchange_app.core.database import db
from exchange_app.core.errors import Refusal
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import queries as departures
from exchange_app.departures.audit import audit
from exchange_app.departures.errors import DepartureNotFound, SlotFull
from exchange_app.departures.models import Departure, Slot
from exchange_app.departures.packages import PackageFilter, count_choices, count_in_counties, select_packages
from exchange_app.outbox.models import Letter
from exchange_app.tailored import service
from exchange_app.tailored.agreement import agree
from exchange_app.tailored.errors import (
    DateTooSoon,
    InquiryNotFound,
    NothingDiffers,
    StepNotOpen,
    VersionReplaced,
)
from exchange_app.tailored.models import Inquiry, InquiryEvent
from exchange_app.tailored.queries import get_inquiry, lock_inquiry
from exchange_app.tailored.rules import InquiryState
from tests.bookings.group import CONTACT
from tests.builders import NOW, make_leader, make_user
from tests.tailored.town import INSTEAD, WANTED, Town, ask, begin, fresh, keep, make_town, propose, terms_of

LATER = NOW + timedelta(hours=2)


def agreed(town: Town, inquiry: Inquiry) -> Booking:
    """The school accepts what the host proposed."""
    with transaction():
        own = lock_inquiry(inquiry.id, town.leader)
        booking = agree(own, INSTEAD, version=own.version, by=town.leader, now=LATER)
    db.session.expire_all()
    return booking


def kinds() -> list[str]:
    return list(db.session.scalars(select(Letter.kind).order_by(Letter.id)))


def test_from_a_wish_to_a_confirmed_group(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    with transaction():
        propose(town, inquiry)
    booking = agreed(town, inquiry)

    assert (booking.state, booking.persons) == (BookingState.HELD, 27)
    assert booking.hold_ends_at == LATER + timedelta(days=7)
    departure = booking.departure
    assert (departure.starts_on, departure.pool.capacity, departure.pool.taken) == (INSTEAD, 27, 27)
    assert departure.package.price_minor == 4500
    assert departure.package.organiser_id == town.host.organisation_id
    taken = db.session.scalars(select(Slot).join(Slot.pool).where(Slot.menu_item_id == town.items[0].id)).one()
    assert taken.pool.taken == 27
    assert kinds() == [
        "tailored_to_host",
        "tailored_to_host",
        "tailored_to_school",
        "tailored_agreed",
        "tailored_agreed",
    ]
    with transaction():
        booking_service.set_contact(booking, CONTACT, by=town.leader, now=LATER)
        booking_service.submit_booking(booking, by=town.leader, now=LATER)
    assert booking.state is BookingState.CONFIRMED
    assert audit() == []


def test_nobody_but_the_school_and_its_host_sees_what_was_tailored(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
        stranger = make_leader(town.leader.organisation.city)
        bureau = make_user(town.leader.organisation, Role.BUREAU)
    with transaction():
        propose(town, inquiry)
    departure = agreed(town, inquiry).departure
    package = departure.package

    for reader in (None, stranger, town.other_host):
        with pytest.raises(DepartureNotFound):
            departures.get_departure(departure.id, reader)
        with pytest.raises(DepartureNotFound):
            departures.get_seats(departure.id, reader)
    for reader in (town.leader, town.host, bureau):
        assert departures.get_departure(departure.id, reader).id == departure.id
    for user in (stranger, town.other_host, bureau):
        with pytest.raises(InquiryNotFound):
            get_inquiry(inquiry.id, user)
    dates = departures.DateFilter(since=NOW.date())
    assert db.session.execute(departures.select_dates(dates)).all() == []
    assert departures.list_next_dates(since=NOW.date(), now=LATER, count=9) == []
    wanted = PackageFilter()
    assert db.session.execute(select_packages(wanted, now=LATER, today=NOW.date())).all() == []
    assert not any(count_choices(wanted, now=LATER, today=NOW.date()))
    assert count_in_counties(wanted, now=LATER, today=NOW.date()) == {}
    with transaction():
        search.rewrite(search.list_outdated())
    words = search.read_words(str(package.title))
    assert package.id not in [found.package_id for found in db.session.execute(search.select_found(words))]
    assert list(db.session.scalars(bookings.visible_to(stranger))) == []
    visitor = app.test_client()
    for page in (f"/departures/{departure.id}", f"/packages/{package.slug}", f"/departures/{departure.id}/register"):
        assert visitor.get(page).status_code in (303, 404)
    seen = [visitor.get(page).text for page in ("/", "/packages", "/departures", f"/menus/{town.items[0].slug}")]
    assert not any(package.slug in page or f"/departures/{departure.id}" in page for page in seen)


def test_the_host_may_agree_at_once_to_one_of_the_dates(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    with transaction():
        booking = agree(lock_inquiry(inquiry.id, town.host), WANTED, version=1, by=town.host, now=LATER)
    assert (booking.leader_id, booking.departure.starts_on) == (town.leader.id, WANTED)
    assert booking.departure.package.organiser_id == town.host.organisation_id


def test_whoever_agrees_means_the_version_that_the_page_showed(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    with transaction():
        own = lock_inquiry(inquiry.id, town.leader)
        keep(own, town.leader, pupils=30)
        service.send_draft(own, by=town.leader, now=NOW)
    for version, by, refusal in ((1, town.host, VersionReplaced), (2, town.leader, StepNotOpen)):
        with pytest.raises(refusal), transaction():
            agree(lock_inquiry(inquiry.id, by), WANTED, version=version, by=by, now=LATER)
    assert db.session.scalar(select(func.count(Package.id)).where(Package.for_school_id.is_not(None))) == 0


def test_what_was_agreed_can_be_changed_by_nobody(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    with transaction():
        propose(town, inquiry)
    agreed(town, inquiry)
    for by, step in ((town.host, service.decline), (town.leader, service.withdraw), (town.leader, service.write_words)):
        with pytest.raises(StepNotOpen), transaction():
            step(lock_inquiry(inquiry.id, by), "No.", version=2, by=by, now=LATER)
    with pytest.raises(StepNotOpen), transaction():
        keep(lock_inquiry(inquiry.id, town.host), town.host, pupils=1)


def test_one_organiser_takes_it_on_and_the_others_no_longer_see_it(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    with transaction():
        service.write_words(lock_inquiry(inquiry.id, town.host), "Which class?", version=1, by=town.host, now=LATER)
    with pytest.raises(InquiryNotFound):
        fresh(inquiry, town.other_host)
    with transaction():
        own = lock_inquiry(inquiry.id, town.leader)
        service.write_words(own, "The fifth.", version=1, by=town.leader, now=LATER)
    with transaction():
        service.hand_back(lock_inquiry(inquiry.id, town.host), by=town.host, now=LATER)
    assert fresh(inquiry, town.other_host).state is InquiryState.WITH_HOST


def test_a_draft_is_the_schools_own_and_nothing_incomplete_is_sent(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = begin(town)
    with pytest.raises(InquiryNotFound):
        get_inquiry(inquiry.id, town.host)
    own = fresh(inquiry, town.leader)
    with pytest.raises(ChangedMeanwhile):
        service.keep_draft(own, terms_of(town), "", seen="older", by=town.leader, now=NOW)
    keep(own, town.leader, dates=(NOW.date() + timedelta(days=2),))
    with pytest.raises(DateTooSoon):
        service.send_draft(own, by=town.leader, now=NOW)
    db.session.rollback()
    with transaction():
        service.send_draft(lock_inquiry(inquiry.id, town.leader), by=town.leader, now=NOW)
    theirs = fresh(inquiry, town.host)
    keep(theirs, town.host)
    with pytest.raises(NothingDiffers):
        service.send_draft(theirs, by=town.host, now=NOW)


def test_silence_is_reminded_of_once_and_then_ends_it(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    seen = []
    for days, hours in ((2, 0), (3, -8), (3, 1), (5, 0), (14, 0), (15, 0)):
        moment = NOW + timedelta(days=days, hours=hours)
        with transaction():
            seen.append((service.remind_waiting(moment), service.expire_waiting(moment)))
    assert seen == [(0, 0), (0, 0), (1, 0), (0, 0), (0, 1), (0, 0)]
    assert fresh(inquiry, town.leader).state is InquiryState.EXPIRED
    assert kinds().count("tailored_reminder") == 2  # to each organiser of the city
    assert kinds().count("tailored_ended") == 3


def test_what_was_written_about_a_trip_that_never_came_to_be_goes_in_its_time(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
        service.write_words(inquiry, "Does Wei need a ramp?", version=inquiry.version, by=town.host, now=NOW)
    with transaction():
        service.expire_waiting(NOW + timedelta(days=14))
    for days, left in ((14 + 364, True), (14 + 365, False)):
        with transaction():
            service.forget_words(NOW + timedelta(days=days))
        assert any(event.words for event in db.session.scalars(select(InquiryEvent))) is left
    assert fresh(inquiry, town.leader).current is not None


# ---------------------------------------------------------------------------------------------------------------- races


def at_once(app: Flask, jobs: list[Callable[[], object]]) -> list[str]:
    """Each in a thread of its own; how each ended."""
    ends: list[str] = []
    barrier = threading.Barrier(len(jobs))

    def do(job: Callable[[], object]) -> None:
        with app.app_context():
            barrier.wait()
            try:
                job()
                ends.append("done")
            except Refusal as refusal:
                ends.append(refusal.slug)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=do, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def agree_in_thread(inquiry_id: int, user_id: int, version: int) -> None:
    by = db.session.get_one(User, user_id)
    db.session.rollback()
    with transaction():
        agree(lock_inquiry(inquiry_id, by), WANTED, version=version, by=by, now=LATER)


def test_the_host_agrees_while_the_school_changes(app: Flask) -> None:
    """Either the host's word counts and the change comes too late, or the change was first and the host is told."""
    with transaction():
        town = make_town()
        inquiry = ask(town)
    number, leader, host = inquiry.id, town.leader.id, town.host.id

    def change() -> None:
        by = db.session.get_one(User, leader)
        db.session.rollback()
        with transaction():
            own = lock_inquiry(number, by)
            keep(own, by, pupils=30)
            service.send_draft(own, by=by, now=LATER)

    ends = at_once(app, [change, lambda: agree_in_thread(number, host, 1)])
    assert ends in (["done", "version-replaced"], ["done", "inquiry-step-not-open"]), ends
    found = fresh(inquiry, town.leader)
    assert (found.state is InquiryState.AGREED) == (found.version == 1)
    assert db.session.scalar(select(func.count(Departure.id))) == (found.state is InquiryState.AGREED)


def test_two_clicks_make_one_trip(app: Flask) -> None:
    with transaction():
        town = make_town()
        inquiry = ask(town)
    number, host = inquiry.id, town.host.id
    ends = at_once(app, [lambda: agree_in_thread(number, host, 1)] * 2)
    assert ends == ["done", "inquiry-step-not-open"]
    assert db.session.scalar(select(func.count(Booking.id))) == 1


def test_two_schools_and_the_last_places_of_a_slot(app: Flask) -> None:
    with transaction():
        town = make_town(slot_capacity=50)
        rival = make_leader()
        inquiries = [ask(town), ask(town, leader=rival)]
    numbers, host = [inquiry.id for inquiry in inquiries], town.host.id
    ends = at_once(app, [lambda one=number: agree_in_thread(one, host, 1) for number in numbers])
    assert ends == ["done", SlotFull.slug]
    db.session.rollback()
    assert db.session.scalar(select(func.count(Departure.id))) == 1  # nothing is left of what was refused
    assert audit() == []
