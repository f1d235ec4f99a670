"""Exchanges begin where groups have registered; each side ticks its own steps, and who lets one wait is reminded."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from exchange_app.accounts.models import User
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import call_off_departure
from exchange_app.coordination.errors import CoordinatorElsewhere, DepartureNotShared, ExchangeThereAlready, OtherSide
from exchange_app.coordination.models import Exchange
from exchange_app.coordination.queries.exchanges import map_counts
from exchange_app.coordination.rules import DEFAULTS, Side
from exchange_app.coordination.service import exchanges as service
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures.models import Departure
from exchange_app.departures.rules import Cause
from exchange_app.outbox.models import Letter
from exchange_app.outbox.reading import read_letter
from exchange_app.partners.models import City
from exchange_app.partners.queries import lock_agreement
from tests.bookings.group import hand_in
from tests.builders import both, make_departure, make_leader, make_package, make_user
from tests.coordination.conftest import Region, Town
from tests.coordination.town import make_agreement
from tests.pages import send, sign_in


def register(host: Town, guest: Town, at: datetime) -> Booking:
    """A group of one city at the office of another."""
    package = make_package(host_city=host.city, organiser=host.office, approvals=[])
    return hand_in(make_departure(package, now=at), make_leader(guest.city), pupils=20, staff=2, now=at)


def morning() -> datetime:
    """Today at ten in the city, so that people may be written to."""
    zone = ZoneInfo("Asia/Shanghai")
    return datetime.combine(now().astimezone(zone).date(), time(10), zone)


@pytest.fixture
def exchange(region: Region) -> Exchange:
    with transaction():
        register(region.there, region.here, morning())
        register(region.there, region.elsewhere, morning())
        register(region.there, region.there, morning())
    with transaction():
        assert service.begin_exchanges(morning()) == 1
    with transaction():
        assert service.begin_exchanges(morning()) == 0
    return db.session.scalars(select(Exchange)).one()


def due_letters(user: User) -> int:
    own = Letter.reader_id == user.id, Letter.kind == "exchange_due"
    return len(db.session.scalars(select(Letter).where(*own)).all())


def test_an_exchange_begins_by_itself_with_co_ordinators_and_a_checklist(region: Region, exchange: Exchange) -> None:
    assert (exchange.sending_city_id, exchange.hosting_city_id) == (region.here.city.id, region.there.city.id)
    assert exchange.sending_coordinator == region.here.coordinator
    assert exchange.hosting_coordinator == region.there.coordinator
    assert len(exchange.steps) == len(DEFAULTS)
    counted = map_counts([exchange])[exchange.id]
    assert (counted.groups, counted.persons) == (1, 22)
    named = db.session.scalars(select(Letter.reader_id).where(Letter.kind == "exchange_named")).all()
    assert set(named) == {region.here.coordinator.id, region.there.coordinator.id}


def test_each_side_ticks_its_own_steps(client: FlaskClient, region: Region, exchange: Exchange) -> None:
    own = next(step for step in exchange.steps if step.side is Side.SENDING)
    foreign = next(step for step in exchange.steps if step.side is Side.HOSTING)
    address = f"/coordinator/exchanges/{exchange.id}"
    sign_in(client, region.here.coordinator)
    page = client.get(address).text
    assert f'"{address}/steps/{own.id}"' in page
    assert f'"{address}/steps/{foreign.id}"' not in page
    later = str(now().date() + timedelta(days=3))
    typed = {f"step-{own.id}-done_on": later, f"step-{own.id}-note": "Sent by mail"}
    refused = send(client, address, f"{address}/steps/{own.id}", **typed)
    assert refused.status_code == 422
    assert "still to come" in refused.text
    assert 'value="Sent by mail"' in refused.text
    typed |= {f"step-{own.id}-done_on": str(now().date() - timedelta(days=1))}
    assert "Sent by mail" in send(client, address, f"{address}/steps/{own.id}", **typed).text
    fresh = db.session.get_one(Exchange, exchange.id)
    with transaction(), pytest.raises(OtherSide):
        service.tick_step(fresh, foreign.id, done_on=now().date(), note="", by=region.here.coordinator, now=now())
    sign_in(client, region.elsewhere.coordinator)
    assert client.get(address).status_code == 404
    assert exchange.departure is not None
    assert str(exchange.departure.package.title) not in client.get("/coordinator/exchanges").text


def test_who_lets_a_step_wait_is_reminded_twice(region: Region, exchange: Exchange) -> None:
    """Once before it is due and once after; a step that is ticked or called off reminds nobody."""
    by, at = region.here.coordinator, morning()
    step = next(step for step in exchange.steps if step.side is Side.SENDING)
    with transaction():
        for one in exchange.steps:
            one.due_on = at.date() + timedelta(days=30)
        step.due_on = at.date() + timedelta(days=3)
    steps_of = service.remind_coordinators
    with transaction():
        assert steps_of(at.replace(hour=3)) == 0  # nobody's telephone rings at night
    for days, told, letters_by_then in ((0, 1, 1), (0, 0, 1), (4, 1, 2), (5, 0, 2)):
        with transaction():
            assert steps_of(at + timedelta(days=days)) == told
        assert due_letters(by) == letters_by_then
    assert due_letters(region.there.coordinator) == 0


def test_what_is_due_of_many_exchanges_is_one_letter_a_day(region: Region) -> None:
    by, at = region.here.coordinator, morning()
    with transaction():
        for _ in range(3):
            register(region.there, region.here, at)
        service.begin_exchanges(at)
    with transaction():
        shared = db.session.scalars(select(Exchange)).all()
        for step in (step for one in shared for step in one.steps):
            step.due_on = at.date() + timedelta(days=30 if step.exchange_id != shared[0].id else 33)
    on = at + timedelta(days=28)
    with transaction():
        assert service.remind_coordinators(on) == sum(len(one.steps) for one in shared[1:])
    with transaction():
        shared[0].steps[0].due_on = shared[0].steps[1].due_on = on.date()
        assert service.remind_coordinators(on) == 0  # both sides have had the letter of the day
    assert (due_letters(by), due_letters(region.there.coordinator)) == (1, 1)
    letter = db.session.scalars(select(Letter).where(Letter.kind == "exchange_due", Letter.reader_id == by.id)).one()
    words = read_letter(letter, on).text
    assert all(one.departure is not None and one.departure.package.title["en"] in words for one in shared)
    with transaction():
        assert service.remind_coordinators(on + timedelta(days=1)) > 0
    assert due_letters(by) == 2


def test_the_day_is_over_where_the_reader_is(client: FlaskClient, region: Region, exchange: Exchange) -> None:
    """In the night the clock of the world is a day behind."""
    zone = ZoneInfo("Asia/Shanghai")
    last_day = exchange.ends_on
    address = f"/coordinator/exchanges/{exchange.id}"
    for hour, day, is_to_come in ((time(23), last_day, True), (time(3), last_day + timedelta(days=1), False)):
        with time_machine.travel(datetime.combine(day, hour, zone), tick=False):
            sign_in(client, region.here.coordinator)
            assert (address in client.get("/coordinator/exchanges").text) is is_to_come
            assert (address in client.get("/coordinator/exchanges?when=past").text) is not is_to_come


def test_two_agreements_begin_one_exchange_at_the_same_moment(app: Flask, region: Region) -> None:
    with transaction():
        other = make_agreement([region.here.city, region.there.city], region.here.coordinator, now())
        departure = register(region.there, region.here, morning()).departure
    start, ends = threading.Barrier(3), list[str]()

    def begin(agreement_id: int | None) -> None:
        with app.app_context():
            start.wait()
            with transaction():
                if agreement_id is None:
                    service.begin_exchanges(morning())
                    return
                agreement, its = lock_agreement(agreement_id, None), db.session.get_one(Departure, departure.id)
                try:
                    service.begin_exchange(agreement, its, db.session.get_one(City, region.here.city.id), now=now())
                except ExchangeThereAlready as refusal:
                    ends.append(refusal.slug)

    threads = [threading.Thread(target=begin, args=(one,)) for one in (region.agreement.id, other.id, None)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(db.session.scalars(select(Exchange)).all()) == 1
    assert len(ends) >= 1


def test_whose_role_is_another_by_now_is_not_reminded(region: Region, exchange: Exchange) -> None:
    former = region.here.coordinator
    with transaction():
        successor = make_user(region.here.office, Role.COORDINATOR)
        db.session.get_one(User, former.id).role = Role.LEADER
    with transaction():
        service.remind_coordinators(morning() + timedelta(days=400))
    assert (due_letters(former), due_letters(successor)) == (0, 1)


def test_steps_follow_a_departure_and_end_with_it(app: Flask, region: Region, exchange: Exchange) -> None:
    departure, before = exchange.departure, {step.id: step.due_on for step in exchange.steps}
    assert departure is not None
    with transaction():
        departure.starts_on += timedelta(days=7)
        departure.ends_on += timedelta(days=7)
    with transaction():
        assert service.follow_departures(morning()) == 1
    with transaction():
        assert service.follow_departures(morning()) == 0
    assert {step.id: step.due_on for step in exchange.steps} == {
        number: day + timedelta(days=7) for number, day in before.items()
    }
    with transaction():
        by = region.there.organiser
        call_off_departure(departure, cause=Cause.WEATHER, reason=both("Typhoon"), by=by, now=morning())
    with transaction():
        assert service.remind_coordinators(morning() + timedelta(days=60)) == 0


def test_another_co_ordinator_is_named_from_the_own_city(region: Region, exchange: Exchange) -> None:
    with transaction():
        colleague = make_user(region.here.office, Role.COORDINATOR)
    by = region.here.coordinator
    with transaction(), pytest.raises(CoordinatorElsewhere):
        service.name_coordinator(exchange, Side.SENDING, region.there.coordinator.id, by=by, now=now())
    with transaction(), pytest.raises(OtherSide):
        service.name_coordinator(exchange, Side.HOSTING, region.there.coordinator.id, by=by, now=now())
    with transaction():
        service.name_coordinator(exchange, Side.SENDING, colleague.id, by=by, now=now())
    assert exchange.sending_coordinator == colleague
    told = Letter.kind == "exchange_named", Letter.reader_id == colleague.id
    assert db.session.scalars(select(Letter).where(*told)).one()


def test_an_exchange_begun_by_hand_has_the_agreements_own_steps(client: FlaskClient, region: Region) -> None:
    with transaction():
        package = make_package(host_city=region.there.city, organiser=region.there.office)
        departure = make_departure(package, now=now())
    sign_in(client, region.here.coordinator)
    address = f"/coordinator/agreements/{region.agreement.id}"
    emptied = {f"steps-{n}-title-{language}": "" for n in range(1, len(DEFAULTS)) for language in ("zh_Hans", "en")}
    send(client, f"{address}/checklist", **emptied, **{"steps-0-title-en": "Invite them", "steps-0-days": "20"})
    refused = send(client, f"{address}/checklist", **{"steps-0-days": "many"})
    assert refused.status_code == 422
    begun = send(client, f"{address}/exchanges/new", departure_id=departure.id, sending_city_id=region.here.city.id)
    assert "has its checklist" in begun.text
    exchange = db.session.scalars(select(Exchange)).one()
    assert [step.title["en"] for step in exchange.steps] == ["Invite them"]
    assert exchange.steps[0].due_on == departure.starts_on - timedelta(days=20)
    with transaction(), pytest.raises(DepartureNotShared):
        service.begin_exchange(region.agreement, departure, region.there.city, now=now())
