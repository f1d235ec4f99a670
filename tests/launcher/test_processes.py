"""Nothing outlives the launcher."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from launcher import processes

FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
time.sleep(60)
"""
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
LAUNCHER = """
import sys, time
from pathlib import Path
from launcher import processes
print(processes.start([sys.executable, "-c", "import time; time.sleep(60)"], log=Path(sys.argv[1])).pid, flush=True)
time.sleep(60)
"""


def output(log: Path) -> str:
    assert processes.wait_until(lambda: log.exists() and log.read_text().endswith("\n"), 10)
    return log.read_text().strip()


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_stopping_also_ends_what_the_program_started(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", FAMILY], log=log)
    grandchild = int(output(log))
    processes.stop([process], within=5)
    assert process.poll() == -signal.SIGTERM
    assert processes.wait_until(lambda: is_gone(grandchild), 5)


def test_a_program_that_does_not_listen_is_killed_in_time(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = processes.start([sys.executable, "-c", DEAF], log=log)
    output(log)
    began = time.monotonic()
    processes.stop([process], within=0.5)
    assert process.poll() == -signal.SIGKILL
    assert time.monotonic() - began < 5


def test_the_last_words_of_a_log_are_its_last_error(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("")
    assert processes.last_words(log) == ""
    log.write_text("starting\nready\n\n")
    assert processes.last_words(log) == "ready"
    log.write_text(
        'Traceback (most recent call last):\n  File "wsgi.py"\nValueError: no key\n(see elsewhere)\n[INFO] bye\n'
    )
    assert processes.last_words(log) == "ValueError: no key"


if sys.platform == "linux":  # elsewhere the kernel offers no such thing

    def test_a_killed_launcher_leaves_nothing_behind(tmp_path: Path) -> None:
        command = [sys.executable, "-c", LAUNCHER, str(tmp_path / "log")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as launcher:
            assert launcher.stdout is not None
            child = int(launcher.stdout.readline())
            launcher.kill()
        assert processes.wait_until(lambda: is_gone(child), 5)
