"""Programs that go on as copies of the launcher, with the application that it has loaded for them.

What none of them changes lies in memory once, and none of them spends time on loading it. Only on Linux: elsewhere
forked processes are not safe, and each program is started anew and loads its own.
"""

import gc
import importlib
import os
import runpy
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path

from launcher import processes
from launcher.errors import Trouble
from launcher.settings import ROOT

CAN_COPY = sys.platform == "linux"
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # what the launcher hears for all


def load_application() -> None:
    """What the copies of this process find loaded. Nothing in it holds a connection or runs a thread yet."""
    app = importlib.import_module("wsgi").app
    importlib.import_module("sqlalchemy.orm").configure_mappers()
    importlib.import_module("exchange_app.web.languages").load_languages(app)
    gc.collect()
    gc.freeze()  # a search for garbage would write to it, and so copy it


def load_with(environment: Mapping[str, str], log: Path) -> None:
    """Load it with these settings, which its copies inherit. Raises Trouble."""
    os.environ.clear()
    os.environ.update(environment)
    try:
        load_application()
    except Exception:
        log.write_text(traceback.format_exc())
        raise Trouble(f"the application does not start: {processes.last_words(log)} (see {log}).") from None


class Copy:
    """A process that runs a module as `python -m` does and keeps what is loaded. To be treated as a Popen."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path) -> None:
        self._process = get_context("fork").Process(target=_run, name=name, args=(name, arguments, log, os.getpid()))
        self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if timeout is None:
            self._process.join()
        elif not processes.wait_until(lambda: self.returncode is not None, timeout):
            raise subprocess.TimeoutExpired(self._process.name, timeout)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, sig: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, sig)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def _run(name: str, arguments: Sequence[str], log: Path, launcher: int) -> None:
    _leave(launcher, log)
    Path("/proc/self/comm").write_text(name)
    sys.argv = list(arguments)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _leave(launcher: int, log: Path) -> None:
    """Stand as a program started anew does: with signals, session, folder and output of its own, and no other file."""
    for number in PASSED_ON:
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(number, signal.SIG_DFL)
    os.setsid()
    os.chdir(ROOT)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    processes.end_with(launcher)
