"""Reports that are due are asked for and made."""

from __future__ import annotations

from threading import BoundedSemaphore

from exchange_app.core.clock import now
from exchange_app.insights.making import make_due
from exchange_app.insights.service import ask_due_reports
from tasks.app import celery, repeat
from tasks.outbox import stopping

# One thread of a worker makes reports, however many wait: the others are there for what is quick.
ROUND = BoundedSemaphore(1)


@celery.task(name="insights.make_reports")
def make_reports() -> None:
    if not ROUND.acquire(blocking=False):
        return
    try:
        make_due(now, stopping.is_set)
    finally:
        ROUND.release()


@celery.task(name="insights.ask_reports")
def ask_reports() -> None:
    repeat(ask_due_reports)
