"""The data folder: what is kept between two starts, and that only one launcher works on it at a time."""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from launcher import processes
from launcher.addresses import without_password
from launcher.errors import Trouble

KEPT_LOGS = 3


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_hex(32),
    "FIELD_KEYS": lambda: f"1:{_key()}",
    "INDEX_KEY": _key,
    "BACKUP_KEY": _key,
    "VALKEY_PASSWORD": lambda: secrets.token_hex(16),
}


class DataFolder:
    """One folder with database, broker, secrets and logs, closed to other users."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make the folder and keep other launchers off it. Raises Trouble."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.chmod(0o700)
            (self.path / "log").mkdir(exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise Trouble(f"the data folder {self.path} cannot be written ({error.strerror}): set DATA_DIR.") from None
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                other = f"another start (process {lock.read()})"
                raise Trouble(f"{self.path} is in use by {other}: stop that first.") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def secrets(self) -> dict[str, str]:
        """Made once, then kept: without them sealed data cannot be opened. Readable by their owner alone."""
        file = self.path / "secrets.json"
        kept: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        missing = {name: make() for name, make in SECRETS.items() if name not in kept}
        if missing:
            self._write_closed(file, {**kept, **missing})
        return {**kept, **missing}

    def begin_rotation(self) -> None:
        """Add a further key that seals personal data, unless one was added before and others are still in use."""
        secrets = self.secrets()
        numbers = [int(entry.partition(":")[0]) for entry in secrets["FIELD_KEYS"].split(",")]
        if len(numbers) == 1:
            secrets["FIELD_KEYS"] += f",{numbers[0] + 1}:{_key()}"
            self._write_closed(self.path / "secrets.json", secrets)

    def end_rotation(self) -> Path:
        """Keep the newest key alone; the file with the others."""
        secrets = self.secrets()
        *former, newest = sorted(secrets["FIELD_KEYS"].split(","), key=lambda entry: int(entry.partition(":")[0]))
        retired = self.path / "retired-keys.json"
        kept: dict[str, str] = json.loads(retired.read_text()) if retired.exists() else {}
        kept.update({number: key for number, _, key in (entry.partition(":") for entry in former)})
        self._write_closed(retired, kept)
        self._write_closed(self.path / "secrets.json", {**secrets, "FIELD_KEYS": newest})
        return retired

    def check_database(self, url: str) -> None:
        """Refuse another database than the one that holds this folder's data. Raises Trouble."""
        file = self.path / "engines.json"
        if not file.exists():
            return
        kept, now = json.loads(file.read_text())["database"], self._name(url)
        if kept != now:
            raise Trouble(
                f"the data of {self.path} is in {kept}, but this start would use {now}:"
                " set DATABASE_URL as it was, or choose another DATA_DIR."
            )

    def remember_database(self, url: str) -> None:
        """Write down, once it is ready, which database holds the data."""
        self._write_closed(self.path / "engines.json", {"database": self._name(url)})

    def log(self, name: str) -> Path:
        return self.path / "log" / f"{name}.log"

    def rotate(self, name: str) -> None:
        """Begin a new log; the last ones stay as .1, .2 and .3."""
        newest = self.log(name)
        for age in range(KEPT_LOGS, 0, -1):
            younger = newest.with_suffix(f".log.{age - 1}") if age > 1 else newest
            if younger.exists():
                younger.replace(newest.with_suffix(f".log.{age}"))

    def broker_port(self) -> int:
        """The embedded broker's port, the same at every start while nobody else takes it."""
        file = self.path / "broker-port"
        return int(file.read_text()) if file.exists() else self.choose_broker_port()

    def choose_broker_port(self) -> int:
        file = self.path / "broker-port"
        if not (file.exists() and processes.port_is_free(int(file.read_text()))):
            file.write_text(str(processes.free_port()))
        return int(file.read_text())

    def _name(self, url: str) -> str:
        """A file of the folder is named by its place inside, since the folder may be moved."""
        if str(self.path) in url:
            return f"the file {url.split(str(self.path))[1].strip('/')} in the data folder"
        return without_password(url)

    @staticmethod
    def _write_closed(file: Path, content: dict[str, str]) -> None:
        """In one step, so that a crash leaves the old file or the new one."""
        draft = file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with open(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as handle:
            json.dump(content, handle, indent=2)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(file)
