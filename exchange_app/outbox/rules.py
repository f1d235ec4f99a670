"""How many letters may leave in a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many ``letters`` within any ``period``: a tenth of them may leave at once, the others evenly."""

    letters: int
    period: timedelta

    @property
    def at_once(self) -> int:
        return max(1, self.letters // 10)

    @property
    def interval(self) -> timedelta:
        return self.period / (self.letters - self.at_once + 1)

    def room(self, free_at: datetime, now: datetime) -> int:
        """How many letters may leave now. ``free_at`` is when the next one could, if all before had left evenly."""
        return max(0, self.at_once - math.ceil((max(free_at, now) - now) / self.interval))

    def after(self, letters: int, free_at: datetime, now: datetime) -> datetime:
        """``free_at`` once so many more have left."""
        return max(free_at, now) + letters * self.interval
