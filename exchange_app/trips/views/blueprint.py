"""Where the pages of trips are gathered, and how a command is carried out on a group's trip."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint

from exchange_app.accounts.sessions import me
from exchange_app.bookings.models import Booking
from exchange_app.catalogue.views.saving import is_done
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.transaction import transaction
from exchange_app.trips.queries import get_trip, lock_trip
from exchange_app.web.errors import beside_field
from exchange_app.web.forms import Form

trips = Blueprint("trips", __name__)


def is_carried_out(code: str, form: Form, command: Callable[[Booking], object]) -> bool:
    """Whether the form was sent and the command done to the locked booking; if not, the form says why."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            command(lock_trip(code, me()))
    except (Invalid, Conflict) as refusal:
        beside_field(form, refusal)
        return False
    return True


def do(code: str, command: Callable[[Booking], object], done: str) -> None:
    """A command of one button: the next page says what was done, or why it was not. Another school's trip is not
    found."""
    get_trip(code, me())
    is_done(lambda: command(lock_trip(code, me())), done=done)
