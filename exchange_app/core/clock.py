"""The one place that asks what time it is. Edges call now() and pass it down; everything below takes ``now``."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return datetime.now(UTC)
