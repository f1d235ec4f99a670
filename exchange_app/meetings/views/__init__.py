"""Pages of joint meetings: the list with what is proposed, one meeting with agenda, invitations and minutes, the
register of decisions, actions; and the page where whoever was invited answers without signing in."""

from exchange_app.meetings.views import (  # each of them adds its addresses
    actions,
    answers,
    listing,
    minutes,
    people,
    preparing,
)
from exchange_app.meetings.views.blueprint import meetings

__all__ = ["actions", "answers", "listing", "meetings", "minutes", "people", "preparing"]
