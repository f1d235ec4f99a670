"""One person's values in full: each by itself, for a purpose, once, and never without a trace that the school reads."""

from __future__ import annotations

import logging

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from exchange_app.audit.models import AuditEntry
from exchange_app.audit.rules import What
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.rosters import queries
from exchange_app.rosters.models import Disclosure
from exchange_app.rosters.rules import Sheet
from tests.bookings.group import host_of
from tests.builders import make_leader, make_user
from tests.pages import Browser, form_of, send, sign_in
from tests.rosters.group import NOTE, NUMBERS, child, make_group, put_in
from tests.rosters.test_pages_roster import roster_of
from tests.trips.test_emergencies import as_user

PHONE, SECOND = child(1)[4:6]
SECRETS = {Sheet.PERSON_DOCUMENT: (NUMBERS[0],), Sheet.PERSON_PHONES: (PHONE, SECOND), Sheet.PERSON_HEALTH: (NOTE,)}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return Browser(app, app.response_class)


@pytest.fixture
def booking(client: FlaskClient) -> Booking:
    with transaction():
        booking = make_group()
    put_in(booking, child(1), child(2, NUMBERS[1], ""))
    sign_in(client, booking.leader)
    return booking


def full_of(booking: Booking, index: int = 0) -> str:
    return f"{roster_of(booking)}/{queries.list_participants(booking.id)[index].id}/full"


def shown_in(answer: TestResponse) -> set[str]:
    return {secret for secrets in SECRETS.values() for secret in secrets if secret in answer.text}


@pytest.mark.parametrize("sheet", SECRETS)
def test_what_was_asked_for_is_shown_once_and_nothing_else(client: FlaskClient, booking: Booking, sheet: Sheet) -> None:
    assert shown_in(client.get(full_of(booking))) == set()
    answer = send(client, full_of(booking), sheet=sheet, usual_purpose="tickets")
    assert shown_in(answer) == set(SECRETS[sheet])
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.request.query_string == b""
    assert shown_in(client.get(full_of(booking))) == set()
    (kept,) = db.session.query(Disclosure)
    assert (kept.by_id, kept.sheet, kept.purpose) == (booking.leader_id, sheet, "Buying tickets")
    (entry,) = db.session.query(AuditEntry).filter_by(what=What.DISCLOSED)
    assert (entry.subject, entry.facts) == (f"booking:{booking.code}", {"sheet": sheet, "disclosure": kept.id})


def test_without_a_purpose_or_a_choice_nothing_is_shown_or_written_down(client: FlaskClient, booking: Booking) -> None:
    for typed, words in (
        ({"sheet": Sheet.PERSON_PHONES}, "Choose what for, or write it."),
        ({"own_purpose": "To ring them"}, "Choose one of the list."),
        ({"sheet": "names", "own_purpose": "To ring them"}, "Choose one of the list."),
    ):
        answer = send(client, full_of(booking), **typed)
        assert answer.status_code == 422
        assert words in answer.text
        assert shown_in(answer) == set()
    assert "To ring them" in answer.text
    assert db.session.query(Disclosure).count() == db.session.query(AuditEntry).filter_by(what="disclosed").count() == 0


def test_what_is_not_there_is_not_offered(client: FlaskClient, booking: Booking) -> None:
    assert 'value="person_health"' not in client.get(full_of(booking, 1)).text
    answer = send(client, full_of(booking, 1), sheet=Sheet.PERSON_HEALTH, own_purpose="x")
    assert answer.status_code == 422
    assert db.session.query(Disclosure).count() == 0


def test_nobody_else_gets_there_and_the_head_reads_who_looked(
    app: Flask, client: FlaskClient, booking: Booking
) -> None:
    with transaction():
        head = make_user(booking.school, Role.HEAD)
        host, stranger = host_of(booking), make_leader()
        other_head = make_user(stranger.organisation, Role.HEAD)
    form = form_of(client.get(full_of(booking)).text)
    for user, status in ((host, 403), (head, 403), (stranger, 404)):
        visitor = as_user(app, user)
        assert visitor.get(full_of(booking)).status_code == status
        answer = visitor.post(full_of(booking), data={**form, "sheet": "person_phones", "own_purpose": "x"})
        assert answer.status_code in (status, 400)
        assert shown_in(answer) == set()
    send(client, full_of(booking), sheet=Sheet.PERSON_HEALTH, own_purpose="The doctor asked")
    trace = f"{roster_of(booking)}/trace"
    for user in (head, booking.leader):
        page = as_user(app, user).get(trace).text
        assert booking.leader.name in page
        assert "The doctor asked" in page
        assert child(1)[1] in page
        assert NOTE not in page
    assert as_user(app, other_head).get(trace).status_code == 404
    assert as_user(app, stranger).get(trace).status_code == 404
    assert as_user(app, host).get(trace).status_code == 403
    person = queries.list_participants(booking.id)[0]
    with transaction():
        db.session.delete(person)
    assert "of somebody who has left the roster since" in as_user(app, head).get(trace).text


def test_nothing_of_it_is_logged(client: FlaskClient, booking: Booking, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        send(client, full_of(booking), sheet=Sheet.PERSON_DOCUMENT, own_purpose="To buy a ticket")
    for secret in (NUMBERS[0], "To buy a ticket", child(1)[1]):
        assert secret not in caplog.text
