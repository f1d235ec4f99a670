"""Pages of visits: who goes where, what came of it, the ledger of both ways, and which visit returns which."""

from exchange_app.visits.views import ledger, parts, proposing, returns, showing  # each of them adds its addresses
from exchange_app.visits.views.blueprint import visits

__all__ = ["ledger", "parts", "proposing", "returns", "showing", "visits"]
