"""Rosters whose time is over: seats that nobody was named for go back."""

from exchange_app.rosters.service import lock_rosters
from tasks.app import celery, repeat


@celery.task(name="rosters.lock_rosters")
def lock_due_rosters() -> None:
    repeat(lock_rosters)
