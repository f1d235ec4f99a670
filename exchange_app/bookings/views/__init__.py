"""Pages of bookings: for the school, for those who approve, and the host's desk."""

from exchange_app.bookings.views import (
    changes,
    decisions,
    desk,
    feeds,
    many,
    messages,
    own,
    waiting,
)  # each adds its pages
from exchange_app.bookings.views.blueprint import bookings

__all__ = ["bookings", "changes", "decisions", "desk", "feeds", "many", "messages", "own", "waiting"]
