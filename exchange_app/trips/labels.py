"""How the kinds of places read."""

from __future__ import annotations

from exchange_app.core.text import sentence
from exchange_app.trips.rules import PlaceKind
from exchange_app.web.labels import Labels

LABELS: Labels = {
    PlaceKind: {
        PlaceKind.COACH: sentence("Coaches"),
        PlaceKind.ROOM: sentence("Rooms"),
        PlaceKind.TEAM: sentence("Small groups"),
    },
}
