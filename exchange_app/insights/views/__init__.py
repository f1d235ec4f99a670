"""Pages of figures as tables and pictures, and reports of them: asked for, made while one looks on, taken along."""

from exchange_app.insights.views import figures, reports  # each of them adds its addresses
from exchange_app.insights.views.blueprint import insights

__all__ = ["figures", "insights", "reports"]
