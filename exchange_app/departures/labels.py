"""How a departure's state reads on pages, why it takes no registrations, and in which ways packages are listed."""

from exchange_app.core.text import sentence
from exchange_app.departures.rules import Cause, DepartureState, Sort, Standing, View
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
    Sort: {
        Sort.NEWEST: sentence("Newest first"),
        Sort.SOONEST: sentence("Next date first"),
        Sort.SHORTEST: sentence("Shortest first"),
        Sort.CHEAPEST: sentence("Lowest price first"),
        Sort.BEST: sentence("Best match first"),
    },
    View: {
        View.LIST: sentence("List"),
        View.CALENDAR: sentence("Calendar"),
        View.MAP: sentence("Map"),
    },
}
