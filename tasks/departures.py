"""The passing of time: registrations close, departures end."""

from exchange_app.bookings.service import finish_departures
from exchange_app.departures.service import close_registrations
from tasks.app import celery, repeat


@celery.task(name="departures.turn_pages")
def turn_pages() -> None:
    repeat(close_registrations)
    repeat(finish_departures)
