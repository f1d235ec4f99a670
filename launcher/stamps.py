"""Stamps that let a set-up step be skipped, and the lock that keeps two set-ups apart.

A stamp is a small file inside what a step made, holding the fingerprint of what the step was made from. Whoever deletes
the one deletes the other, and whoever changes an input makes the stamp stale.
"""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path


class Stamp:
    """Says whether what stands beside the stamp was made from these inputs as they are now."""

    def __init__(self, path: Path, inputs: Iterable[Path]) -> None:
        self.path = path
        self.inputs = list(inputs)

    def is_current(self) -> bool:
        return self.path.exists() and self.path.read_text() == fingerprint(self.inputs)

    def write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(fingerprint(self.inputs))


def fingerprint(inputs: Iterable[Path]) -> str:
    """The same while the files are the same, wherever they are."""
    digest = hashlib.sha256()
    for path in sorted(inputs):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


@contextmanager
def only_one_at_a_time(lock: Path, waiting: str) -> Iterator[None]:
    """Hold the lock; while another process holds it, say ``waiting`` once and wait."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(waiting, flush=True)
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
