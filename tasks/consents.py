"""Leaders whose guardians have not all answered hear of it."""

from exchange_app.consents import letters
from tasks.app import celery, repeat


@celery.task(name="consents.plan_letters")
def plan_letters() -> None:
    repeat(letters.plan_letters)
