"""Short ways to write letters, to send them, and to look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import current_app
from sqlalchemy import select

from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox.delivery import deliver_due
from exchange_app.outbox.models import Channel, Letter, LetterState
from exchange_app.outbox.service import NewLetter, letter_to, write_letters
from exchange_app.outbox.transport.carrier import Carrier
from exchange_app.outbox.ways import Recipient, Way
from tests.builders import NOW


def write(booking: Booking, *addresses: str, due_at: datetime = NOW) -> None:
    """A letter about the booking to each address."""
    with transaction():
        write_letters([new_letter(booking, address, due_at) for address in addresses], NOW)


def new_letter(booking: Booking, address: str, due_at: datetime = NOW) -> NewLetter:
    return NewLetter(
        key=f"test:{address}",
        kind="booking_confirmed",
        subject_id=booking.id,
        address=address,
        language="en",
        due_at=due_at,
    )


def write_by(booking: Booking, *ways: Way, key: str = "first", due_at: datetime = NOW) -> None:
    """One letter about the booking that has these ways to its reader."""
    recipient = Recipient(ways, "en")
    letter = letter_to(recipient, key=key, kind="booking_confirmed", subject_id=booking.id, due_at=due_at)
    with transaction():
        write_letters([letter], NOW)


def deliver(
    carrier: Carrier,
    at: datetime = NOW,
    is_stopping: Callable[[], bool] = lambda: False,
    channel: Channel = Channel.MAIL,
) -> int:
    """One round, as a worker does it: with a session of its own."""
    with current_app.app_context():
        return deliver_due(carrier, lambda: at, is_stopping, channel)


def letters() -> Sequence[Letter]:
    """All letters as they are in the database now."""
    db.session.rollback()
    return db.session.scalars(select(Letter).order_by(Letter.id).execution_options(populate_existing=True)).all()


def letter_at(address: str) -> Letter:
    return next(letter for letter in letters() if letter.address == address)


def states() -> list[LetterState]:
    return [letter.state for letter in letters()]
