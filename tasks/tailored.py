"""Whoever lets the other side wait for an answer is reminded; what nobody speaks of any more ends, and
in the end what was written about it goes."""

from exchange_app.tailored import service
from tasks.app import celery, repeat


@celery.task(name="tailored.look_after")
def look_after() -> None:
    repeat(service.expire_waiting)
    repeat(service.remind_waiting)


@celery.task(name="tailored.forget_words")
def forget_words() -> None:
    repeat(service.forget_words)
