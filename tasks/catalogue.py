"""What visitors search in follows names that changed elsewhere; files that no photo names go."""

from exchange_app.catalogue import search
from exchange_app.catalogue.photos import remove_stray_files as remove_strays
from exchange_app.core.clock import now
from exchange_app.core.transaction import transaction
from tasks.app import celery


@celery.task(name="catalogue.refresh_search")
def refresh_search() -> None:
    outdated = search.list_outdated()
    with transaction():
        search.rewrite(outdated)


@celery.task(name="catalogue.remove_stray_files")
def remove_stray_files() -> None:
    remove_strays(now())
