"""Pages of figures: what was done together, as tables and pictures."""

from exchange_app.insights.views import figures  # it adds its addresses
from exchange_app.insights.views.blueprint import insights

__all__ = ["figures", "insights"]
