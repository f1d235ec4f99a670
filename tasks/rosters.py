"""Rosters that are due soon."""

from exchange_app.rosters import letters
from tasks.app import celery, repeat


@celery.task(name="rosters.plan_reminders")
def plan_reminders() -> None:
    repeat(letters.plan_reminders)
