"""Letters through a real worker, a real broker and a real clock; nothing is lost when one of them breaks.

What goes well is tried on both engines. What breaks is tried on one (what the engines do differently then, the tests of
delivery try on both).
"""

from __future__ import annotations

import os
import re
import signal
import time
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from celery import Celery
from flask import Flask
from sqlalchemy import func, select, update

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.service import Contact
from exchange_app.core.broker import broker_settings, wake
from exchange_app.core.clock import now
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.insights.chapters import CHAPTERS
from exchange_app.insights.models import Report
from exchange_app.insights.rules import ReportState, Span
from exchange_app.insights.service import Question, ask_report
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.service import NewLetter, write_letters
from launcher.processes import wait_until
from launcher.settings import ROOT
from launcher.valkey import Valkey
from tasks.schedule import SECONDS_BETWEEN
from tests.builders import make_city, make_departure, make_hold, make_leader, make_registered, make_user
from tests.coordination.town import make_agreement, make_office
from tests.outbox.mail_sink import MailSink
from tests.tasks.workers import clock, hurried_clock, ticking_worker, worker

SWEEP = SECONDS_BETWEEN["outbox.deliver_mail"]
SOON = SWEEP / 2  # a letter that is there by then was woken, not swept

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def register() -> Booking:
    """A group that is confirmed at once; its letter is due."""
    moment = now()
    with transaction():
        contact = Contact("Li Ming", "li@school.example", "13900001234")
        return make_registered(make_departure(now=moment), make_leader(), contact, now=moment)


def write_more(booking: Booking, count: int) -> None:
    with transaction():
        write_letters(
            [
                NewLetter(f"more:{n}", "booking_confirmed", booking.id, f"{n}@school.example", "en", now())
                for n in range(count)
            ],
            now(),
        )


def count_in(state: LetterState) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Letter).where(Letter.state == state)) or 0


def state_of(booking_id: int) -> BookingState | None:
    db.session.rollback()
    return db.session.scalar(select(Booking.state).where(Booking.id == booking_id))


def let_leases_run_out() -> None:
    with transaction():
        leased = (LetterState.SENDING, LetterState.HANDING_OVER)
        db.session.execute(update(Letter).where(Letter.state.in_(leased)).values(next_look_at=now()))


