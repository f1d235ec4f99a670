"""How the kinds of places and the states of a roll call read."""

from __future__ import annotations

from exchange_app.core.text import sentence
from exchange_app.trips.rules import PlaceKind, Presence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    PlaceKind: {
        PlaceKind.COACH: sentence("Coaches"),
        PlaceKind.ROOM: sentence("Rooms"),
        PlaceKind.TEAM: sentence("Small groups"),
    },
    Presence: {Presence.PRESENT: sentence("there"), Presence.MISSING: sentence("missing")},
}
