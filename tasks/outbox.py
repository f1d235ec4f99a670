"""Letters that are due go out; those whose time is over are emptied."""

from __future__ import annotations

from threading import BoundedSemaphore, Event
from typing import Any

from celery import signals

from exchange_app.core.clock import now
from exchange_app.core.settings import setting
from exchange_app.outbox.delivery import deliver_due
from exchange_app.outbox.models import Channel
from exchange_app.outbox.purging import purge_letters
from exchange_app.outbox.rendering import host_of_links
from exchange_app.outbox.transport.carrier import Carrier, Mailbox, NoGateway
from exchange_app.outbox.transport.mail import choose_carrier
from exchange_app.outbox.transport.robots import Robots
from exchange_app.outbox.transport.text_messages import TextMessages
from tasks.app import celery, repeat

# Each channel has rounds of its own, so that a carrier that keeps a round waiting holds up no other channel. Of mail
# there are two, each with its own connection; a round that finds all taken leaves its letters to them. The worker has
# threads left over for other tasks (tasks/settings.py).
ROUNDS = {
    Channel.MAIL: BoundedSemaphore(2),
    Channel.TEXT: BoundedSemaphore(1),
    Channel.ROBOT: BoundedSemaphore(1),
    Channel.PAGE: BoundedSemaphore(1),
}

stopping = Event()


@signals.worker_shutting_down.connect
def finish_the_letter_in_hand(**_: Any) -> None:
    stopping.set()


@celery.task(name="outbox.deliver_mail")
def deliver_mail() -> None:
    deliver(Channel.MAIL)


@celery.task(name="outbox.deliver_text")
def deliver_text_messages() -> None:
    deliver(Channel.TEXT)


@celery.task(name="outbox.deliver_robot")
def deliver_to_robots() -> None:
    deliver(Channel.ROBOT)


@celery.task(name="outbox.deliver_page")
def deliver_to_pages() -> None:
    deliver(Channel.PAGE)


def deliver(channel: Channel) -> None:
    if not ROUNDS[channel].acquire(blocking=False):
        return
    try:
        deliver_due(carrier_for(channel), now, stopping.is_set, channel)
    finally:
        ROUNDS[channel].release()


def carrier_for(channel: Channel) -> Carrier:
    match channel:
        case Channel.MAIL:
            return choose_carrier(setting("SMTP_URL"), own_name=host_of_links())
        case Channel.TEXT:
            gateway = setting("TEXT_GATEWAY")
            return TextMessages(gateway) if gateway else NoGateway()
        case Channel.ROBOT:
            return Robots()
        case Channel.PAGE:
            return Mailbox()


@celery.task(name="outbox.purge")
def purge() -> None:
    repeat(purge_letters)
