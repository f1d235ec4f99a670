"""What a departure and its seats may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence, sentences


class DepartureNotFound(NotFound):
    slug = "departure-not-found"
    words = sentence("There is no such departure.")


class NotEnoughSeats(Conflict):
    """``left`` seats remain, ``wanted`` were asked for."""

    slug = "not-enough-seats"
    words = sentence("You asked for %(wanted)s seats; only %(left)s are left.")
    field = "pupils"


class SoldOut(Conflict):
    slug = "sold-out"
    words = sentence("This departure is full.")
    field = "pupils"


class CapacityBelowTaken(Conflict):
    slug = "capacity-below-taken"
    words = sentence("%(taken)s seats are already taken; the capacity cannot be lower.")
    field = "capacity"


class SeatsTaken(Conflict):
    slug = "seats-taken"
    words = sentence("%(taken)s seats are taken; a departure with groups is called off, not withdrawn.")


class NotOpenYet(Conflict):
    slug = "registration-not-open-yet"
    words = sentence("Registration for this departure has not opened yet.")


class RegistrationOver(Conflict):
    slug = "registration-over"
    words = sentence("Registration for this departure is over.")


class NotTakingRegistrations(Conflict):
    slug = "not-taking-registrations"
    words = sentence("This departure takes no registrations.")


class StateNotReachable(Conflict):
    slug = "departure-state-not-reachable"
    words = sentence("A departure in this state cannot be changed that way.")


class PackageNotPublished(Conflict):
    slug = "package-not-published"
    words = sentence("Publish the package first; then its departures can open.")


class PackageHasOpenDepartures(Conflict):
    """``count`` departures of the package are open."""

    slug = "package-has-open-departures"

    def __init__(self, *, count: int) -> None:
        super().__init__()
        self.words = sentences(
            "One departure of this package is open; close or withdraw it first.",
            "%(count)s departures of this package are open; close or withdraw them first.",
            count,
            count=count,
        )


class DatesOutOfOrder(Invalid):
    slug = "departure-dates-out-of-order"
    words = sentence("The dates must follow each other: registration opens, registration closes, departure.")


class RosterDueTooLate(Invalid):
    slug = "roster-due-too-late"
    words = sentence("The roster must be due before the group meets.")
    field = "roster_due_at"


class MinimumAboveCapacity(Invalid):
    slug = "minimum-above-capacity"
    words = sentence("The smallest number of persons cannot be larger than the number of seats.")
    field = "minimum"


class ReasonMissing(Invalid):
    slug = "reason-missing"
    words = sentence("Give the reason: every school that registered reads it.")
    field = "reason"
