"""How a letter's state reads on pages."""

from exchange_app.core.text import sentence
from exchange_app.outbox.models import LetterState
from exchange_app.web.labels import Labels

LABELS: Labels = {
    LetterState: {
        LetterState.PENDING: sentence("Waiting"),
        LetterState.SENDING: sentence("Being prepared"),
        LetterState.HANDING_OVER: sentence("Being handed over"),
        LetterState.SENT: sentence("Sent"),
        LetterState.SKIPPED: sentence("Not needed any more"),
        LetterState.FAILED: sentence("Failed"),
        LetterState.DOUBTFUL: sentence("In doubt"),
    }
}
