"""The colour of a state's badge. A state is always written out as well: colour alone says nothing to many readers."""

from __future__ import annotations

from enum import StrEnum

COLOURS = {
    "green": {
        "open",
        "confirmed",
        "published",
        "sent",
        "agreed",
        "completed",
        "in_force",
        "settled",
        "answered",
        "accepted",
        "carried_out",
        "returned",
        "yes",
        "ready",
    },
    "blue": {
        "submitted",
        "waiting",
        "sending",
        "handing_over",
        "not_yet",
        "with_host",
        "assigned",
        "invited",
        "planned",
        "asked",
        "making",
    },
    "orange": {
        "held",
        "offered",
        "pending",
        "doubtful",
        "full",
        "missing",
        "with_school",
        "soon",
        "proposed",
        "changed",
        "raised",
        "maybe",
    },
    "red": {"called_off", "declined", "failed", "refused", "overdue", "no"},
}


def state_colour(state: StrEnum) -> str:
    """green, blue, orange, red, or gray for what is over, withdrawn or not public yet."""
    return next((colour for colour, states in COLOURS.items() if state.value in states), "gray")
