"""Pages of packages and their dates: for visitors, and for the organisers who plan them."""

from exchange_app.departures.views import allotments, organisers, slots, visitors  # each of them adds its addresses
from exchange_app.departures.views.blueprint import departures

__all__ = ["allotments", "departures", "organisers", "slots", "visitors"]
