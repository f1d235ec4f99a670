"""Pages of the help desk: what visitors read, what somebody asks, what offices answer and write down, and figures."""

from exchange_app.helpdesk.views import asking, desk, figures, guides, keeping  # each of them adds its addresses
from exchange_app.helpdesk.views.blueprint import helpdesk

__all__ = ["asking", "desk", "figures", "guides", "helpdesk", "keeping"]
