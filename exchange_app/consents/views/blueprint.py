"""Where the pages of consents are gathered."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, current_app, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from exchange_app.accounts.sessions import me
from exchange_app.bookings import queries as bookings
from exchange_app.bookings.models import Booking
from exchange_app.core.errors import Conflict, Invalid
from exchange_app.core.transaction import transaction

consents = Blueprint("consents", __name__)


def link_address(token: str) -> str:
    """As guardians get it: under the public name, since it goes on paper and into chats."""
    path = url_for("consents.answer", token=token)
    return f"{current_app.config['PUBLIC_URL']}{path}"


def carry_out(code: str, command: Callable[[Booking], None], done: str) -> ResponseReturnValue:
    """Do the command to the locked booking and go back to the board, which says what was done or why it was not."""
    try:
        with transaction():
            command(bookings.lock_booking(code, me()))
    except (Invalid, Conflict) as refusal:
        flash(refusal.sentence, "error")
    else:
        flash(done)
    return redirect(url_for("consents.board", code=code), 303)
