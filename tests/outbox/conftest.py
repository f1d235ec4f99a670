"""A group with letters to be sent, and a mail server to send them to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.bookings.service import Contact
from exchange_app.core.transaction import transaction
from tests.builders import NOW, make_departure, make_hold, make_leader
from tests.outbox.mail_sink import MailSink, running_sink

CONTACT = Contact("Li Ming", "li@school.example", "13900001234")


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with running_sink() as sink:
        yield sink


@pytest.fixture
def booking(app: Flask) -> Booking:
    """A confirmed booking; the letters that its confirmation wrote are due."""
    with transaction():
        leader = make_leader()
        held = make_hold(make_departure(), leader)
        bookings.set_contact(held, CONTACT, by=leader, now=NOW)
        bookings.submit_booking(held, by=leader, now=NOW)
    return held
