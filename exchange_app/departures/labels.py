"""How a departure's state reads on pages, and why it takes no registrations."""

from exchange_app.core.text import sentence
from exchange_app.departures.rules import Cause, DepartureState, Standing
from exchange_app.web.labels import Labels

LABELS: Labels = {
    DepartureState: {
        DepartureState.DRAFT: sentence("Draft"),
        DepartureState.OPEN: sentence("Open"),
        DepartureState.CLOSED: sentence("Closed"),
        DepartureState.CALLED_OFF: sentence("Called off"),
        DepartureState.DONE: sentence("Done"),
    },
    Cause: {
        Cause.MINIMUM: sentence("Too few persons registered"),
        Cause.WEATHER: sentence("Weather or a natural disaster"),
        Cause.SAFETY: sentence("Safety or health"),
        Cause.OTHER: sentence("Another cause"),
    },
    Standing: {
        Standing.DRAFT: sentence("Draft"),
        Standing.OPEN: sentence("Open for registration"),
        Standing.NOT_YET: sentence("Not open yet"),
        Standing.FULL: sentence("Full"),
        Standing.OVER: sentence("Registration over"),
        Standing.CALLED_OFF: sentence("Called off"),
        Standing.DONE: sentence("Took place"),
    },
}
