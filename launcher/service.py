"""A process that is meant to run all the time: started again when it ends, later each time, and given up at last."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from launcher import processes
from launcher.errors import Trouble
from launcher.processes import Process

TOO_OFTEN = 5
WITHIN = 60.0  # seconds
FIRST_PAUSE = 1.0


@dataclass
class Service:
    """``begin`` starts the process, whose output goes to ``log``."""

    name: str
    begin: Callable[[], Process]
    log: Path
    process: Process | None = None
    ends: deque[float] = field(default_factory=lambda: deque(maxlen=TOO_OFTEN))
    resume_at: float | None = None

    def start(self) -> None:
        self.process = self.begin()
        self.resume_at = None

    def look_after(self, now: float) -> str | None:
        """Start it again when that is due. A sentence when it has just ended. Raises Trouble when it ends too often."""
        if self.resume_at is not None:
            if now >= self.resume_at:
                self.start()
            return None
        if self.process is None or self.process.poll() is None:
            return None
        processes.kill(self.process)  # with what it may have left behind
        self.ends.append(now)
        if len(self.ends) == TOO_OFTEN and now - self.ends[0] < WITHIN:
            raise Trouble(f"the {self.name} ended {TOO_OFTEN} times within a minute: {self._last_words()}")
        pause = FIRST_PAUSE * 2 ** (sum(now - end < WITHIN for end in self.ends) - 1)
        self.resume_at = now + pause
        return f"the {self.name} ended unexpectedly and starts again in {pause:.0f} s: {self._last_words()}"

    def _last_words(self) -> str:
        assert self.process is not None
        return f"exit code {self.process.returncode}, “{processes.last_words(self.log)}” ({self.log})."


def running(services: list[Service]) -> list[Process]:
    return [service.process for service in services if service.process is not None]
