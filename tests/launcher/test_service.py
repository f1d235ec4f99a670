"""A process that ends is started again, later each time, and given up when it ends too often."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from launcher import processes
from launcher.errors import Trouble
from launcher.service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    log = tmp_path / "service.log"
    command = [sys.executable, "-c", "import time; print('at work', flush=True); time.sleep(60)"]
    service = Service("worker", lambda: processes.start(command, log=log), log)
    service.start()
    assert processes.wait_until(lambda: log.read_text() == "at work\n", 10)
    yield service
    assert service.process is not None
    processes.kill(service.process)


def end(service: Service) -> subprocess.Popen[bytes]:
    assert service.process is not None
    service.process.kill()
    service.process.wait()
    return service.process


def test_a_process_that_runs_is_left_alone(service: Service) -> None:
    process = service.process
    assert service.look_after(now=0.0) is None
    assert service.process is process


def test_it_is_started_again_after_a_pause(service: Service) -> None:
    ended = end(service)
    sentence = service.look_after(now=100.0)
    assert sentence is not None
    assert "the worker ended unexpectedly and starts again in 1 s" in sentence
    assert "at work" in sentence
    service.look_after(now=100.9)
    assert service.process is ended
    service.look_after(now=101.0)
    assert service.process is not ended
    assert service.process is not None
    assert service.process.poll() is None


def test_the_pause_grows_and_then_it_is_given_up(service: Service) -> None:
    pauses = []
    for now in (0.0, 10.0, 20.0, 30.0):
        end(service)
        service.look_after(now)
        assert service.resume_at is not None
        pauses.append(service.resume_at - now)
        service.look_after(now + 9.0)
    assert pauses == [1.0, 2.0, 4.0, 8.0]
    end(service)
    with pytest.raises(Trouble, match="the worker ended 5 times within a minute"):
        service.look_after(40.0)


def test_old_ends_are_forgotten(service: Service) -> None:
    for now in (0.0, 100.0, 200.0, 300.0, 400.0, 500.0):
        end(service)
        sentence = service.look_after(now)
        assert sentence is not None
        assert "in 1 s" in sentence
        service.look_after(now + 1.0)
