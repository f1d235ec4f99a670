"""Pages of packages and their dates: for visitors, and for the organisers who plan them."""

from exchange_app.departures.views import (  # each of them adds its addresses
    allotments,
    organisers,
    packages,
    slots,
    visitors,
)
from exchange_app.departures.views.blueprint import departures

__all__ = ["allotments", "departures", "organisers", "packages", "slots", "visitors"]
