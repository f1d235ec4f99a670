"""All that carries letters, as an operator runs it, and every way in which it breaks.

What is broken is started again at once, as whatever looks after it would do.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
from redis import Redis
from sqlalchemy import update

from exchange_app.core.clock import now
from exchange_app.core.database import change_rows
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import Letter, LetterState
from launcher import processes
from launcher.postgres import Postgres
from launcher.settings import ROOT
from launcher.valkey import Valkey
from tests.conftest import migrate
from tests.storm.mail_server import UNANSWERED
from tests.tasks.workers import HURRIED_CLOCK, WORKER, begin

WORKERS, CLOCKS = 2, 2
AT_LAST_DOTS = 2  # how many letters one worker can have at their last dot: its rounds
AWAY, STANDING_STILL = 1.5, 3.0  # seconds
STARTING = 20.0


class Acceptance(NamedTuple):
    """A line of the mail server's book."""

    at: float
    recipient: str
    message_id: str


class PostOffice:
    """Two workers, two clocks, a database, a broker and a mail server of their own.

    ``may_be_in_doubt`` is how many letters the breaking so far can have left to a person.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed = folder, seed
        self.postgres = Postgres(folder / "postgres")
        self.valkey = Valkey(folder / "valkey", "password", log=folder / "valkey.log")
        self.mail_port = processes.free_port()
        self.book = folder / "book"
        self.may_be_in_doubt = 0

    def __enter__(self) -> Self:
        self._open_database()
        self.valkey.start()
        self.valkey.wait()
        self._open_mail_server(f"{self.seed}")
        self.workers = [self._begin_worker() for _ in range(WORKERS)]
        self.clocks = [self._begin_clock() for _ in range(CLOCKS)]
        return self

    def __exit__(self, *_: object) -> None:
        processes.stop([*self.clocks, *self.workers, self.mail_server], within=10)
        self.valkey.stop()
        self.postgres.stop()

    def _open_database(self) -> None:
        """One that remembers when each transaction was committed."""
        self.postgres.start()
        self._administer("ALTER SYSTEM SET track_commit_timestamp = on")
        self.postgres.stop()
        self.postgres.start()
        url = self.postgres.create_database("letters")
        migrate(url)
        smtp_url = f"smtp://127.0.0.1:{self.mail_port}"
        self.settings = {"DATABASE_URL": url, "REDIS_URL": self.valkey.url, "SMTP_URL": smtp_url}

    def _open_mail_server(self, *seed: str) -> None:
        command = [sys.executable, "-m", "tests.storm.mail_server", f"{self.mail_port}", str(self.book), *seed]
        self.mail_server = processes.start(command, log=self.folder / "mail_server.log", folder=ROOT)
        assert processes.wait_until(lambda: not processes.port_is_free(self.mail_port), STARTING)

    def _begin_worker(self) -> subprocess.Popen[bytes]:
        return begin(WORKER, self.folder / "worker.log", **self.settings)

    def _begin_clock(self) -> subprocess.Popen[bytes]:
        return begin(HURRIED_CLOCK, self.folder / "clock.log", **self.settings)

    def _administer(self, statement: str, *values: str) -> None:
        with psycopg.connect(self.postgres.url().replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(statement, values)

    # ------------------------------------------------------------------------------------------------- the mail server

    def acceptances(self) -> list[Acceptance]:
        lines = [line.split() for line in self._lines() if line != UNANSWERED]
        return [Acceptance(float(at), recipient, message_id) for at, recipient, message_id in lines]

    def count_acceptances(self) -> int:
        return len(self._lines()) - self.count_unanswered()

    def count_unanswered(self) -> int:
        return self._lines().count(UNANSWERED)

    def _lines(self) -> Sequence[str]:
        return self.book.read_text().splitlines() if self.book.exists() else []

    def close_mail_server(self) -> None:
        processes.kill(self.mail_server)
        self.may_be_in_doubt += WORKERS * AT_LAST_DOTS
        time.sleep(AWAY)  # it refuses connections
        self._open_mail_server(f"{self.seed + self.count_acceptances()}")

    def hold_mail_server(self) -> None:
        self.mail_server.send_signal(signal.SIGSTOP)
        time.sleep(STANDING_STILL)
        self.mail_server.send_signal(signal.SIGCONT)

    # -------------------------------------------------------------------------------------------- workers and the clock

    def kill_worker(self) -> None:
        processes.kill(self.workers.pop(0))
        self.may_be_in_doubt += AT_LAST_DOTS
        self.workers.append(self._begin_worker())

    def kill_all_workers(self) -> None:
        self._kill_all_workers()
        self.workers = [self._begin_worker() for _ in range(WORKERS)]

    def _kill_all_workers(self) -> None:
        """Only the dead hold leases now: the time until these have run out may pass."""
        for worker in self.workers:
            processes.kill(worker)
        self.may_be_in_doubt += WORKERS * AT_LAST_DOTS
        let_time_pass(Letter.state.in_((LetterState.SENDING, LetterState.HANDING_OVER)))

    def kill_clock(self) -> None:
        processes.kill(self.clocks.pop(0))
        self.clocks.append(self._begin_clock())

    # ------------------------------------------------------------------------------------------- broker and database

    def empty_broker(self) -> None:
        with Redis.from_url(self.valkey.url) as redis:
            redis.flushall()

    def lose_broker(self) -> None:
        """It stops, and its files are gone when it starts again."""
        self.valkey.stop()
        shutil.rmtree(self.valkey.folder)
        time.sleep(AWAY)
        self.valkey.start()
        self.valkey.wait()

    def cut_connections(self) -> None:
        self.may_be_in_doubt += WORKERS * AT_LAST_DOTS
        self._administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", "letters")

    def crash_database(self) -> None:
        assert self.postgres.process is not None
        processes.kill(self.postgres.process)
        self.may_be_in_doubt += WORKERS * AT_LAST_DOTS
        time.sleep(AWAY)
        self.postgres.start()

    # ---------------------------------------------------------------------------------------------------- afterwards

    def check_all_run(self) -> None:
        """Whatever happens to the others, a worker or a clock goes on by itself."""
        assert [process.poll() for process in (*self.workers, *self.clocks)] == [None] * (WORKERS + CLOCKS)

    def calm_down(self) -> None:
        """Everybody is dead for a moment; then nothing breaks any more."""
        self._kill_all_workers()
        processes.kill(self.mail_server)
        self._open_mail_server()
        self.workers = [self._begin_worker() for _ in range(WORKERS)]


def let_time_pass(*letters: Any) -> None:
    """Until these letters are looked at again."""
    with transaction():
        change_rows(update(Letter).where(*letters).values(next_look_at=now()))
