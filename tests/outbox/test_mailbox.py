"""The mailbox page: letters as their readers see them, and what a person decides about those that are stuck."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from exchange_app.bookings.models import Booking
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox.models import LetterState
from exchange_app.outbox.transport import Mailbox
from tests.builders import NOW, make_city, make_organisation, make_user
from tests.outbox.letters import deliver, letters, states, write
from tests.outbox.mail_sink import MailSink
from tests.pages import send, sign_in


@pytest.fixture
def administrator(client: FlaskClient) -> FlaskClient:
    """A browser in which an administrator is signed in."""
    with transaction():
        user = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    sign_in(client, user)
    return client


def address(number: int = 0, end: str = "") -> str:
    return f"/mailbox/{letters()[number].id}{end}"


def test_a_letter_is_shown_as_its_reader_sees_it(booking: Booking, administrator: FlaskClient) -> None:
    deliver(Mailbox())
    listed = administrator.get("/mailbox").text
    assert "Booking confirmed: " in listed
    assert "l…@school.example" in listed
    assert "li@school.example" not in listed
    page = administrator.get(address()).text
    assert "li@school.example" in page
    framed = administrator.get(address(end="/html"))
    assert booking.code[:4] in framed.text
    assert "<h1" in framed.text
    [attachment] = [link for link in page.split('"') if "/attachments/" in link]
    answer = administrator.get(urljoin("/mailbox", attachment))
    assert f"{booking.code}.ics" in answer.headers["Content-Disposition"]
    assert Calendar.from_ical(answer.data).walk("VEVENT")


def test_the_letter_itself_can_do_nothing_to_the_site(booking: Booking, administrator: FlaskClient) -> None:
    deliver(Mailbox())
    policy = administrator.get(address(end="/html")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_letter_that_waits_is_shown_as_it_would_be(booking: Booking, administrator: FlaskClient) -> None:
    page = administrator.get(address()).text
    assert "as it would be sent now" in page
    assert "Booking confirmed" in page
    assert states() == [LetterState.PENDING]


def test_what_is_stuck_can_be_found_and_sent_again(
    booking: Booking, administrator: FlaskClient, sink: MailSink
) -> None:
    write(booking, "fine@school.example")
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier())
    trouble = administrator.get("/mailbox?show=trouble").text
    assert "l…@school.example" in trouble
    assert "f…@school.example" not in trouble
    assert "RCPT 550 5.1.1" in administrator.get(address()).text
    send(administrator, address(), action=address(end="/send-again"))
    # The page knows the real time; the letter is due then.
    deliver(sink.carrier(), at=NOW + timedelta(days=3650))
    assert states() == [LetterState.SENT, LetterState.SENT]


@pytest.mark.parametrize(("button", "becomes"), [("arrived", LetterState.SENT), ("stop", LetterState.SKIPPED)])
def test_a_person_says_what_became_of_a_doubtful_letter(
    booking: Booking, administrator: FlaskClient, sink: MailSink, button: str, becomes: LetterState
) -> None:
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    assert "Nobody knows" in administrator.get(address()).text
    send(administrator, address(), action=address(end=f"/{button}"))
    assert states() == [becomes]


def test_a_letter_that_moved_on_meanwhile_is_left_alone(booking: Booking, administrator: FlaskClient) -> None:
    page = administrator.get(address()).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    deliver(Mailbox())
    assert administrator.post(address(end="/stop"), data={"csrf_token": token}).status_code == 409
    assert states() == [LetterState.SENT]


def test_there_is_no_such_letter(administrator: FlaskClient) -> None:
    for end in ("", "/html", "/attachments/0"):
        assert administrator.get(f"/mailbox/12345{end}").status_code == 404


@pytest.mark.parametrize("end", ["", "/html", "/attachments/0"])
def test_letters_are_not_for_everybody(booking: Booking, app: Flask, client: FlaskClient, end: str) -> None:
    assert client.get(address(end=end)).status_code == 303  # to the sign-in page
    sign_in(client, booking.leader)
    assert client.get(address(end=end)).status_code == 403
    assert client.get("/mailbox").status_code == 403


def test_in_a_demo_everybody_reads_the_letters_and_only_administrators_decide(
    booking: Booking, app: Flask, client: FlaskClient
) -> None:
    app.config["DEMO"] = True
    deliver(Mailbox())
    assert client.get("/mailbox").status_code == 200
    page = client.get(address())
    assert page.status_code == 200
    assert "/send-again" not in page.text
    assert client.get(address(end="/html")).status_code == 200
    sign_in(client, booking.leader)
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    assert client.post(address(end="/send-again"), data={"csrf_token": token}).status_code in (400, 403)
