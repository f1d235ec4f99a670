"""Pages of schools' own trips: the wish list, arranging, and what school and host answer each other."""

from exchange_app.tailored.views import answering, arranging, wishes  # each of them adds its addresses
from exchange_app.tailored.views.blueprint import tailored

__all__ = ["answering", "arranging", "tailored", "wishes"]
