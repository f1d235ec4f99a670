"""A worker that is its own clock: `celery --app tasks.app worker --clock`, where one worker is enough.

A clock alone holds 40 MB, nearly all of which a worker has loaded as well. It ticks in a thread, not (as `--beat` would
do it) in a process that nobody looks after: where it ends, the worker ends, and whoever looks after that starts both.
"""

from __future__ import annotations

import logging
import os
import signal
from threading import Thread
from typing import Any

from celery import Celery, bootsteps
from celery.beat import Service
from click import Option

OPTION = Option(["--clock"], is_flag=True, help="Tick as well; only one clock may run.")

logger = logging.getLogger(__name__)


class Ticking(bootsteps.StartStopStep):
    requires = {"celery.worker.components:Pool"}

    def __init__(self, parent: Any, clock: bool = False, **options: Any) -> None:
        super().__init__(parent, **options)
        self.enabled = clock

    def start(self, parent: Any) -> None:
        self._is_stopping = False
        self._clock = Service(parent.app, scheduler_cls=parent.app.conf.beat_scheduler)
        Thread(target=self._tick, name="clock", daemon=True).start()

    def stop(self, parent: Any) -> None:
        self._is_stopping = True
        self._clock.stop()

    def _tick(self) -> None:
        try:
            self._clock.start()
        except Exception:
            logger.exception("The clock stopped, and with it the worker")
        if not self._is_stopping:
            os.kill(os.getpid(), signal.SIGTERM)


def let_workers_tick(celery: Celery) -> None:
    """Give workers the option."""
    celery.user_options["worker"].add(OPTION)
    celery.steps["worker"].add(Ticking)
