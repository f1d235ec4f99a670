"""A pause: nothing leaves until a person ends it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox import pausing
from exchange_app.outbox.delivery import take_batch
from exchange_app.outbox.models import Channel, LetterState
from exchange_app.outbox.transport.carrier import Mailbox
from tests.builders import NOW, make_city, make_organisation, make_user
from tests.outbox.letters import deliver, letters, states, write
from tests.pages import send, sign_in


@pytest.fixture(autouse=True)
def at_ten_in_the_morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def administrator(app: Flask, client: FlaskClient) -> FlaskClient:
    with transaction():
        user = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    sign_in(client, user)
    return client


def test_an_administrator_pauses_and_resumes(booking: Booking, administrator: FlaskClient) -> None:
    write(booking, "soon@test.example")
    waiting = len(letters())
    page = send(administrator, "/mailbox", "/mailbox/pause").text
    assert "Letters have been paused since" in page
    assert f"{waiting} waiting letters were due before." in page
    write(booking, "later@test.example")
    for channel in Channel:
        assert deliver(Mailbox(), channel=channel) == 0
    page = send(administrator, "/mailbox", "/mailbox/resume").text
    assert "Letters leave again." in page
    assert "Letters have been paused" not in page
    assert deliver(Mailbox()) == waiting + 1
    told = [entry.what for entry in db.session.query(AuditEntry).order_by(AuditEntry.number)]
    assert told[-2:] == [What.LETTERS_PAUSED, What.LETTERS_RESUMED]


def test_what_waited_can_be_left_out_and_a_worker_that_has_it_does_not_send_it(
    booking: Booking, administrator: FlaskClient
) -> None:
    write(booking, "soon@test.example")
    batch = take_batch(NOW)
    assert batch is not None
    send(administrator, "/mailbox", "/mailbox/pause")
    page = send(administrator, "/mailbox", "/mailbox/stop-overdue").text
    assert f"{len(batch)} letters will not be sent." in page
    assert set(states()) == {LetterState.SKIPPED}
    with transaction():
        pausing.resume(None, NOW)
    assert deliver(Mailbox()) == 0
