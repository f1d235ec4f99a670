"""Letters that are due go out; those whose time is over are emptied."""

from __future__ import annotations

from threading import BoundedSemaphore, Event
from typing import Any

from celery import signals

from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.outbox.delivery import deliver_due
from exchange_app.outbox.purging import purge_letters
from exchange_app.outbox.rendering import host_of_links
from exchange_app.outbox.transport import choose_carrier
from tasks.app import celery, repeat

# Two rounds at a time, each with its own connection: one may wait for a slow mail server while the other goes on, and
# the worker's other threads stay free for other tasks. A round that finds both taken leaves its letters to them.
ROUNDS = BoundedSemaphore(2)

stopping = Event()


@signals.worker_shutting_down.connect
def finish_the_letter_in_hand(**_: Any) -> None:
    stopping.set()


@celery.task(name="outbox.deliver")
def deliver() -> None:
    if not ROUNDS.acquire(blocking=False):
        return
    try:
        carrier = choose_carrier(setting("SMTP_URL"), own_name=host_of_links())
        deliver_due(carrier, now, stopping.is_set)
    finally:
        ROUNDS.release()


@celery.task(name="outbox.purge")
def purge() -> None:
    repeat(purge_letters)
