"""What of a group's photos waits for its leader, for the pages of bookings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.bookings.todos import Todo
from exchange_app.core.text import sentence
from exchange_app.publicity.models import StoryPhoto
from exchange_app.publicity.queries.photos import list_unnamed

SAY_WHO = sentence("Say who can be recognised in a photo")


def map_photos_to_name(bookings: Sequence[Booking], _now: datetime) -> Mapping[int, Sequence[Todo]]:
    """Nobody else sees a photo with children before their leader has said who they are."""
    done = [booking.id for booking in bookings if booking.state is BookingState.DONE]
    photos = list_unnamed(done) if done else ()
    return {group: [_todo(photo) for photo in photos if photo.booking_id == group] for group in done}


def _todo(photo: StoryPhoto) -> Todo:
    return Todo(str(SAY_WHO), "publicity.persons", {"photo_id": photo.id})
