"""The weekly digest of notices."""

from exchange_app.noticeboard import digest
from tasks.app import celery, repeat


@celery.task(name="noticeboard.plan_digests")
def plan_digests() -> None:
    repeat(digest.plan_digests)
