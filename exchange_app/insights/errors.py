"""What figures and reports may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class ReportNotFound(NotFound):
    slug = "report-not-found"
    words = sentence("There is no such statistical report.")


class TableNotFound(NotFound):
    slug = "table-not-found"
    words = sentence("There is no such table of figures.")


class SubjectUnfit(Invalid):
    slug = "report-subject-unfit"
    words = sentence("Choose a city or an agreement of the list.")
    field = "about"


class PlanNotCarried(Invalid):
    slug = "report-plan-not-carried"
    words = sentence("The agreement does not carry this plan.")
    field = "plan"


class PeriodToCome(Invalid):
    slug = "report-period-to-come"
    words = sentence("This period has not begun yet.")
    field = "span"


class TooManyReports(Conflict):
    slug = "too-many-reports"
    words = sentence(
        "Your city has asked for %(most)s reports that are still being made: ask again once one of them is ready."
    )
    field = "about"


class ReportNotFailed(Conflict):
    slug = "report-not-failed"
    words = sentence("Only a report that could not be made is tried again or removed; all others stay as they are.")
