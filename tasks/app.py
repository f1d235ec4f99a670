"""The workers' Celery application: `celery --app tasks.app worker`. Every task runs inside the Flask application."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from celery import Celery, Task, signals
from kombu.transport import redis
from sqlalchemy.exc import DBAPIError

from exchange_app.core.clock import now
from exchange_app.core.database import lost_a_race
from exchange_app.core.transaction import transaction
from tasks.schedule import SCHEDULE
from tasks.settings import settings
from tasks.ticking import let_workers_tick


@cache
def flask_app() -> Any:
    """The web server's own: a worker that `make run` starts finds it loaded."""
    return import_module("wsgi").app


@signals.worker_init.connect
def load_application(**_: Any) -> None:
    """At the start, so that a wrong setting ends the worker at once, and before there are threads."""
    flask_app()
    _look_for_garbage_less_often()


def _look_for_garbage_less_often() -> None:
    """Every 700 new objects Python searches for rings of objects that nobody holds: with the whole application among
    what is searched, that is a fourteenth of what a letter costs."""
    gc.collect()
    gc.freeze()  # the application stays; what is searched is only what came after it
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)


class InApplication(Task):
    """A task that finds the database and the settings; its session is put away when it ends."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with flask_app().app_context():
            return super().__call__(*args, **kwargs)


class WakesOnly(redis.Channel):
    """The way to a broker whose messages are only wakes.

    One that a worker took and did not begin is not given back, and one that it begins after the broker was lost is not
    acknowledged: on a connection that is gone either ends the worker (Celery 5.7).
    """

    do_restore = False

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        if not self.closed:
            super().basic_ack(delivery_tag, multiple)


redis.Transport.Channel = WakesOnly

JOBS = (
    "tasks.outbox",
    "tasks.bookings",
    "tasks.departures",
    "tasks.catalogue",
    "tasks.rosters",
    "tasks.consents",
    "tasks.tailored",
    "tasks.noticeboard",
    "tasks.coordination",
    "tasks.meetings",
    "tasks.visits",
    "tasks.publicity",
    "tasks.insights",
    "tasks.helpdesk",
    "tasks.audit",
    "tasks.retention",
)

TRIES = 3
OBJECTS_BETWEEN_SEARCHES = 10_000

celery = Celery("exchange", task_cls=InApplication, include=JOBS)
celery.add_defaults(lambda: {**settings(), "beat_schedule": SCHEDULE})
let_workers_tick(celery)


def repeat(step: Callable[[datetime], int]) -> None:
    """Do a step of a job, each time in a transaction of its own, until it finds nothing more to do."""
    while _once(step):
        pass


def _once(step: Callable[[datetime], int]) -> int:
    """A step that lost a race in the database is done again; whoever won has gone on by then."""
    for _ in range(TRIES - 1):
        try:
            with transaction():
                return step(now())
        except DBAPIError as problem:
            if not lost_a_race(problem):
                raise
    with transaction():
        return step(now())
