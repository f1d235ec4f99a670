"""Pages of packages and their dates: for visitors, and for the organisers who plan them."""

from exchange_app.departures.views import organisers, visitors  # each of them adds its addresses
from exchange_app.departures.views.blueprint import departures

__all__ = ["departures", "organisers", "visitors"]
