"""What the help desk may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class RequestNotFound(NotFound):
    slug = "help-request-not-found"
    words = sentence("There is no such request for help (any more).")


class RequestElsewhere(RequestNotFound):
    """Said to an office that it was with before, and to nobody else."""

    slug = "help-request-elsewhere"
    words = sentence("This request is with another office now: %(office)s. It is for them to answer.")


class GuideNotFound(NotFound):
    slug = "guide-not-found"
    words = sentence("There is no such guide (any more).")


class OfficeNotFound(NotFound):
    slug = "help-office-not-found"
    words = sentence("There is no such office.")


class IdentityNumberGiven(Invalid):
    """Nobody at the help desk needs one, and what is not written down cannot leak."""

    slug = "identity-number-given"
    words = sentence("There is an identity number in this text. Please take it out: the office does not need it here.")
    field = "words"


class NobodyAnswersThere(Conflict):
    slug = "nobody-answers-there"
    words = sentence("No office there answers requests on this site yet. The directory says whom you can call.")
    field = "place"


class CodeUnreadable(Invalid):
    """Said of what cannot be a code, whoever asks: it tells nothing about what exists."""

    slug = "help-code-unreadable"
    words = sentence("This is no code: it has eight letters and digits, such as ABCD-2345.")
    field = "code"


class PinWrong(Invalid):
    slug = "help-pin-wrong"
    words = sentence("Code and PIN do not belong together, or the request was deleted.")
    field = "pin"


class RequestClosed(Conflict):
    slug = "help-request-closed"
    words = sentence("This request is closed; nothing can be added to it any more.")


class OfficeUnfit(Invalid):
    slug = "help-office-unfit"
    words = sentence("Choose another office at which somebody answers requests.")
    field = "office_id"


class LinkUnfit(Invalid):
    slug = "guide-link-unfit"
    words = sentence("Write one address a line, each beginning with https:// or http://.")
    field = "links"


class GuideUnfinished(Invalid):
    """What is published is read by people of both languages."""

    slug = "guide-unfinished"
    words = sentence("A guide is published once its title and its text stand there in both languages.")
    field = "body"
