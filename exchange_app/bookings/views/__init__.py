"""Pages of bookings: for the school, for those who approve, and the host's desk."""

from exchange_app.bookings.views import changes, decisions, desk, own, waiting  # each of them adds its addresses
from exchange_app.bookings.views.blueprint import bookings

__all__ = ["bookings", "changes", "decisions", "desk", "own", "waiting"]
