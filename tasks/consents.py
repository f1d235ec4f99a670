"""Leaders whose guardians have not all answered hear of it; proof that is old enough goes."""

from exchange_app.consents import letters, service
from tasks.app import celery, repeat


@celery.task(name="consents.plan_letters")
def plan_letters() -> None:
    repeat(letters.plan_letters)


@celery.task(name="consents.forget_proof")
def forget_proof() -> None:
    repeat(service.forget_proof)
