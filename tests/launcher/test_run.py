"""`make run`, as whoever types it sees it: it starts, serves, stops, keeps what it had, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Self

import psutil
import pytest

from exchange_app.demo.accounts import sign_ins
from launcher import processes
from launcher.settings import ROOT

PATIENCE = 90.0  # seconds, on a machine that runs other tests as well
MOST_MEGABYTES = 300


class Run:
    """`make run` without its set-up, on a folder of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = processes.free_port()
        self.began = time.monotonic()
        self.data = folder / "a data folder"
        self.output = folder / "output"
        chosen = {"PORT": str(self.port), "DATA_DIR": str(self.data), **settings}
        inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "launcher.run"],
                cwd=ROOT,
                env={**inherited, **chosen},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def wait_until_ready(self) -> None:
        def is_introduced() -> bool:
            assert self.process.poll() is None, self.output.read_text()
            return "Ctrl-C stops it." in self.output.read_text()

        assert processes.wait_until(is_introduced, PATIENCE), self.output.read_text()

    def get(self, path: str) -> tuple[int, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def family(self) -> list[psutil.Process]:
        """Everything that it started, once all of it runs: broker, web and worker."""
        me = psutil.Process(self.process.pid)
        assert processes.wait_until(lambda: len(me.children()) == 3, PATIENCE)
        return me.children(recursive=True)

    def megabytes(self) -> float:
        """What all of it takes, with what several processes share counted once."""
        everything = [psutil.Process(self.process.pid), *self.family()]
        return sum(process.memory_full_info().pss for process in everything) / 2**20

    def packages(self) -> set[str]:
        return set(re.findall(r'href="(/packages/[^"?]+)"', self.get("/packages")[1]))

    def end(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """One that runs, without the demo, which takes its time to load."""
    with Run(tmp_path, DEMO="0") as run:
        run.wait_until_ready()
        yield run


def runs(process: psutil.Process, name: str) -> bool:
    """On Linux the process is named so; elsewhere it runs a module that is."""
    return process.name() == name or any(word.endswith(name) for word in process.cmdline())


def worker_of(run: Run) -> psutil.Process:
    """Once it has its name, which on Linux it gives itself."""
    found: list[psutil.Process] = []

    def look() -> bool:
        found[:] = [process for process in run.family() if runs(process, "worker")]
        return bool(found)

    assert processes.wait_until(look, PATIENCE)
    return found[0]


def all_gone(family: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(family, timeout=PATIENCE)[1]


def test_it_starts_serves_stops_and_starts_again_with_its_data(tmp_path: Path) -> None:
    with Run(tmp_path) as first:
        first.wait_until_ready()
        assert first.get("/readyz")[0] == 200
        assert all(sign_in.email in first.output.read_text() for sign_in in sign_ins())
        packages, secrets = first.packages(), (first.data / "secrets.json").read_bytes()
        assert packages
        if sys.platform == "linux":  # elsewhere nobody counts what processes share
            assert first.megabytes() < MOST_MEGABYTES
        family = first.family()
        assert first.end() == 0
        assert all_gone(family)
        with pytest.raises(ConnectionRefusedError):
            first.get("/readyz")

    with Run(tmp_path) as second:
        second.wait_until_ready()
        assert time.monotonic() - second.began < 30  # 2 to 4 on a machine that does nothing else
        assert not (second.data / "log" / "prepare.log.1").exists(), "a warm start prepared everything once more"
        assert second.packages() == packages
        assert (second.data / "secrets.json").read_bytes() == secrets
        assert second.end(signal.SIGTERM) == 0


def test_a_dead_process_is_started_again_and_said_so(run: Run) -> None:
    worker = worker_of(run)
    worker.kill()
    assert processes.wait_until(lambda: "the worker ended unexpectedly" in run.output.read_text(), PATIENCE)
    assert worker_of(run) != worker
    assert run.get("/readyz")[0] == 200


if sys.platform == "linux":  # elsewhere the kernel offers no such thing

    def test_a_killed_launcher_leaves_nothing_behind(run: Run) -> None:
        family = run.family()
        run.end(signal.SIGKILL)
        assert all_gone(family)


def refusal(folder: Path, **settings: str) -> str:
    """What a start that cannot be says; it has ended by itself with an error."""
    with Run(folder, **settings) as run:
        assert run.process.wait(PATIENCE) == 1
        return run.output.read_text()


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = refusal(tmp_path, PORT=str(port))
    assert said.startswith(f"Not running: port {port} on 127.0.0.1: is in use by another program;")
    assert said.count("\n") == 1


def test_a_database_that_does_not_answer_is_told(tmp_path: Path) -> None:
    said = refusal(tmp_path, DATABASE_URL="postgresql://app:hidden@127.0.0.1:1/exchange")
    assert said.startswith(
        "Not running: the database of DATABASE_URL (postgres://127.0.0.1:1/exchange) does not answer:"
    )
    assert said.count("\n") == 1
    assert "hidden" not in said


def test_a_broker_that_does_not_answer_is_told(tmp_path: Path) -> None:
    said = refusal(tmp_path, REDIS_URL="redis://:hidden@127.0.0.1:1/0")
    assert said.startswith("Not running: the broker of REDIS_URL (redis://127.0.0.1:1/0) does not answer")
    assert said.count("\n") == 1
    assert "hidden" not in said
