"""`make run`: database, broker, web server and the worker, which ticks; started, watched and stopped together."""

import errno
import io
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

from launcher import copies, engines, processes
from launcher.errors import Trouble
from launcher.folder import DataFolder
from launcher.prepared import Prepared, SignIns
from launcher.processes import Process
from launcher.service import Service, running
from launcher.settings import EVERYWHERE, ROOT, Settings

LOOK = 0.1  # seconds between two looks at everything
STARTING = 90.0  # seconds until the address has to answer
IMPATIENT = 0.5  # seconds after which a second Ctrl-C is a second one
WEB_STOPS, WORKERS_STOP, BROKER_STOPS = 3.0, 5.0, 2.0  # seconds

# Granian's backpressure counts connections, idle ones too: with few of them, few visitors would keep all others out.
WEB = (
    *("launcher.web", "wsgi:app", "--interface", "wsgi", "--no-ws", "--workers", "2", "--blocking-threads", "4"),
    *("--backpressure", "512", "--respawn-failed-workers", "--workers-kill-timeout", "2"),
)
WORKER = (
    *("celery", "--app", "tasks.app", "worker", "--clock", "--loglevel", "warning"),
    *("--without-gossip", "--without-mingle"),
)


class Stopped(Exception):
    """Somebody asked the launcher to stop."""


class Terminal:
    """The one we were started in the foreground of, if any. Closing it need not reach us as a signal."""

    def __init__(self) -> None:
        try:
            self._watched = os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
        except (OSError, ValueError):
            self._watched = False

    def is_gone(self) -> bool:
        return self._watched and not os.isatty(sys.stdin.fileno())


class Launcher:
    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.folder = DataFolder(settings.data)
        self.environment: dict[str, str] = {}
        self.terminal = Terminal()
        self.asked_to_stop_at: float | None = None
        self.broker: list[Service] = []
        self.web: list[Service] = []
        self.workers: list[Service] = []

    def run(self) -> None:
        """Until stopped. Raises Trouble; however it ends, nothing is left running."""
        with self.folder.held():
            check_address(self.settings)
            self.folder.check_database(engines.database_url(self.settings))
            try:
                self._start()
                while True:
                    self._look()
            except Stopped:
                say("Stopping …")
            finally:
                self._stop()

    def ask_to_stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Asked once, stop in good order; asked again, at once. Make passes on what it gets: twice at once is once."""
        now = time.monotonic()
        if self.asked_to_stop_at is None:
            self.asked_to_stop_at = now
        elif now - self.asked_to_stop_at > IMPATIENT:
            for process in running(self.web + self.workers + self.broker):
                process.kill()

    def _start(self) -> None:
        self._start_broker()
        self.environment = engines.environment(self.settings, self.folder)
        prepared = Prepared(self.settings, self.folder)
        sign_ins = prepared.recall()
        if sign_ins is None:
            sign_ins = self._prepare()
            prepared.remember(sign_ins)
            self.folder.remember_database(engines.database_url(self.settings))
        if copies.CAN_COPY:
            self.folder.rotate("application")
            copies.load_with(self.environment, self.folder.log("application"))
        listen = ("--host", self.settings.host, "--port", str(self.settings.port))
        self.web = [self._service("web server", "web", (*WEB, *listen))]
        self._wait_until_ready()
        introduce(self.settings, sign_ins)
        self.workers = [self._service("worker", "worker", WORKER)]

    def _start_broker(self) -> None:
        self.folder.choose_broker_port()
        valkey = engines.embedded_broker(self.settings, self.folder)
        if valkey:
            self.folder.rotate("broker")
            self.broker = [Service("broker", valkey.start, valkey.log)]
            self.broker[0].start()
            valkey.wait()

    def _service(self, name: str, log_name: str, arguments: Sequence[str]) -> Service:
        self.folder.rotate(log_name)
        log = self.folder.log(log_name)
        service = Service(name, lambda: self._begin_service(log_name, arguments, log), log)
        service.start()
        return service

    def _begin_service(self, name: str, arguments: Sequence[str], log: Path) -> Process:
        return copies.Copy(name, arguments, log) if copies.CAN_COPY else self._begin(arguments, log)

    def _begin(self, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", *arguments]
        return processes.start(command, log=log, environment=self.environment, folder=ROOT)

    def _prepare(self) -> SignIns:
        """Have the database migrated and the demo loaded; the demo's sign-ins. Raises Trouble."""
        self.folder.rotate("prepare")
        log, answer = self.folder.log("prepare"), self.settings.data / "answer.json"
        answer.unlink(missing_ok=True)
        process = self._begin(("launcher.prepare", str(answer)), log)
        try:
            while process.poll() is None:
                self._look()
        finally:
            processes.kill(process)
        if not answer.exists():
            raise Trouble(f"the application does not start: {processes.last_words(log)} (see {log}).")
        result: dict[str, Any] = json.loads(answer.read_text())
        answer.unlink()
        if "trouble" in result:
            raise Trouble(result["trouble"])
        sign_ins: SignIns = result["sign_ins"]
        return sign_ins

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + STARTING
        while (answer := readiness(self.settings)) != "ready":
            log = self.folder.log("web")
            if any(process.poll() is not None for process in running(self.web)):
                raise Trouble(f"the web server does not start: {processes.last_words(log)} (see {log}).")
            if time.monotonic() > deadline:
                raise Trouble(f"the web server is not ready after {STARTING:.0f} s: {answer} (see {log}).")
            self._look()

    def _look(self) -> None:
        if self.asked_to_stop_at is not None or self.terminal.is_gone():
            raise Stopped
        for service in self.broker + self.web + self.workers:
            if sentence := service.look_after(time.monotonic()):
                say(sentence)
        time.sleep(LOOK)

    def _stop(self) -> None:
        for services, seconds in ((self.web, WEB_STOPS), (self.workers, WORKERS_STOP), (self.broker, BROKER_STOPS)):
            processes.stop(running(services), seconds)


