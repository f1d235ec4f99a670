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


class SlotFull(Conflict):
    """``left`` persons still fit at the stop, ``wanted`` were asked for."""

    slug = "slot-full"
    words = sentence("“%(stop)s” on %(when)s has room for %(left)s more; you asked for %(wanted)s.")
    field = "pupils"


class SlotClosed(Conflict):
    slug = "slot-closed"
    words = sentence("“%(stop)s” on %(when)s takes no more groups.")
    field = "pupils"


class GroupsWaiting(Conflict):
    """``count`` groups wait for these seats; whoever comes later queues behind them."""

    slug = "groups-waiting"
    field = "pupils"

    def __init__(self, *, count: int) -> None:
        super().__init__(count=count)
        self.words = sentences(
            "One group is already waiting for these seats. Join the waiting list: seats are offered in its order.",
            "%(count)s groups are already waiting for these seats. Join the waiting list: "
            "seats are offered in its order.",
            count,
            count=count,
        )


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


class RosterDueTooEarly(Invalid):
    slug = "roster-due-too-early"
    words = sentence("The roster cannot be due before registration closes: a group must have time to hand it in.")
    field = "roster_due_at"


class MinimumAboveCapacity(Invalid):
    slug = "minimum-above-capacity"
    words = sentence("The smallest number of persons cannot be larger than the number of seats.")
    field = "minimum"


class ReasonMissing(Invalid):
    slug = "reason-missing"
    words = sentence("Give the reason: every school that registered reads it.")
    field = "reason"


class MinimumReached(Invalid):
    """``persons`` are registered, ``minimum`` are enough."""

    slug = "minimum-reached"
    words = sentence("%(persons)s persons are registered, and %(minimum)s are enough: choose another cause.")
    field = "cause"


class TooLateForMinimum(Invalid):
    """Tourism Law, article 63: at least seven days' notice when a sold departure stays below its minimum."""

    slug = "too-late-for-minimum"
    words = sentence(
        "A package that is sold may be called off for too few persons at least %(days)s days before it begins."
    )
    field = "cause"


class NoSlotThen(Conflict):
    """The activity ``stop`` has no slot at the time ``when``; ``times`` are those of that day."""

    slug = "no-slot-then"

    def __init__(self, *, stop: object, when: object, times: list[str]) -> None:
        super().__init__(stop=stop, when=when, times=" · ".join(times))
        self.words = (
            sentence("“%(stop)s” has no slot on %(when)s; that day it begins at %(times)s.")
            if times
            else sentence("“%(stop)s” has no slot on %(when)s; it does not take place that day.")
        )


class SlotTooSmallForGroups(Conflict):
    """``wanted`` persons have seats of the departure, ``left`` fit at its stop."""

    slug = "slot-too-small-for-groups"
    words = sentence(
        "%(wanted)s persons already have seats, and “%(stop)s” on %(when)s has room for %(left)s. "
        "Raise the capacity of that slot first."
    )


class SlotNotFound(NotFound):
    slug = "slot-not-found"
    words = sentence("There is no such slot.")


class SlotThereAlready(Conflict):
    slug = "slot-there-already"
    words = sentence("There is a slot at this time already; change its capacity instead.")
    field = "starts_at"


class SlotInUse(Conflict):
    """``count`` departures stop at the slot."""

    slug = "slot-in-use"

    def __init__(self, *, count: int) -> None:
        super().__init__(count=count)
        self.words = sentences(
            "One departure stops at this slot; close it instead of removing it.",
            "%(count)s departures stop at this slot; close it instead of removing it.",
            count,
            count=count,
        )


class ItemVisited(Conflict):
    """``count`` departures stop at the activity, or did."""

    slug = "item-visited"

    def __init__(self, *, count: int) -> None:
        super().__init__(count=count)
        self.words = sentences(
            "One departure stops at this activity, or did. Where it is still to come, let it follow its package's "
            "itinerary first; what has taken place stays.",
            "%(count)s departures stop at this activity, or did. Where they are still to come, let them follow their "
            "package's itinerary first; what has taken place stays.",
            count,
            count=count,
        )


class AllotmentNotFound(NotFound):
    slug = "allotment-not-found"
    words = sentence("There is no such allotment.")


class HolderMissing(Invalid):
    slug = "allotment-holder-missing"
    words = sentence("Choose a city or a school, not both.")
    field = "school_id"


class AllotmentEmpty(Invalid):
    slug = "allotment-empty"
    words = sentence("Set at least one seat aside.")
    field = "seats"


class ReleaseOutsideRegistration(Invalid):
    slug = "release-outside-registration"
    words = sentence("The seats must return after now and before registration closes.")
    field = "release_at"


class AllotmentReleased(Conflict):
    slug = "allotment-released"
    words = sentence("These seats have returned already.")


class GroupsOnList(Conflict):
    """``count`` groups are on the departure's waiting list."""

    slug = "groups-on-list"

    def __init__(self, *, count: int) -> None:
        super().__init__(count=count)
        self.words = sentences(
            "One group is on the waiting list; a departure with groups is called off, not withdrawn.",
            "%(count)s groups are on the waiting list; a departure with groups is called off, not withdrawn.",
            count,
            count=count,
        )


class DeparturesInUse(Conflict):
    slug = "departures-in-use"
    words = sentence(
        "One of these departures has groups or seats set aside by now, or was closed: look at each, and withdraw or "
        "call off those that should not take place."
    )
