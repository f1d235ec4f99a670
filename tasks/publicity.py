"""Photos go when a guardian no longer agrees, and files that no photo names."""

from exchange_app.core.clock import now
from exchange_app.publicity.service import photos
from tasks.app import celery, repeat


@celery.task(name="publicity.take_off_refused")
def take_off_refused() -> None:
    repeat(photos.take_off_refused)


@celery.task(name="publicity.remove_stray_files")
def remove_stray_files() -> None:
    photos.remove_stray_files(now())
