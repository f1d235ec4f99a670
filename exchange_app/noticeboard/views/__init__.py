"""The pages of the noticeboard."""

from exchange_app.noticeboard.views import keeping, reading
from exchange_app.noticeboard.views.blueprint import noticeboard

__all__ = ["keeping", "noticeboard", "reading"]
