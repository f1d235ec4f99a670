"""The clock: which tasks are woken how often. Run it with `celery --app tasks.schedule beat`.

Each task is a condition ("what is due and not done"), so that a tick may be missed or come twice; a tick that no worker
heard before the next one expires. The clock knows tasks by name only and never loads the application.
"""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery, signals

from exchange_app.core.logs import LogForm
from tasks.settings import settings


@signals.after_setup_logger.connect
@signals.after_setup_task_logger.connect
def write_log_alike(logger: logging.Logger, **_: Any) -> None:
    """Workers and clock write as the web server does."""
    for handler in logger.handlers:
        handler.setFormatter(LogForm())


SECONDS_BETWEEN = {
    "outbox.deliver_mail": 10,
    "outbox.deliver_text": 10,
    "outbox.deliver_robot": 10,
    "outbox.deliver_page": 10,
    "outbox.purge": 3600,
    "bookings.expire_holds": 60,
    "bookings.offer_seats": 30,
    "bookings.release_called_off": 60,
    "bookings.plan_reminders": 300,
    "bookings.plan_summaries": 300,
    "bookings.forget_followers": 3600,
    "catalogue.refresh_search": 600,
    "catalogue.remove_stray_files": 3600,
    "departures.release_allotments": 60,
    "departures.turn_pages": 3600,
    "rosters.lock_rosters": 300,
    "rosters.drop_unasked": 300,
    "consents.plan_letters": 300,
    "tailored.look_after": 300,
    "tailored.forget_words": 3600,
    "noticeboard.plan_digests": 300,
    "coordination.look_after": 300,
    "meetings.look_after": 300,
    "visits.look_after": 300,
    "publicity.take_off_refused": 60,
    "publicity.remove_stray_files": 3600,
    "insights.make_reports": 60,
    "insights.ask_reports": 3600,
    "helpdesk.look_after": 300,
    "audit.forget_entries": 3600,
    "audit.note_end": 3600,
    "retention.carry_out": 3600,
}

SCHEDULE: dict[str, dict[str, Any]] = {
    name: {"task": name, "schedule": seconds, "options": {"expires": seconds}}
    for name, seconds in SECONDS_BETWEEN.items()
}

celery = Celery("clock", set_as_current=False)
celery.add_defaults(lambda: {**settings(), "beat_schedule": SCHEDULE})
