"""Whose turn it is to call a meeting hears of it, minutes that wait for nobody any more are published, owners are
reminded of actions, and names and addresses of guests go."""

from exchange_app.meetings.service import actions, inviting, minutes, planning
from tasks.app import celery, repeat


@celery.task(name="meetings.look_after")
def look_after() -> None:
    repeat(planning.remind_of_meetings)
    repeat(minutes.look_after_minutes)
    repeat(actions.remind_owners)
    repeat(inviting.forget_guests)
