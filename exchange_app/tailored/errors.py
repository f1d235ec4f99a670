"""What a school's own trip may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class InquiryNotFound(NotFound):
    slug = "inquiry-not-found"
    words = sentence("There is no such trip.")


class StepNotOpen(Conflict):
    slug = "inquiry-step-not-open"
    words = sentence("That can no longer be done: look who is to act next.")


class VersionReplaced(Conflict):
    """Whoever answers means the version that the page showed."""

    slug = "version-replaced"
    words = sentence("The other side wrote meanwhile. Read what this page shows now, then answer.")


class WordsMissing(Invalid):
    slug = "words-missing"
    words = sentence("Write a few words: the other side reads them.")
    field = "words"


class NobodyTookItOn(Conflict):
    slug = "nobody-took-it-on"
    words = sentence("First an organiser of the city takes this trip on; then it can be answered.")


class TakenOnAlready(Conflict):
    slug = "taken-on-already"
    words = sentence("An organiser of the city has already taken this trip on.")


class NothingWished(Conflict):
    slug = "nothing-wished"
    words = sentence("Put an activity of this city on the wish list first.")


class ItemElsewhere(Invalid):
    slug = "item-elsewhere"
    words = sentence("Choose an activity of the city that this trip goes to.")
    field = "add_item"


class TooManyEntries(Invalid):
    slug = "too-many-entries"
    words = sentence("A trip has at most %(most)s entries.")
    field = "add_item"


class EntryOutsideDays(Invalid):
    slug = "entry-outside-days"
    words = sentence("An entry stands on day %(day)s, and the trip has %(days)s days: move it, or leave it out.")
    field = "days"


class NothingChosen(Invalid):
    slug = "nothing-chosen"
    words = sentence("Choose at least one activity; then the host can be asked.")
    field = "add_item"


class EmptyDay(Invalid):
    slug = "empty-day"
    words = sentence("Nothing happens on day %(day)s: put an activity there, or make the trip shorter.")
    field = "days"


class NoDateNamed(Invalid):
    slug = "no-date-named"
    words = sentence("Name the date that you want.")
    field = "starts_on"


class DateNamedTwice(Invalid):
    slug = "date-named-twice"
    words = sentence("This date stands here twice: name another, or none.")
    field = "alternative_1"


class DateTooSoon(Invalid):
    slug = "date-too-soon"
    words = sentence("A host needs time to prepare: name dates from %(first)s on.")
    field = "starts_on"


class DateNotNamed(Invalid):
    slug = "date-not-named"
    words = sentence("Choose one of the dates that the other side named.")
    field = "starts_on"


class NothingDiffers(Conflict):
    slug = "nothing-differs"
    words = sentence("This is word for word what the other side wrote: agree to it, or change something.")
