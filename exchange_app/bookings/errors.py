"""What a booking may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence, sentences


class BookingNotFound(NotFound):
    slug = "booking-not-found"
    words = sentence("There is no such booking.")


class NobodyComes(Invalid):
    slug = "nobody-comes"
    words = sentence("Say how many pupils come: at least one.")
    field = "pupils"


class TooFewAdults(Invalid):
    """``pupils`` need ``needed`` adults; ``missing`` more are wanted."""

    slug = "too-few-adults"
    field = "staff"

    def __init__(self, *, pupils: int, needed: int, missing: int) -> None:
        super().__init__(pupils=pupils, needed=needed, missing=missing)
        self.words = sentences(
            "%(pupils)s pupils need %(needed)s accompanying adults; %(missing)s more is missing.",
            "%(pupils)s pupils need %(needed)s accompanying adults; %(missing)s more are missing.",
            missing,
            pupils=pupils,
            needed=needed,
            missing=missing,
        )


class HoldExpired(Conflict):
    slug = "hold-expired"
    words = sentence(
        "The time for filling in this booking ran out and its seats were given back. Register again; "
        "what you typed is kept."
    )


class StepNotAllowed(Conflict):
    """The booking's state does not allow this step (any more)."""

    slug = "step-not-allowed"
    words = sentence("This cannot be done to the booking in its present state. Reload the page to see where it stands.")


class ContactMissing(Invalid):
    slug = "contact-missing"
    words = sentence("Fill in who can be reached about this group before you submit it.")
    field = "contact_name"


class RosterLocked(Conflict):
    slug = "roster-locked"
    words = sentence("The roster can no longer be changed: it was due on %(due)s. Ask the organiser.")


class ReasonMissing(Invalid):
    slug = "cancellation-reason-missing"
    words = sentence("Give a reason; the other side reads it.")
    field = "reason"


class CodeMistyped(Invalid):
    """The check sign does not fit: this says nothing about which codes exist."""

    slug = "code-mistyped"
    words = sentence(
        "This code has a typing error. It has eight letters and digits, such as ABCD-2345, "
        "and no 0, 1, I, L, O, S or U."
    )
    field = "code"


class ProofFailed(Invalid):
    """The same sentence whether the code does not exist or the proof is wrong."""

    slug = "proof-failed"
    words = sentence(
        "The code and the digits do not belong together. Look at the confirmation, or ask the group's leader."
    )
    field = "code"
