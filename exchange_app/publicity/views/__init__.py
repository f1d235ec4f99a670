"""The pages of publicity."""

from exchange_app.publicity.views import (
    calendar,
    campaigns,
    desk,
    festivals,
    invitations,
    media,
    naming,
    photos,
    reading,
    sharing,
    stories,
    widget,
)
from exchange_app.publicity.views.blueprint import publicity

__all__ = [
    "calendar",
    "campaigns",
    "desk",
    "festivals",
    "invitations",
    "media",
    "naming",
    "photos",
    "publicity",
    "reading",
    "sharing",
    "stories",
    "widget",
]
