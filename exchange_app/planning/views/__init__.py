"""Pages of planning: today's board, the planner, a series of dates, a season copied."""

from exchange_app.planning.views import board, calendar, many, seasons  # each of them adds its addresses
from exchange_app.planning.views.blueprint import planning

__all__ = ["board", "calendar", "many", "planning", "seasons"]
