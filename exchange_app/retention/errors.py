"""What is refused about what is kept, and about breaches."""

from __future__ import annotations

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class DigitsWrong(Invalid):
    slug = "digits-wrong"
    words = sentence("These are not the last four digits of the guardian's phone number in the roster.")
    field = "digits"


class AlreadyErased(Conflict):
    slug = "account-already-erased"
    words = sentence("This account is erased already.")


class AccountOpen(Conflict):
    slug = "account-still-open"
    words = sentence("Close the account first; then it can be erased.")


class BreachNotFound(NotFound):
    slug = "breach-not-found"
    words = sentence("There is no such report of a data breach.")


class AccountUnknown(Invalid):
    slug = "breach-account-unknown"
    words = sentence("There is no account with this e-mail address.")
    field = "email"


class GroupUnknown(Invalid):
    slug = "breach-group-unknown"
    words = sentence("There is no booking with this code.")
    field = "code"


class EndsBeforeItBegan(Invalid):
    slug = "breach-ends-before-it-began"
    words = sentence("The end cannot lie before the beginning.")
    field = "ended_at"


class NotYetHappened(Invalid):
    slug = "breach-still-to-come"
    words = sentence("This moment is still to come.")


class BreachClosed(Conflict):
    slug = "breach-closed"
    words = sentence("This report is closed.")


class NotContainedYet(Conflict):
    slug = "breach-not-contained"
    words = sentence("A report is closed once the breach is contained.")
