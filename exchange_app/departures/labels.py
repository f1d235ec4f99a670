"""How a departure's state, and where it stands for registration, read on pages."""

from exchange_app.core.text import sentence
from exchange_app.departures.rules import DepartureState, Standing

LABELS = {
    DepartureState: {
        DepartureState.DRAFT: sentence("Draft"),
        DepartureState.OPEN: sentence("Open"),
        DepartureState.CLOSED: sentence("Closed"),
        DepartureState.CALLED_OFF: sentence("Called off"),
        DepartureState.DONE: sentence("Done"),
    },
    Standing: {
        Standing.OPEN: sentence("Open for registration"),
        Standing.NOT_YET: sentence("Not open yet"),
        Standing.FULL: sentence("Full"),
        Standing.OVER: sentence("Registration over"),
        Standing.CALLED_OFF: sentence("Called off"),
        Standing.DONE: sentence("Done"),
        Standing.DRAFT: sentence("Draft"),
    },
}
