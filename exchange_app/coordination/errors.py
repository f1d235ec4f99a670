"""What the pages of co-ordinators may refuse."""

from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange_app.core.text import sentence


class NotYourOffice(Forbidden):
    slug = "not-your-office"
    words = sentence("Only somebody who speaks for this office can do that.")


class ExchangeNotFound(NotFound):
    slug = "exchange-not-found"
    words = sentence("There is no such exchange.")


class StepNotFound(NotFound):
    slug = "exchange-step-not-found"
    words = sentence("There is no such step in this checklist.")


class DepartureNotShared(Invalid):
    slug = "departure-not-shared"
    words = sentence("Choose a departure that another city of the agreement hosts or sends to.")
    field = "departure_id"


class ExchangeThereAlready(Conflict):
    slug = "exchange-there-already"
    words = sentence("This exchange has its checklist already.")
    field = "departure_id"


class CoordinatorElsewhere(Invalid):
    slug = "coordinator-elsewhere"
    words = sentence("Choose a co-ordinator of this city.")
    field = "coordinator_id"


class OtherSide(Conflict):
    slug = "step-of-the-other-side"
    words = sentence("This step is the other side's; only its co-ordinators tick it.")


class DoneLater(Invalid):
    slug = "step-done-later"
    words = sentence("This day is still to come: write the day on which it was done.")
    field = "done_on"


class ProblemNotFound(NotFound):
    slug = "problem-not-found"
    words = sentence("There is no such problem.")


class ProblemStepNotOpen(Conflict):
    slug = "problem-step-not-open"
    words = sentence("That can no longer be done: look how this problem stands now.")


class NothingSaid(Invalid):
    slug = "nothing-said"
    words = sentence("Write a few words: the others read them.")
    field = "words"


class OneSideOnly(Invalid):
    slug = "one-side-only"
    words = sentence("Choose an office of at least two cities: a common problem is settled by both sides.")
    field = "form"


class DueMissing(Invalid):
    slug = "assignment-due-missing"
    words = sentence("Write until when this office sees to it, from today on.")


class DepartureElsewhere(Invalid):
    slug = "problem-departure-elsewhere"
    words = sentence("Choose an exchange of this agreement, or none.")
    field = "exchange_id"
