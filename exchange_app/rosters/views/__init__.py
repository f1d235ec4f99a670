"""Pages of rosters: registering a group, its roster, and checking a booking without an account."""

from exchange_app.rosters.views import check, party, people, register, roster  # each of them adds its addresses
from exchange_app.rosters.views.blueprint import rosters

__all__ = ["check", "party", "people", "register", "roster", "rosters"]
