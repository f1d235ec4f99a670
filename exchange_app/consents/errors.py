"""What asking guardians for their consent may refuse."""

from exchange_app.core.errors import Conflict, Invalid, NotFound
from exchange_app.core.text import sentence


class LinkUnknown(NotFound):
    slug = "consent-link-unknown"
    words = sentence("This link is not known. It may have been cut off when it was copied.")


class LinkReplaced(NotFound):
    slug = "consent-link-replaced"
    words = sentence("This link is no longer valid: the school made a newer one for your child.")


class LinkOver(NotFound):
    slug = "consent-link-over"
    words = sentence("This link is no longer valid: its time is over.")


class ChildNotNamed(NotFound):
    slug = "child-not-named"
    words = sentence("This link is no longer valid: your child is not in the group's roster.")


class NotAPupil(NotFound):
    slug = "not-a-pupil"
    words = sentence("There is no such pupil in this roster.")


class TextChanged(Conflict):
    slug = "consent-text-changed"
    words = sentence("The text was changed while you read it. Please read it again; what you chose is kept below.")


class TextUnknown(Invalid):
    slug = "consent-text-unknown"
    words = sentence("Choose the text that was signed.")
    field = "text"


class DataNeeded(Invalid):
    slug = "child-data-needed"
    words = sentence(
        "Without the data your child cannot be in the roster and so cannot take part. "
        "Agree to both, or choose no for both."
    )
    field = "choices"


class NothingToAnswer(Conflict):
    slug = "nothing-to-answer"
    words = sentence("There is nothing to answer any more: the visit is over or does not take place.")


class NothingToWithdraw(Conflict):
    slug = "nothing-to-withdraw"
    words = sentence("There is no consent that could be withdrawn.")


class NotAskedNow(Conflict):
    slug = "consents-not-asked-now"
    words = sentence("Guardians are asked once the group is handed in, and until the visit is over.")


class SignedLater(Invalid):
    slug = "signed-later"
    words = sentence("The day of the signature cannot lie in the future.")
    field = "signed_on"