def test_a_confirmation_goes_out_at_once(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    with valkey, worker(tmp_path / "worker.log", **settings):
        register()
        assert wait_until(lambda: sink.recipients == ["li@school.example"], within=SOON)
        assert wait_until(lambda: count_in(LetterState.SENT) == 1, within=SOON)
    log = (tmp_path / "worker.log").read_text()
    assert "li@school.example" not in log
    assert "Li Ming" not in log


@ON_SQLITE
def test_what_somebody_waits_for_is_begun_first(
    site: Flask, valkey: Valkey, settings: dict[str, str], tmp_path: Path
) -> None:
    client = Celery("test", set_as_current=False)
    client.conf.update(broker_settings(valkey.url))
    log = tmp_path / "worker.log"
    with valkey:
        for name in ["bookings.forget_followers"] * 10 + ["bookings.plan_reminders"] * 10 + ["outbox.deliver_page"] * 3:
            client.send_task(name)
        with worker(log, **settings):
            assert wait_until(lambda: log.read_text().count(" received") >= 23, within=20)
    begun = re.findall(r"Task (\S+)\[\S+ received", log.read_text())
    assert begun[:3] == ["outbox.deliver_page"] * 3
    assert begun[3:13] == ["bookings.plan_reminders"] * 10


@ON_SQLITE
def test_with_the_broker_down_nothing_waits_and_nothing_is_lost(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    start = time.perf_counter()
    register()  # no broker has ever been there
    assert time.perf_counter() - start < 2
    with valkey, worker(tmp_path / "worker.log", **settings), hurried_clock(tmp_path / "clock.log", **settings):
        assert wait_until(lambda: sink.recipients == ["li@school.example"], within=2 * SWEEP + 5)


@ON_SQLITE
def test_a_worker_can_tick_itself_and_comes_back_with_the_broker(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    """As `make run` starts it. Nobody else wakes it."""
    valkey.start()
    valkey.wait()
    with ticking_worker(tmp_path / "worker.log", **settings) as ticking:
        valkey.stop()
        register()
        time.sleep(3)
        with valkey:
            assert wait_until(lambda: sink.recipients == ["li@school.example"], within=4 * SWEEP)
            ticking.terminate()
            assert ticking.wait(15) == 0
    assert not list(ROOT.glob("celerybeat-schedule*"))


@ON_SQLITE
def test_worker_and_clock_come_back_with_the_broker(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    valkey.start()
    valkey.wait()
    with worker(tmp_path / "worker.log", **settings) as working, clock(tmp_path / "clock.log", **settings) as ticking:
        register()
        assert wait_until(lambda: len(sink.accepted) == 1, within=SOON)
        valkey.stop()
        write_more(register(), 3)
        time.sleep(3)
        with valkey:
            assert wait_until(lambda: len(sink.accepted) == 5, within=4 * SWEEP)
            assert working.poll() is None
            assert ticking.poll() is None


@ON_POSTGRESQL
def test_a_worker_that_is_killed_loses_no_letter_and_doubles_none(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    """It dies while the mail server makes it wait for its answer to RCPT: before the last dot."""
    sink.answer("RCPT", "silence", "silence")
    with valkey:
        with worker(tmp_path / "first.log", **settings) as first:
            write_more(register(), 3)
            assert wait_until(lambda: count_in(LetterState.SENDING) > 0 and sink.connections > 0, within=SOON)
            time.sleep(0.5)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        sink.at.clear()
        let_leases_run_out()
        with worker(tmp_path / "second.log", **settings):
            wake("outbox.deliver_mail")
            assert wait_until(lambda: count_in(LetterState.SENT) == 4, within=SOON)
    assert len(sink.recipients) == len(set(sink.recipients)) == 4


@ON_POSTGRESQL
def test_a_worker_that_is_killed_at_the_last_dot_leaves_the_letter_to_a_person(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    sink.answer("DOT", "silence")
    with valkey:
        with worker(tmp_path / "first.log", **settings) as first:
            register()
            assert wait_until(lambda: count_in(LetterState.HANDING_OVER) == 1, within=SOON)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        let_leases_run_out()
        with worker(tmp_path / "second.log", **settings):
            wake("outbox.deliver_mail")
            assert wait_until(lambda: count_in(LetterState.DOUBTFUL) == 1, within=SOON)
    assert sink.accepted == []


@ON_POSTGRESQL
def test_a_worker_that_is_asked_to_stop_finishes_the_letter_in_hand(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    sink.at["DOT"] = lambda server: "slow"
    with valkey:
        with worker(tmp_path / "worker.log", **settings) as working:
            write_more(register(), 20)
            assert wait_until(lambda: len(sink.accepted) >= 2, within=20)
            working.terminate()
            working.wait(15)
        assert count_in(LetterState.HANDING_OVER) == 0
        assert count_in(LetterState.SENDING) == 0
        assert count_in(LetterState.SENT) == len(sink.accepted) < 21


@ON_POSTGRESQL
def test_a_stuck_mail_server_does_not_keep_holds_from_running_out(
    site: Flask, valkey: Valkey, sink: MailSink, settings: dict[str, str], tmp_path: Path
) -> None:
    sink.at["MAIL"] = lambda server: "silence"
    with valkey, worker(tmp_path / "worker.log", **settings) as stuck:
        for number in range(4):  # as many rounds as the worker has threads
            write_more(register(), number + 1)
            time.sleep(0.3)
        earlier = now() - timedelta(hours=3)
        with transaction():
            held = make_hold(make_departure(now=earlier), make_leader(), now=earlier)
        wake("bookings.expire_holds")
        assert wait_until(lambda: state_of(held.id) is BookingState.EXPIRED, within=SOON)
        os.killpg(stuck.pid, signal.SIGKILL)  # asked to stop, it would wait for the mail server


@ON_POSTGRESQL
def test_a_report_that_was_asked_for_is_made_at_once_though_its_first_worker_is_killed(
    site: Flask, valkey: Valkey, settings: dict[str, str], tmp_path: Path
) -> None:
    """It dies while it counts."""
    with transaction():
        cities = make_city(), make_city()
        by = make_user(make_office(cities[0]), Role.COORDINATOR)
        agreement = make_agreement(cities, by, now())
    question = Question(agreement, None, now().year, Span.YEAR)
    with valkey:
        with (
            worker(tmp_path / "first.log", **settings) as first,
            psycopg.connect(settings["DATABASE_URL"].replace("+psycopg", "")) as connection,
        ):
            connection.execute("LOCK TABLE bookings IN ACCESS EXCLUSIVE MODE")
            with transaction():
                asked = ask_report(question, form_token="form", by=by, now=now())
            assert wait_until(lambda: state_of_report(asked.id) is ReportState.MAKING, within=SOON)
            os.killpg(first.pid, signal.SIGKILL)
            first.wait()
        with transaction():
            db.session.execute(update(Report).values(next_look_at=now()))
        with worker(tmp_path / "second.log", **settings):
            wake("insights.make_reports")
            assert wait_until(lambda: state_of_report(asked.id) is ReportState.READY, within=SOON)
    assert [chapter.key for chapter in db.session.get_one(Report, asked.id).chapters] == [one.key for one in CHAPTERS]
    assert asked.attempts == 2


def state_of_report(report_id: int) -> ReportState | None:
    db.session.rollback()
    db.session.expire_all()
    return db.session.scalar(select(Report.state).where(Report.id == report_id))
