"""What a group still has to do and by when, for its booking's page and for the list of bookings. Features above this
one name what they know of (`features.TODOS`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app

from exchange_app.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do, in words; ``endpoint`` with its ``values`` is the page where it is done."""

    words: str
    endpoint: str
    values: Mapping[str, Any]
    due_on: date | None = None
    is_overdue: bool = False


Teller = Callable[[Sequence[Booking], datetime], Mapping[int, Sequence[Todo]]]

TELLERS = "booking_todos"


def know_todos(app: Flask, tellers: Iterable[Teller]) -> None:
    app.extensions[TELLERS] = tuple(tellers)


def map_todos(bookings: Sequence[Booking], now: datetime) -> Mapping[int, Sequence[Todo]]:
    """What each of these groups still has to do, what is due first before the rest."""
    found: dict[int, list[Todo]] = {booking.id: [] for booking in bookings}
    for tell in current_app.extensions[TELLERS]:
        for booking_id, todos in tell(bookings, now).items():
            found[booking_id] += todos
    return {booking_id: sorted(todos, key=lambda todo: todo.due_on or date.max) for booking_id, todos in found.items()}
