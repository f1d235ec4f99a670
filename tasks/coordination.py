"""Exchanges begin where groups have registered, follow their departures, and whoever lets a step wait is reminded;
agreements whose last day is over end."""

from exchange_app.coordination.service import exchanges
from exchange_app.partners.agreements import end_run_out
from tasks.app import celery, repeat


@celery.task(name="coordination.look_after")
def look_after() -> None:
    repeat(end_run_out)
    repeat(exchanges.begin_exchanges)
    repeat(exchanges.follow_departures)
    repeat(exchanges.remind_coordinators)
