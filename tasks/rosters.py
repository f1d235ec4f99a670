"""Rosters whose time is over: seats that nobody was named for go back; and what they may no longer keep goes."""

from exchange_app.rosters.service import lock_rosters
from exchange_app.rosters.unasked import drop_unasked
from tasks.app import celery, repeat


@celery.task(name="rosters.lock_rosters")
def lock_due_rosters() -> None:
    repeat(lock_rosters)


@celery.task(name="rosters.drop_unasked")
def drop_what_is_not_asked() -> None:
    repeat(drop_unasked)
