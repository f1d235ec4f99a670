"""Holds that ran out, departures that were called off, trips that are near and rosters that are due."""

from exchange_app.bookings import reminders, service
from tasks.app import celery, repeat


@celery.task(name="bookings.expire_holds")
def expire_holds() -> None:
    repeat(service.expire_holds)


@celery.task(name="bookings.release_called_off")
def release_called_off() -> None:
    repeat(service.release_called_off)


@celery.task(name="bookings.plan_reminders")
def plan_reminders() -> None:
    repeat(reminders.plan_reminders)
