"""What is refused about a group's trip."""

from __future__ import annotations

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class PlaceNotFound(NotFound):
    slug = "place-not-found"
    words = sentence("There is no such coach, room or small group.")


class TooManyPlaces(Conflict):
    slug = "too-many-places"
    words = sentence("A group has up to %(limit)s of a kind.")
    field = "count"


class WishWithOneself(Invalid):
    slug = "wish-with-oneself"
    words = sentence("Choose two different persons.")
    field = "second"


class WishNotFound(NotFound):
    slug = "wish-not-found"
    words = sentence("There is no such wish.")


class CallNotFound(NotFound):
    slug = "roll-call-not-found"
    words = sentence("There is no such roll call.")


class CallHasEntries(Conflict):
    slug = "roll-call-has-entries"
    words = sentence("Somebody was called already; what was entered stays.")


class TooManyCalls(Conflict):
    slug = "too-many-roll-calls"
    words = sentence("A group has up to %(limit)s roll calls.")
    field = "title"


class HeadsDiffer(Conflict):
    slug = "heads-differ"
    words = sentence("%(counted)s were counted, and %(persons)s are named: mark who is missing.")
    field = "head_count"


class EntriesUnreadable(Invalid):
    slug = "roll-entries-unreadable"
    words = sentence("What the phone sent cannot be read.")


class IncidentNotFound(NotFound):
    slug = "incident-not-found"
    words = sentence("There is no such incident.")


class NotHappenedYet(Invalid):
    slug = "not-happened-yet"
    words = sentence("This moment is still to come.")
    field = "happened_at"


class NamesNotNeeded(Conflict):
    slug = "names-not-needed"
    words = sentence(
        "The sheet of this departure needs no names. Say why it does, in your notes, before you look at them."
    )


class NotAskedNow(Conflict):
    slug = "not-asked-now"
    words = sentence("Answers are taken from the last day of the trip on, for two months.")


class RepliesComplete(Conflict):
    slug = "replies-complete"
    words = sentence("As many answers have come as the group can give.")
