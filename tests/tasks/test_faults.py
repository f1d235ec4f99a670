"""Each fault alone, with real workers: nobody has to do anything, and nothing is sent twice.

All of them at once, over many letters: tests/storm/test_letters.py.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from exchange_app.catalogue.models import ReminderAbout, ReminderReader
from exchange_app.catalogue.terms import Reminder
from exchange_app.core.broker import wake
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter, LetterState
from launcher.postgres import Postgres
from launcher.processes import wait_until
from launcher.valkey import Valkey
from tasks.schedule import SECONDS_BETWEEN
from tasks.settings import THREADS
from tests.conftest import migrate
from tests.outbox.mail_sink import MailSink
from tests.tasks.reminded import add_family, make_departure_at, make_package_at_midday, make_registered
from tests.tasks.test_real_workers import count_in, let_leases_run_out, register, write_more
from tests.tasks.workers import hurried_clock, worker

A_DAY = timedelta(days=1)
WITHIN = 15.0  # seconds
GROUPS = 2
CUT_ALL_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
COUNT_WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def own_postgres(tmp_path: Path) -> Iterator[Postgres]:
    """A server of the test's own, to be started and stopped; it keeps what was committed."""
    with Postgres(tmp_path / "postgres") as server:
        yield server


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    """That of the test's own server where a test wants to stop it."""
    if "own_postgres" not in request.fixturenames:
        return str(request.getfixturevalue("postgres_url"))
    url = str(request.getfixturevalue("own_postgres").create_database("own"))
    migrate(url)
    return url


@contextmanager
def second_connection(settings: dict[str, str]) -> Iterator[psycopg.Connection]:
    with psycopg.connect(settings["DATABASE_URL"].replace("+psycopg", "")) as connection:
        yield connection


def count_waiting(connection: psycopg.Connection) -> int:
    """How many wait for a lock."""
    [(count,)] = connection.execute(COUNT_WAITING).fetchall()
    return int(count)


def sent_once(sink: MailSink) -> list[str]:
    """To whom letters were sent, none of them twice."""
    assert set(Counter(message["Message-ID"] for message in sink.accepted).values()) <= {1}
    return sink.recipients


def test_after_a_day_without_a_clock_two_clocks_catch_up_once(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    """The morning's reminders were never planned; what was planned before the clock stopped was never looked at."""
    moment = now()
    leaders, families = (Reminder(ReminderAbout.TRIP, 1, reader, hour=9) for reader in ReminderReader)
    before = Reminder(ReminderAbout.TRIP, 3, ReminderReader.LEADER, hour=9)
    with transaction():
        package = make_package_at_midday(moment, before, leaders, families)
        tomorrow = make_departure_at(package, moment + A_DAY, moment)
        for number in range(GROUPS):
            group = make_registered(tomorrow, f"{number}@school.example", moment)
            add_family(group, f"{number}@home.example", moment)
        make_registered(make_departure_at(package, moment - A_DAY / 2, moment), "back@school.example", moment)
    with (
        valkey,
        worker(tmp_path / "1.log", **settings),
        worker(tmp_path / "2.log", **settings),
        hurried_clock(tmp_path / "3.log", **settings),
        hurried_clock(tmp_path / "4.log", **settings),
    ):
        assert wait_until(lambda: len(sink.accepted) >= 3 * GROUPS + 1, WITHIN)
        time.sleep(3)  # both clocks tick on
    schools, homes = ([f"{number}@{where}.example" for number in range(GROUPS)] for where in ("school", "home"))
    assert sent_once(sink) == sorted([*schools, *schools, *homes, "back@school.example"])
    assert count_in(LetterState.SENT) == db.session.scalar(select(func.count()).select_from(Letter))


def test_a_worker_goes_on_by_itself_when_postgresql_was_restarted(
    own_postgres: Postgres, site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    with valkey, worker(tmp_path / "1.log", **settings) as working, hurried_clock(tmp_path / "2.log", **settings):
        write_more(register(), 1)
        assert wait_until(lambda: count_in(LetterState.SENT) == 2, WITHIN)
        db.session.rollback()  # the test itself looks no more
        own_postgres.stop()
        time.sleep(2)  # the worker looks for it in vain
        own_postgres.start()
        register()
        assert wait_until(lambda: count_in(LetterState.SENT) == 3, WITHIN)
        assert working.poll() is None
    assert len(sent_once(sink)) == 3


def test_connections_that_are_cut_in_the_middle_of_a_batch_leave_one_letter_to_its_lease(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    """They are cut while the worker notes that it hands over a letter: it is not sent then, and the others are."""
    sink.at["DOT"] = lambda server: "slow"
    with (
        valkey,
        worker(tmp_path / "1.log", **settings),
        hurried_clock(tmp_path / "2.log", **settings),
        second_connection(settings) as connection,
    ):
        write_more(register(), 12)
        assert wait_until(lambda: len(sink.accepted) >= 1, WITHIN)
        connection.execute("SELECT FROM letters WHERE key = 'more:8' FOR UPDATE")
        assert wait_until(lambda: count_waiting(connection) == 1, WITHIN)
        connection.execute(CUT_ALL_OTHERS)
        connection.rollback()
        assert wait_until(lambda: count_in(LetterState.SENT) == 12, WITHIN)
        assert "8@school.example" not in sent_once(sink)
        let_leases_run_out()
        assert wait_until(lambda: count_in(LetterState.SENT) == 13, WITHIN)
    assert len(sent_once(sink)) == 13


def test_a_worker_with_its_hands_full_goes_on_by_itself_when_the_broker_was_lost(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    """It has taken more wakes than it has threads, and cannot give them back."""
    valkey.start()
    valkey.wait()
    with (
        worker(tmp_path / "1.log", **settings) as working,
        hurried_clock(tmp_path / "2.log", **settings),
        second_connection(settings) as connection,
    ):
        connection.execute("LOCK TABLE bookings, departures, letters IN ACCESS EXCLUSIVE MODE")
        for name in SECONDS_BETWEEN:
            wake(name)
        assert wait_until(lambda: count_waiting(connection) == THREADS, WITHIN)
        valkey.stop()
        connection.rollback()
        time.sleep(2)
        with valkey:
            register()
            assert wait_until(lambda: len(sink.accepted) == 1, WITHIN)
            assert working.poll() is None
