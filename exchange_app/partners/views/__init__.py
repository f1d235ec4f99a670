"""Pages of cities, departments and organisations, and the tree of offices."""

from exchange_app.partners.views import departments, offices, places  # each of them adds its addresses
from exchange_app.partners.views.blueprint import partners

__all__ = ["departments", "offices", "partners", "places"]
