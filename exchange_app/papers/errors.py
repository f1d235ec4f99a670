"""What the checklist of papers may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class PaperNotFound(NotFound):
    slug = "paper-not-found"
    words = sentence("There is no such paper.")


class StandsByItself(Conflict):
    slug = "paper-stands-by-itself"
    words = sentence("Nobody ticks this paper: the site knows how it stands.")


class DoneLater(Invalid):
    slug = "paper-done-later"
    words = sentence("This day is still to come: write the day on which it was done.")
    field = "done_on"
