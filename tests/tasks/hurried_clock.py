"""The clock, for tests that cannot wait: letters and reminders are looked for every second, the rest at its own pace.

`celery --app tests.tasks.hurried_clock beat`.
"""

from __future__ import annotations

from tasks.schedule import SCHEDULE, celery

HURRIED = ("outbox.deliver_mail", "bookings.plan_reminders")
SECONDS = 1

celery.conf.beat_schedule = SCHEDULE | {
    name: SCHEDULE[name] | {"schedule": SECONDS, "options": {"expires": SECONDS}} for name in HURRIED
}
