"""How workers and the clock use Celery. Each setting answers a trap; docs/decisions/outbox.md tells them."""

from __future__ import annotations

from typing import Any

from config import load_settings
from exchange_app.core.broker import broker_settings

THREADS = 7  # letters take at most five of them (tasks/outbox.py), so that stuck carriers stop nothing else
BROKER_ANSWER_SECONDS = 30
UNHEARD_AFTER_SECONDS = 300  # a message that a worker took and never began is given out again


def settings() -> dict[str, Any]:
    """Celery's settings for the broker of REDIS_URL."""
    broker = broker_settings(load_settings()["REDIS_URL"])
    broker["broker_transport_options"] |= {
        "visibility_timeout": UNHEARD_AFTER_SECONDS,
        "socket_timeout": BROKER_ANSWER_SECONDS,
    }
    return {
        **broker,
        # A broker that comes back finds its workers waiting for it, however long it was away.
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # Only JSON, no results: what was done stands in the database.
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "result_backend": None,
        # Acknowledged before it runs: a task lost with its worker is found again by the next tick.
        "task_acks_late": False,
        "worker_prefetch_multiplier": 1,
        "worker_pool": "threads",
        "worker_concurrency": THREADS,
        "worker_soft_shutdown_timeout": 10,
        "worker_send_task_events": False,
        # The clock keeps no file: what is due is found in the database, so that nothing need be remembered.
        "beat_scheduler": "celery.beat:Scheduler",
        "enable_utc": True,
        "timezone": "UTC",
    }
