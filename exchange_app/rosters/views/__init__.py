"""Pages of rosters: registering a group, its roster, what of it is shown in full or taken along, and checking a booking
without an account."""

from exchange_app.rosters.views import (  # each of them adds its addresses
    check,
    exports,
    grid,
    group_exports,
    party,
    people,
    register,
    reveals,
    roster,
    steps,
)
from exchange_app.rosters.views.blueprint import rosters

__all__ = [
    "check",
    "exports",
    "grid",
    "group_exports",
    "party",
    "people",
    "register",
    "reveals",
    "roster",
    "rosters",
    "steps",
]
