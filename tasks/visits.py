"""Owners are reminded of what follows from a visit; whom to call about one that is over is forgotten."""

from exchange_app.visits.service import parts
from tasks.app import celery, repeat


@celery.task(name="visits.look_after")
def look_after() -> None:
    repeat(parts.remind_owners)
    repeat(parts.forget_contacts)
