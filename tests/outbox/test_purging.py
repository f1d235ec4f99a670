"""What is kept of a letter, and how long: afterwards nobody can tell whom it went to and what it said."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from exchange_app.bookings.models import Booking
from exchange_app.core.roles import Role
from exchange_app.core.transaction import transaction
from exchange_app.outbox import service
from exchange_app.outbox.models import Channel, Letter, LetterState
from exchange_app.outbox.purging import PORTION, purge_letters
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.outbox.transport.carrier import Mailbox
from exchange_app.outbox.ways import Way
from launcher.postgres import programs
from tests.builders import NOW, make_city, make_organisation, make_user
from tests.outbox.letters import deliver, letter_at, letters, new_letter, write
from tests.outbox.mail_sink import MailSink
from tests.pages import form_of, sign_in

KEPT = timedelta(days=90)
PLANTED = "wei.planted@school.example"
REASON = "because Wei is ill"


def write_planted(booking: Booking, *later_ways: Way) -> None:
    letter = NewLetter(
        key="test:planted",
        kind="booking_confirmed",
        subject_id=booking.id,
        address=PLANTED,
        language="en",
        due_at=NOW,
        facts={"reason": REASON, "times": 2, "is_granted": True},
        later_ways=later_ways,
    )
    with transaction():
        write_letters([letter], NOW)


def purge(at: datetime) -> int:
    with transaction():
        return purge_letters(at)


def dump(url: str) -> str:
    """All that the database holds, as a backup writes it."""
    if url.startswith("sqlite"):
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            return "\n".join(connection.iterdump()).lower()
    command = [programs() / "pg_dump", "--dbname", url.replace("+psycopg", "")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.lower()


def only_letter() -> Letter:
    [letter] = [letter for letter in letters() if letter.key == "test:planted"]
    return letter


def test_afterwards_a_backup_holds_nothing_of_it(booking: Booking, database_url: str) -> None:
    write_planted(booking, Way(Channel.TEXT, "13900001234"))
    deliver(Mailbox())
    letter = only_letter()
    assert letter.address_sealed is not None
    assert letter.message_sealed is not None
    assert letter.address_hash is not None
    assert letter.later_ways_sealed is not None
    sealed = (letter.address_sealed, letter.later_ways_sealed, letter.message_sealed)
    traces = [*(each.hex() for each in sealed), letter.address_hash, REASON.lower()]
    assert [trace for trace in traces if trace not in dump(database_url)] == []
    purge(NOW + KEPT)
    left = dump(database_url)
    assert [trace for trace in [*traces, PLANTED] if trace in left] == []


def test_what_the_figures_need_stays(booking: Booking) -> None:
    write_planted(booking)
    deliver(Mailbox(), at=NOW + timedelta(minutes=3))
    purge(NOW + timedelta(minutes=3) + KEPT)
    letter = only_letter()
    assert letter.address is None
    assert letter.message is None
    assert (letter.kind, letter.state) == ("booking_confirmed", LetterState.SENT)
    assert (letter.written_at, letter.sent_at) == (NOW, NOW + timedelta(minutes=3))
    assert letter.facts == {"times": 2, "is_granted": True}


def test_the_time_counts_from_when_it_was_settled(booking: Booking) -> None:
    write_planted(booking)
    deliver(Mailbox(), at=NOW + timedelta(days=5))
    assert purge(NOW + timedelta(days=5) + KEPT - timedelta(seconds=1)) == 0
    assert only_letter().address == PLANTED
    assert purge(NOW + timedelta(days=5) + KEPT) == 2  # with the booking's own
    assert purge(NOW + timedelta(days=5) + KEPT) == 0


def test_the_operator_says_how_long(app: Flask, booking: Booking) -> None:
    app.config["LETTERS_KEPT_DAYS"] = 7
    write_planted(booking)
    deliver(Mailbox())
    purge(NOW + timedelta(days=7))
    assert only_letter().address is None


def test_whatever_became_of_it_the_time_is_over(booking: Booking, sink: MailSink) -> None:
    deliver(Mailbox())
    write(booking, "failed@school.example")
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier())
    write(booking, "doubtful@school.example")
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    write(booking, "stopped@school.example")
    with transaction():
        service.stop_letter(letter_at("stopped@school.example").id, NOW)
    purge(NOW + KEPT)
    assert {letter.state for letter in letters()} == {
        LetterState.SENT,
        LetterState.FAILED,
        LetterState.DOUBTFUL,
        LetterState.SKIPPED,
    }
    assert [letter.address for letter in letters()] == [None] * 4


def test_a_letter_that_may_still_go_out_is_left_alone(booking: Booking, sink: MailSink) -> None:
    deliver(Mailbox())
    write(booking, "retried@school.example")
    sink.answer("RCPT", "450 4.2.1 come again")
    deliver(sink.carrier())
    write(booking, "planned@school.example", due_at=NOW + 2 * KEPT)
    purge(NOW + KEPT)
    assert [letter.address for letter in letters()] == [None, "retried@school.example", "planned@school.example"]


def test_many_are_emptied_in_portions(booking: Booking) -> None:
    with transaction():
        write_letters([new_letter(booking, f"{number}@school.example") for number in range(PORTION)], NOW)
    with transaction():
        for letter in letters():
            service.stop_letter(letter.id, NOW)
    assert [purge(NOW + KEPT) for _ in range(3)] == [PORTION, 1, 0]
    assert {letter.address_sealed for letter in letters()} == {None}


# ---------------------------------------------------------------------------------------------------------------- pages


@pytest.fixture
def administrator(client: FlaskClient, booking: Booking, sink: MailSink) -> Iterator[FlaskClient]:
    """A browser in which an administrator is signed in, the day after a sent and a failed letter were purged."""
    deliver(Mailbox())
    write_planted(booking)
    sink.answer("RCPT", "550 5.1.1 unknown")
    deliver(sink.carrier())
    purge(NOW + KEPT)
    with transaction():
        user = make_user(make_organisation(make_city()), Role.ADMINISTRATOR)
    with time_machine.travel(NOW + KEPT + timedelta(days=1), tick=False):
        sign_in(client, user)
        yield client


def test_its_page_says_so(administrator: FlaskClient) -> None:
    page = administrator.get(f"/mailbox/{only_letter().id}").text
    assert "Address and words were removed 90 days after the letter was settled." in page
    assert "Booking confirmed" in page
    assert "There is no such mailbox." in page
    assert "/send-again" not in page
    assert "<iframe" not in page
    for part in ("html", "attachments/0"):
        assert administrator.get(f"/mailbox/{only_letter().id}/{part}").status_code == 409


def test_the_list_still_shows_it(administrator: FlaskClient) -> None:
    page = administrator.get("/mailbox").text
    assert page.count("Booking confirmed") >= 2
    assert "@school.example" not in page


def test_it_cannot_be_sent_again(administrator: FlaskClient) -> None:
    page = administrator.get("/mailbox?show=failed").text
    assert "/mailbox/send-again" not in page
    token = form_of(page, "/mailbox/search?show=failed")
    refused = administrator.post(f"/mailbox/{only_letter().id}/send-again", data=token)
    assert refused.status_code == 409
    assert "It cannot be sent again." in refused.text
    administrator.post("/mailbox/send-again", data=token)
    assert only_letter().state is LetterState.FAILED
