"""What the pages of visits may refuse."""

from exchange_app.core.errors import Conflict, Forbidden, Invalid, NotFound
from exchange_app.core.text import sentence


class VisitNotFound(NotFound):
    slug = "visit-not-found"
    words = sentence("There is no such visit.")


class NotYourVisit(Forbidden):
    slug = "not-your-visit"
    words = sentence("Only the co-ordinators of the two cities do that.")


class CitiesUnfit(Invalid):
    slug = "visit-cities-unfit"
    words = sentence("A visit goes from one city of the agreement to another one.")
    field = "title"


class PlanUnfit(Invalid):
    slug = "visit-plan-unfit"
    words = sentence("Choose a plan that the agreement carries.")
    field = "plan"


class AgreementNotInForce(Conflict):
    slug = "visit-agreement-not-in-force"
    words = sentence("Visits belong to an agreement that is in force.")
    field = "title"


class EndsBeforeItStarts(Invalid):
    slug = "visit-ends-before-it-starts"
    words = sentence("The last day is not before the first one, and within %(most)s days of it.")
    field = "ends_on"


class NobodyComes(Invalid):
    slug = "visit-nobody-comes"
    words = sentence("Write which offices of the sending city come, each once, and with how many persons.")
    field = "members"


class HostElsewhere(Invalid):
    slug = "visit-host-elsewhere"
    words = sentence("Choose an office of the hosting city, or none.")
    field = "host_office_id"


class VisitStepNotOpen(Conflict):
    slug = "visit-step-not-open"
    words = sentence("That can no longer be done: look how this visit stands now.")


class OtherSideAnswers(Conflict):
    slug = "other-side-answers"
    words = sentence("The other side answers this; your side has said its word.")


class VisitChangedMeanwhile(Conflict):
    slug = "visit-changed-meanwhile"
    words = sentence("This visit was changed meanwhile: read it once more before you go on.")


class WhyMissing(Invalid):
    slug = "visit-why-missing"
    words = sentence("Write why: the other side reads it.")
    field = "reason"


class StillToCome(Conflict):
    slug = "visit-still-to-come"
    words = sentence("This visit is not over yet.")
    field = "came"


class NoReportYet(Conflict):
    slug = "visit-no-report-yet"
    words = sentence("A report is written about a visit that was carried out.")
    field = "seen"


class OutsideOfTheVisit(Invalid):
    slug = "programme-outside-of-the-visit"
    words = sentence("Each day of the programme is a day of the visit, and nothing ends before it begins.")
    field = "entries"


class FileNotFound(NotFound):
    slug = "visit-file-not-found"
    words = sentence("There is no such file at this visit.")


class FileThereAlready(Conflict):
    slug = "visit-file-there-already"
    words = sentence("This very file is with the visit already.")
    field = "file"


class TooManyFiles(Conflict):
    slug = "too-many-visit-files"
    words = sentence("A visit has at most %(most)s files; remove one first.")
    field = "file"


class FileMissing(Invalid):
    slug = "visit-file-missing"
    words = sentence("Choose a file.")
    field = "file"


class FollowUpNotFound(NotFound):
    slug = "follow-up-not-found"
    words = sentence("There is no such follow-up.")


class OwnerElsewhere(Invalid):
    slug = "follow-up-owner-elsewhere"
    words = sentence("Choose a co-ordinator of one of the two cities.")
    field = "owner_id"


class DueInThePast(Invalid):
    slug = "follow-up-due-in-the-past"
    words = sentence("Choose a day from today on.")
    field = "due_on"


class NoReturnOfIt(Conflict):
    slug = "no-return-of-it"
    words = sentence(
        "A return takes place under the same agreement, goes the other way and does not begin before what it returns."
    )


class ReturnedAlready(Conflict):
    slug = "returned-already"
    words = sentence("One of the two is linked already; each visit has one return.")


class NotReturned(Conflict):
    slug = "not-returned"
    words = sentence("These two are not linked any more.")


class PeriodUnfit(Invalid):
    slug = "ledger-period-unfit"
    words = sentence("The last day is not before the first one.")
    field = "until"
