"""Requests for help that nobody answered in time go to the next office; what is answered and quiet is closed."""

from exchange_app.helpdesk import service
from tasks.app import celery, repeat


@celery.task(name="helpdesk.look_after")
def look_after() -> None:
    repeat(service.look_after)
