"""Holds and offers that ran out, waiting lists, departures that were called off, decisions and rosters that are due,
organisers' summaries, addresses that nobody needs any more."""

from exchange_app.bookings import approvals, followers, reminders, service, summaries, waiting
from exchange_app.core.errors import Conflict
from tasks.app import celery, repeat


@celery.task(name="bookings.expire_holds")
def expire_holds() -> None:
    repeat(service.expire_holds)


@celery.task(name="bookings.release_called_off")
def release_called_off() -> None:
    repeat(service.release_called_off)


@celery.task(name="bookings.plan_reminders")
def plan_reminders() -> None:
    repeat(reminders.plan_reminders)
    repeat(approvals.remind_approvers)


@celery.task(name="bookings.plan_summaries")
def plan_summaries() -> None:
    repeat(summaries.plan_summaries)


@celery.task(name="bookings.forget_followers")
def forget_followers() -> None:
    repeat(followers.forget_followers)


@celery.task(name="bookings.offer_seats")
def offer_seats() -> None:
    """Seats that went to somebody else at the last moment are no fault: the next look finds what is left."""
    repeat(waiting.close_lists)
    try:
        repeat(waiting.offer_seats)
    except Conflict:
        pass
