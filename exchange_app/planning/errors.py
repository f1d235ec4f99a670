"""What planning may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class StepNotFound(NotFound):
    slug = "plan-step-not-found"
    words = sentence("There is nothing to undo (any more).")


class AlreadyUndone(Conflict):
    slug = "already-undone"
    words = sentence("This was undone already.")


class DayIsOver(Invalid):
    slug = "day-is-over"
    words = sentence("Choose a day that is still to come.")
    field = "day"


class GroupsHaveCome(Conflict):
    """What is to be undone has groups by now."""

    slug = "groups-have-come"
    words = sentence(
        "Groups have registered meanwhile; change or call off the departure itself, so that they are told."
    )


class UsedMeanwhile(Conflict):
    slug = "copy-used-meanwhile"
    words = sentence("Something of this copy was published or is used meanwhile; remove what you do not need by hand.")


class NoDayChosen(Invalid):
    slug = "no-day-chosen"
    words = sentence("Tick at least one date.")


class TooManyDays(Invalid):
    """``count`` dates, ``most`` may be planned at once."""

    slug = "too-many-days"
    words = sentence("These are more dates than can be planned at once, which is %(most)s: choose a shorter time.")
    field = "until"


class SameSeason(Invalid):
    slug = "same-season"
    words = sentence("The new season has to begin on another day than this one.")
    field = "begins"
