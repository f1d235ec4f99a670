"""Pages of co-ordinators: what waits for them, agreements and the offices that work together, exchanges with their
checklists, common problems; and what the public sees of an agreement."""

from exchange_app.coordination.views import (  # each of them adds its addresses
    agreements,
    counterparts,
    exchanges,
    home,
    papers,
    problems,
    visitors,
)
from exchange_app.coordination.views.blueprint import coordination

__all__ = ["agreements", "coordination", "counterparts", "exchanges", "home", "papers", "problems", "visitors"]
