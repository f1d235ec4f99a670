"""How a booking's state reads on pages, and what happened to it in its history."""

from exchange_app.bookings.rules import BookingState, Step
from exchange_app.core.text import sentence

LABELS = {
    BookingState: {
        BookingState.HELD: sentence("Seats held"),
        BookingState.SUBMITTED: sentence("Waiting for the host"),
        BookingState.CONFIRMED: sentence("Confirmed"),
        BookingState.DECLINED: sentence("Declined"),
        BookingState.CANCELLED: sentence("Cancelled"),
        BookingState.EXPIRED: sentence("Hold ran out"),
        BookingState.CALLED_OFF: sentence("Called off"),
        BookingState.DONE: sentence("Done"),
    },
    Step: {
        Step.HOLD: sentence("Seats were held"),
        Step.SUBMIT: sentence("The booking was submitted"),
        Step.CONFIRM: sentence("The booking was confirmed"),
        Step.DECLINE: sentence("The booking was declined"),
        Step.CANCEL: sentence("The booking was cancelled"),
        Step.EXPIRE: sentence("The hold ran out"),
        Step.CALL_OFF: sentence("The departure was called off"),
        Step.FINISH: sentence("The journey was done"),
    },
}
