"""The broker wakes workers and does nothing else: what is to be done stands in the database, and sweeps find it.

So a wake may be late or lost and nothing is; it carries a task's name and no data. Wakes go out from a thread of their
own: a request never waits for the broker, many wakes of one moment become one, and a broker that is away is left alone
for a while. See docs/decisions/outbox.md.
"""

from __future__ import annotations

import logging
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from celery import Celery
from kombu import Queue

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)

KEY_PREFIX = "exchange:"
BROKER_SECONDS = 1.0  # how long a connection or an answer may take
WAKE_EVERY_SECONDS = 0.2  # wakes of the same task that come closer together become one
REST_SECONDS = 10.0  # how long the broker is left alone after it failed
WAKE_EXPIRES_SECONDS = 60  # a wake that nobody heard by then is worth nothing: the sweep has been there

# The workers' queues, the most urgent first: a worker that takes from several empties them in this order. Somebody
# waits for what is urgent; what is slow may fill a worker for minutes.
QUEUES = ("urgent", "regular", "slow")
ROUTES = {
    "outbox.deliver_*": {"queue": "urgent"},
    "bookings.expire_holds": {"queue": "urgent"},
    "bookings.offer_seats": {"queue": "urgent"},
    "outbox.purge": {"queue": "slow"},
    "bookings.forget_followers": {"queue": "slow"},
    "insights.make_reports": {"queue": "slow"},
}

ONE_TRY: dict[str, Any] = {"max_retries": 1, "interval_start": 0}


class BrokerUnreachable(Exception):
    """The broker does not answer; the message says why."""


def broker_settings(url: str) -> dict[str, Any]:
    """Celery's settings for a broker address, the same for whoever wakes and for whoever works.

    `redis://…` (also Valkey), `redis+socket://…`, or `filesystem:///a/directory` where no broker can run.
    """
    queues = {
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
        "task_default_queue": "regular",
        "task_routes": ROUTES,
    }
    if urlsplit(url).scheme == "filesystem":
        return {
            **queues,
            "broker_url": "filesystem://localhost/",
            "broker_transport_options": _directory_options(url),
        }
    return {
        **queues,
        "broker_url": url,
        "broker_transport_options": {
            "global_keyprefix": KEY_PREFIX,
            "queue_order_strategy": "priority",
            "socket_connect_timeout": BROKER_SECONDS,
            "socket_keepalive": True,
        },
    }


def _directory_options(url: str) -> dict[str, Any]:
    directory = Path(unquote(urlsplit(url).path))
    queue, control = directory / "queue", directory / "control"
    for folder in (queue, control):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(control),
        "polling_interval": 0.1,
    }


class Broker:
    """One process's way to the workers."""

    def __init__(self, url: str) -> None:
        self._celery = Celery("exchange-client", set_as_current=False)
        self._celery.conf.update(broker_settings(url), task_ignore_result=True)
        # One try with an end to it: a black-holed address would otherwise hold the thread for minutes.
        self._celery.conf.broker_transport_options |= {"socket_timeout": BROKER_SECONDS, **ONE_TRY}
        self._wanted: set[str] = set()
        self._is_wanted = threading.Event()
        self._lock = threading.Lock()
        self._messenger: threading.Thread | None = None

    def wake(self, task_name: str) -> None:
        with self._lock:
            self._wanted.add(task_name)
            if self._messenger is None or not self._messenger.is_alive():  # the first wake, or the first after a fork
                self._messenger = threading.Thread(target=self._carry_wakes, name="broker-wakes", daemon=True)
                self._messenger.start()
        self._is_wanted.set()

    def _carry_wakes(self) -> None:
        while True:
            self._is_wanted.wait()
            self._is_wanted.clear()
            with self._lock:
                names, self._wanted = self._wanted, set()
            time.sleep(WAKE_EVERY_SECONDS if self._send_all(names) else REST_SECONDS)

    def _send_all(self, task_names: set[str]) -> bool:
        try:
            for name in task_names:
                self._celery.send_task(name, retry=False, ignore_result=True, expires=WAKE_EXPIRES_SECONDS)
        except Exception as problem:  # whatever it is, the sweep finds the work
            log.warning("broker: could not wake %s (%s)", ", ".join(sorted(task_names)), type(problem).__name__)
            return False
        return True

    def ping(self) -> None:
        """Raises BrokerUnreachable."""
        try:
            with self._celery.connection_for_write() as connection:
                connection.ensure_connection(**ONE_TRY)
        except Exception as problem:  # the transports raise errors of many families
            raise BrokerUnreachable(type(problem).__name__) from problem


_broker: Broker | None = None


def connect_broker(app: Flask) -> None:
    """Take the broker of REDIS_URL; without one nothing is woken, and the sweeps do all the work."""
    global _broker
    url = app.config["REDIS_URL"]
    _broker = Broker(url) if url else None


def wake(task_name: str) -> None:
    """Ask a worker to look what there is to do. Returns at once and never fails; call it after the commit."""
    if _broker is not None:
        _broker.wake(task_name)


def ping() -> None:
    """Raises BrokerUnreachable when the broker does not answer within a second or two, or none is configured."""
    if _broker is None:
        raise BrokerUnreachable("no REDIS_URL")
    _broker.ping()
