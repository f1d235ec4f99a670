"""Pages of co-ordinators: what waits for them, exchanges with their checklists, common problems."""

from exchange_app.coordination.views.blueprint import coordination

__all__ = ["coordination"]
