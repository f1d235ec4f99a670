"""Promise 2: eight leaders at once on 20 departures that share slots, for a minute; the same while processes die."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.accounts.passwords import hash_password
from exchange_app.bookings import waiting
from exchange_app.bookings.audit import list_misclaims
from exchange_app.bookings.models import Booking, BookingEvent
from exchange_app.bookings.rules import BookingState, Step
from exchange_app.catalogue.models import Stop
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.departures import allotments
from exchange_app.departures.audit import audit
from exchange_app.factory import create_app
from tests.bench.city import PASSWORD
from tests.bookings.published_rule import contradictions, look, next_offer
from tests.builders import both, make_city, make_departure, make_organisation, make_package, make_user
from tests.launcher.test_run import Run, runs
from tests.settings import environment, make_settings
from tests.storm.leaders import Report, storm

LEADERS = 8
DATES = 5  # each with four departures that share one slot
SLOT, DEPARTURE = 100, 60  # persons
LENGTH = 60.0  # seconds
MANNERS = 10  # the niceness of all that storms: it takes as long whatever it gets, the tests beside it do not
WEB_DIES, WORKER_DIES = 3.0, 17.0  # seconds from one death to the next
KEYS = ("SECRET_KEY", "FIELD_KEYS", "INDEX_KEY")


@pytest.fixture
def site(postgres_url: str) -> Iterator[Flask]:
    app = create_app(make_settings(DATABASE_URL=postgres_url))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def run(site: Flask, postgres_url: str, tmp_path: Path) -> Iterator[Run]:
    """Web server, broker, worker and clock on the test's database."""
    keys = {name: value for name, value in environment().items() if name in KEYS}
    with Run(tmp_path, DEMO="0", DATABASE_URL=postgres_url, **keys) as run:
        run.wait_until_ready()
        for process in (psutil.Process(run.process.pid), *run.family()):
            process.nice(MANNERS)
        yield run
        run.end()


def build() -> tuple[list[str], list[int]]:
    """The leaders' addresses, and 20 departures of four packages: two of one museum, two that stop there as well."""
    moment = now()
    with transaction():
        host, guests = make_city(), make_city()
        museum = make_package(host_city=host, slot_capacity=SLOT)
        first = museum.stops[0]
        packages = [museum, *(make_package(host_city=city, slot_capacity=SLOT) for city in (host, host, guests))]
        for package in packages[1:]:
            package.stops.append(
                Stop(menu_item=first.menu_item, day=1, starts=first.starts, minutes=60, title=both(""), note=both(""))
            )
        departures = [
            make_departure(package, capacity=DEPARTURE, now=moment + timedelta(days=later), opens_at=moment)
            for package in packages
            for later in range(DATES)
        ]
        schools = [make_organisation(city) for city in (host, guests) for _ in range(LEADERS // 2)]
        password = hash_password(PASSWORD)
        leaders = [make_user(school, Role.LEADER, password_hash=password) for school in schools]
        release_at = moment + timedelta(days=5)
        for departure in departures[::7]:
            allotments.set_aside(departure, 10, city=guests, school=None, release_at=release_at, now=moment)
        return [leader.email for leader in leaders], [departure.id for departure in departures]


def let_loose(port: int, emails: Sequence[str], departure_ids: Sequence[int]) -> list[Report]:
    until = time.time() + LENGTH
    work = [(port, email, departure_ids, seed, until) for seed, email in enumerate(emails)]
    with multiprocessing.get_context("spawn").Pool(LEADERS, os.nice, (MANNERS,)) as processes:
        return processes.starmap(storm, work, chunksize=1)


@contextmanager
def killing(run: Run) -> Iterator[Counter[str]]:
    """Kills what serves pages every few seconds, and the Celery worker three times in the minute."""
    deaths: Counter[str] = Counter()
    end = threading.Event()

    def kill(name: str, every: float) -> None:
        while not end.wait(every):
            for process in victims(run, name)[:1]:
                process.kill()
                deaths[name] += 1

    threads = [threading.Thread(target=kill, args=each) for each in (("web", WEB_DIES), ("worker", WORKER_DIES))]
    for thread in threads:
        thread.start()
    try:
        yield deaths
    finally:
        end.set()
        for thread in threads:
            thread.join()


def victims(run: Run, name: str) -> list[psutil.Process]:
    """The Celery worker, or the processes in which the web server runs the application; the eldest first."""
    children = psutil.Process(run.process.pid).children()
    found = [child for child in children if runs(child, name)]
    if name == "web":
        found = [process for server in found for process in server.children()]
    return sorted(found, key=lambda process: process.create_time())


def let_worker_finish() -> None:
    """What was left to do when everything was stopped."""
    made = 1
    while made:
        with transaction():
            made = waiting.offer_seats(now())


def check(reports: Sequence[Report]) -> None:
    assert [fault for report in reports for fault in report.faults] == []
    let_worker_finish()
    assert audit() == []
    assert list_misclaims() == []
    picture = look()
    assert list(contradictions(picture)) == []
    assert next_offer(picture, now()) is None
    states = dict(db.session.execute(select(Booking.code, Booking.state)).all())
    made = set().union(*(report.made for report in reports))
    assert made <= states.keys()
    cancelled = set().union(*(report.cancelled for report in reports))
    assert {states[code] for code in cancelled} <= {BookingState.CANCELLED}
    done = {deed: sum(report.count(deed) for report in reports) for deed in ("register", "queue", "change", "cancel")}
    assert all(times >= 10 for times in done.values()), done
    offers = db.session.scalar(select(func.count()).where(BookingEvent.what == Step.OFFER))
    assert offers >= 10


def test_a_storm_on_shared_seats(site: Flask, run: Run) -> None:
    emails, departure_ids = build()
    check(let_loose(run.port, emails, departure_ids))


def test_a_storm_while_web_and_worker_are_killed(site: Flask, run: Run) -> None:
    emails, departure_ids = build()
    with killing(run) as deaths:
        reports = let_loose(run.port, emails, departure_ids)
    check(reports)
    assert deaths["web"] >= 10
    assert deaths["worker"] >= 2
