"""How the choices of a trip read: kinds of places, states of a roll call, questions and their marks."""

from __future__ import annotations

from exchange_app.core.text import sentence
from exchange_app.trips.rules import PlaceKind, Presence, Question
from exchange_app.web.labels import Labels

LABELS: Labels = {
    PlaceKind: {
        PlaceKind.COACH: sentence("Coaches"),
        PlaceKind.ROOM: sentence("Rooms"),
        PlaceKind.TEAM: sentence("Small groups"),
    },
    Question: {
        Question.WHOLE: sentence("I liked the trip as a whole."),
        Question.LEARNED: sentence("I learned something new."),
        Question.FRIENDS: sentence("I got to know young people of the other city."),
        Question.CARE: sentence("I felt safe and well looked after."),
        Question.AGAIN: sentence("I would come along again."),
    },
    Presence: {Presence.PRESENT: sentence("there"), Presence.MISSING: sentence("missing")},
}

# How far a sentence is true.
MARK_WORDS = {
    1: sentence("not true at all"),
    2: sentence("hardly true"),
    3: sentence("partly true"),
    4: sentence("mostly true"),
    5: sentence("very true"),
}
