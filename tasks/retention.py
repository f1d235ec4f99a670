"""What is kept about people goes when its time is over."""

from exchange_app.core.database import empty_write_ahead_log
from exchange_app.retention.service import carry_out
from tasks.app import celery, repeat


@celery.task(name="retention.carry_out")
def carry_out_retention() -> None:
    repeat(carry_out)
    empty_write_ahead_log()
