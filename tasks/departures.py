"""The passing of time: registrations close, seats that were set aside return, departures end."""

from exchange_app.bookings.service import finish_departures
from exchange_app.departures.allotments import release_due
from exchange_app.departures.service import close_registrations
from tasks.app import celery, repeat


@celery.task(name="departures.turn_pages")
def turn_pages() -> None:
    repeat(close_registrations)
    repeat(finish_departures)


@celery.task(name="departures.release_allotments")
def release_allotments() -> None:
    repeat(release_due)
