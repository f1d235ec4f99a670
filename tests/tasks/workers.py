"""Real workers and a real clock, as an operator starts them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import processes
from launcher.settings import ROOT
from tests.settings import environment

WORKER = ("celery", "--app", "tasks.app", "worker", "--loglevel", "info", "--without-gossip", "--without-mingle")
CLOCK = ("celery", "--app", "tasks.schedule", "beat", "--loglevel", "info", "--pidfile", "")
HURRIED_CLOCK = ("celery", "--app", "tests.tasks.hurried_clock", *CLOCK[3:])
STARTING = 40.0  # seconds


def begin(command: tuple[str, ...], log: Path, **settings: str) -> subprocess.Popen[bytes]:
    """Start it and wait for nothing."""
    variables = {**os.environ, **environment(**settings)}
    return processes.start([sys.executable, "-m", *command], log=log, environment=variables, folder=ROOT)


@contextmanager
def running(command: tuple[str, ...], log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    process = begin(command, log, **settings)
    try:
        assert processes.wait_until(lambda: is_ready(log) or process.poll() is not None, STARTING)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        processes.stop([process], within=20, how=signal.SIGTERM)


def is_ready(log: Path) -> bool:
    """Whether the worker or the clock that writes this log is at work."""
    return any(words in log.read_text() for words in (" ready.", "beat: Starting..."))


@contextmanager
def worker(log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    with running(WORKER, log, **settings) as process:
        yield process


@contextmanager
def ticking_worker(log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    with running((*WORKER, "--clock"), log, **settings) as process:
        yield process


@contextmanager
def clock(log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    with running(CLOCK, log, **settings) as process:
        yield process


@contextmanager
def hurried_clock(log: Path, **settings: str) -> Iterator[subprocess.Popen[bytes]]:
    with running(HURRIED_CLOCK, log, **settings) as process:
        yield process