def check_address(settings: Settings) -> None:
    """Raises Trouble when the web server could not listen there."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        socket.create_server((settings.host, settings.port), family=family).close()
    except OSError as error:
        taken = error.errno == errno.EADDRINUSE
        reason = "is in use by another program" if taken else str(error.strerror).partition(" (")[0]
        where = f"port {settings.port} on {settings.host}"
        raise Trouble(f"{where}: {reason}; choose others, as in `make run HOST=… PORT=…`.") from None


def readiness(settings: Settings) -> str:
    """ "ready", or why not."""
    connection = HTTPConnection(settings.address, settings.port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": "localhost"})
        response = connection.getresponse()
        return "ready" if response.status == 200 else response.read(300).decode(errors="replace")
    except (OSError, HTTPException) as error:
        return f"no answer ({error})"
    finally:
        connection.close()


def introduce(settings: Settings, sign_ins: SignIns) -> None:
    say(f"Exchange bookings: {settings.public_url}")
    if settings.host in EVERYWHERE and settings.public_url.startswith("http://localhost:"):
        say("Other machines are refused until PUBLIC_URL says by which address they come.")
    say(f"Data and logs: {settings.data}")
    if sign_ins:
        say("Demo sign-ins:")
    for role, email, password in sign_ins:
        say(f"  {email:32} {password:20} {role}")
    say("Ctrl-C stops it.")


def say(line: str) -> None:
    """To whoever looks; a closed terminal must not keep us from stopping in good order."""
    try:
        print(line, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without Chinese shows question marks; what copies of the launcher say is in their logs at once.
        sys.stdout.reconfigure(errors="replace", line_buffering=True)
    try:
        launcher = Launcher(Settings.from_environment())
        signal.signal(signal.SIGINT, launcher.ask_to_stop)
        signal.signal(signal.SIGTERM, launcher.ask_to_stop)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # as nohup sets it
            signal.signal(signal.SIGHUP, launcher.ask_to_stop)
        launcher.run()
    except Trouble as trouble:
        print(f"Not running: {trouble}", file=sys.stderr)
        return 1
    say("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
