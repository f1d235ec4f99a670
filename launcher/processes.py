"""Starting other programs so that none outlives the launcher, whatever ends it."""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

Command = Sequence[str | Path]


class Process(Protocol):
    """A program that was started: a Popen, or what is treated as one."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int) -> None: ...
    def kill(self) -> None: ...


PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
STEP = 0.02  # seconds between two looks at something that is about to happen


def start(
    command: Command,
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    entry: bytes = b"",
    become: Callable[[], None] = lambda: None,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C reaches only the launcher, with its output in ``log``.

    ``entry`` is what it reads, ``become`` runs in it beforehand, ``farewell`` is what the kernel (of Linux) sends it
    should the thread that started it be gone: start programs from the main thread.
    """
    launcher = os.getpid()

    def prepare() -> None:
        become()
        end_with(launcher, farewell)

    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=prepare,
        )
    assert process.stdin is not None
    process.stdin.write(entry)
    process.stdin.close()
    return process


def end_with(launcher: int, farewell: signal.Signals = signal.SIGTERM) -> None:
    """Have the kernel (of Linux) send ``farewell`` to this process should the launcher, its parent, be gone."""
    if sys.platform == "linux":
        prctl(PR_SET_PDEATHSIG, farewell)
        if os.getppid() != launcher:
            os._exit(1)


def prctl(option: int, *arguments: int) -> None:
    """Linux's switches of a process."""
    LIBC.prctl(option, *(ctypes.c_ulong(argument) for argument in arguments))


def stop(processes: Sequence[Process], within: float, how: signal.Signals = signal.SIGTERM) -> None:
    """Ask the programs to end and wait; after ``within`` seconds kill what is left, with all that they started."""
    for process in processes:
        if process.poll() is None:
            process.send_signal(how)
    deadline = time.monotonic() + within
    for process in processes:
        try:
            process.wait(max(STEP, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass
        kill(process)


def kill(process: Process) -> None:
    """End a program and all that it started, at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()


def wait_until(true: Callable[[], bool], within: float) -> bool:
    """Look again and again until it is true; False when it was not within so many seconds."""
    deadline = time.monotonic() + within
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(STEP)
    return True


def free_port() -> int:
    """A port of this machine that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def last_words(log: Path) -> str:
    """What a log says at its end: the last error of a Python program, else its last line; at most 300 characters."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = (number for number in reversed(range(len(lines))) if lines[number].startswith("Traceback "))
    after = lines[next(errors, len(lines)) + 1 :]
    telling = next((line for line in after if not line.startswith(" ")), lines[-1] if lines else "")
    return telling.strip()[:300]
