"""Pages of trips: arranging, roll calls, emergencies, the host's day, and what is left afterwards."""

from exchange_app.trips.views import (
    afterwards,
    arranging,
    emergencies,
    host,
    printing,
    rolling,
)  # each of them adds its addresses
from exchange_app.trips.views.blueprint import trips

__all__ = ["afterwards", "arranging", "emergencies", "host", "printing", "rolling", "trips"]
