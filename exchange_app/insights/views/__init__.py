"""Pages of figures, and reports of them: asked for, made while one looks on, printed, taken along."""

from exchange_app.insights.views import reports  # each of them adds its addresses
from exchange_app.insights.views.blueprint import insights

__all__ = ["insights", "reports"]
