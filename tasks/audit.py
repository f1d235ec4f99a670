"""The audit log forgets what is old enough, and its end is noted outside of the database."""

import logging

from exchange_app.audit.queries import find_end
from exchange_app.audit.service import forget_entries
from tasks.app import celery, repeat

log = logging.getLogger(__name__)


@celery.task(name="audit.forget_entries")
def forget_old_entries() -> None:
    repeat(forget_entries)


@celery.task(name="audit.note_end")
def note_end() -> None:
    """For `flask audit verify --noted`: a database that was set back, log and all, does not go on from there."""
    log.info("The audit log ends at %s", find_end())
