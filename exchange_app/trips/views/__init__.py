"""Pages of trips: arranging, roll calls, emergencies, the host's sheet, certificates and the survey."""

from exchange_app.trips.views import arranging, rolling  # each of them adds its addresses
from exchange_app.trips.views.blueprint import trips

__all__ = ["arranging", "rolling", "trips"]
