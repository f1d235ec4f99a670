"""Letters through a real worker to a mail server in a process of its own, beside a bare loop to the same server."""

from __future__ import annotations

import smtplib
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import psycopg
from sqlalchemy import func, select

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core import clock
from exchange_app.core.broker import wake
from exchange_app.core.codes import new_code
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.text import LANGUAGES
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import ON_THE_WAY, Letter, LetterState
from exchange_app.outbox.service import NewLetter, write_letters
from launcher.processes import wait_until
from tests.bench.city import package_with
from tests.bench.consumption import most_megabytes, processor_seconds
from tests.bench.floor import beside
from tests.bench.place import Place
from tests.bench.sink import Sink, running_sink
from tests.builders import make_city, make_departure, make_organisation, make_user
from tests.tasks.workers import worker

LETTERS = 3_000
PACKAGES, STOPS, DEPARTURES = 8, 6, 60
ROUNDS = 2  # at once, as many as a worker has
A_WAKE = 0.25  # seconds after which the next wake is one of its own
WRITTEN_AHEAD = timedelta(seconds=1)  # so that writing them wakes nobody
LONGEST = 600.0  # seconds


def measure(place: Place) -> None:
    write_confirmations(LETTERS, clock.now())
    log = place.folder / "worker.log"
    with running_sink(place.folder) as sink, worker(log, **{**place.settings, "SMTP_URL": sink.url}) as process:
        began, spent = time.perf_counter(), processor_seconds(process.pid)
        for _ in range(ROUNDS):
            wake("outbox.deliver_mail")
            time.sleep(A_WAKE)
        wait_until(_is_all_settled, LONGEST)
        rate = LETTERS / (time.perf_counter() - began)
        spent, memory = processor_seconds(process.pid) - spent, most_megabytes(process.pid)
        messages, names = sink.messages(), sink.message_ids()
        bare = _bare(sink, place.plain_url, messages)
    print(
        f"letters through the worker: {rate:.0f} /s{beside(rate, bare)} (to reach: 400); "
        f"{_count(Letter.state == LetterState.SENT)} sent, {len(names)} accepted, {len(set(names))} different ones; "
        f"{sum(map(len, messages)) / len(messages) / 1024:.1f} kB each; "
        f"the worker spends {spent / LETTERS * 1000:.1f} ms of processor time on each and takes {memory:.0f} MB"
    )


def write_confirmations(count: int, now: datetime) -> None:
    """To groups of as many schools in both languages. Neighbours in the queue are about different departures."""
    with transaction():
        city = make_city()
        packages = [package_with(STOPS, city) for _ in range(PACKAGES)]
        departures = [make_departure(packages[number % PACKAGES], now=now) for number in range(DEPARTURES)]
        leaders = [make_user(make_organisation(city), Role.LEADER) for _ in range(DEPARTURES)]
        bookings = [
            Booking(
                code=new_code(),
                departure=departures[number % DEPARTURES],
                school_id=leaders[number % DEPARTURES].organisation_id,
                leader=leaders[number % DEPARTURES],
                form_token=str(number),
                pupils=27,
                staff=3,
                state=BookingState.CONFIRMED,
                contact_name="韦兰",
                contact_email=f"leader{number}@bench.example",
                language=LANGUAGES[number % 2],
                created_at=now,
                submitted_at=now,
            )
            for number in range(count)
        ]
        db.session.add_all(bookings)
        db.session.flush()
        write_letters([_confirmation(booking, now + WRITTEN_AHEAD) for booking in bookings], now)


def _confirmation(booking: Booking, due_at: datetime) -> NewLetter:
    return NewLetter(
        key=f"booking:{booking.id}:confirmed",
        kind="booking_confirmed",
        subject_id=booking.id,
        address=booking.leader_address,
        language=booking.language,
        due_at=due_at,
    )


def _is_all_settled() -> bool:
    db.session.rollback()
    return db.session.scalar(select(Letter.id).where(ON_THE_WAY).limit(1)) is None


def _count(where: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Letter).where(where)) or 0


def _bare(sink: Sink, url: str, messages: list[bytes]) -> float:
    """The same messages, ready-made, by as many threads as a worker has rounds; each is a row and a commit."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare_letters (message bytea)")
    began = time.perf_counter()
    with ThreadPoolExecutor(ROUNDS) as threads:
        list(threads.map(partial(_send_all, sink.port, url), (messages[at::ROUNDS] for at in range(ROUNDS))))
    return len(messages) / (time.perf_counter() - began)


def _send_all(port: int, url: str, messages: list[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as server, psycopg.connect(url) as connection:
        for message in messages:
            server.sendmail("post@bench.example", ["leader@bench.example"], message)
            connection.execute("INSERT INTO bare_letters VALUES (%s)", [message])
            connection.commit()
