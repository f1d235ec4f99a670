"""How the sides of an exchange and the states and steps of a problem read on pages."""

from exchange_app.coordination.rules import ProblemState, ProblemStep, Side
from exchange_app.core.text import sentence
from exchange_app.web.labels import Labels

LABELS: Labels = {
    Side: {
        Side.SENDING: sentence("Sending side"),
        Side.HOSTING: sentence("Hosting side"),
    },
    ProblemState: {
        ProblemState.RAISED: sentence("Raised"),
        ProblemState.ASSIGNED: sentence("In hand"),
        ProblemState.SETTLED: sentence("Settled"),
        ProblemState.SET_ASIDE: sentence("Set aside"),
    },
    ProblemStep: {
        ProblemStep.RAISE: sentence("Raised"),
        ProblemStep.COMMENT: sentence("Comment"),
        ProblemStep.ASSIGN: sentence("Assigned to the offices"),
        ProblemStep.SETTLE: sentence("Settled"),
        ProblemStep.SET_ASIDE: sentence("Set aside"),
        ProblemStep.REOPEN: sentence("Raised again"),
    },
}
