"""Letters that are due go out once, whatever the mail server does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, update

from exchange_app.bookings import service as bookings
from exchange_app.bookings.models import Booking
from exchange_app.core.database import db
from exchange_app.core.transaction import transaction
from exchange_app.outbox import service
from exchange_app.outbox.delivery import BATCH, LEASE, RESTS, deliver_due, take_batch
from exchange_app.outbox.errors import LetterSettled
from exchange_app.outbox.models import Letter, LetterState
from exchange_app.outbox.outlets import LONGEST_REST, SHORTEST_REST
from exchange_app.outbox.transport.carrier import Envelope, Mailbox
from tests.builders import NOW, make_departure, make_hold
from tests.outbox.letters import deliver, letter_at, letters, new_letter, states, write
from tests.outbox.mail_sink import MailSink

SENT, PENDING, FAILED, DOUBTFUL = LetterState.SENT, LetterState.PENDING, LetterState.FAILED, LetterState.DOUBTFUL
A_MINUTE = timedelta(minutes=1)


def test_a_letter_that_is_due_is_sent_once(booking: Booking, sink: MailSink) -> None:
    assert deliver(sink.carrier()) == 1
    assert deliver(sink.carrier(), at=NOW + timedelta(days=1)) == 0
    assert sink.recipients == ["li@school.example"]
    [letter] = letters()
    assert (letter.state, letter.sent_at) == (SENT, NOW)
    assert letter.message is not None
    assert str(sink.accepted[0]["Message-ID"]) in letter.message


def test_what_cannot_be_delivered_goes_back_to_the_address_that_was_set_for_it(
    app: Flask, booking: Booking, sink: MailSink
) -> None:
    deliver(sink.carrier())
    app.config["MAIL_BOUNCES_TO"] = "bounces@city.example"
    write(booking, "next@school.example")
    deliver(sink.carrier())
    assert sink.senders == ["bookings@localhost", "bounces@city.example"]
    assert "bounces" not in str(sink.accepted[-1])


def test_a_letter_comes_from_the_site_in_the_readers_language_unless_the_sender_has_a_name(
    app: Flask, booking: Booking, sink: MailSink
) -> None:
    def sent_in(language: str) -> str:
        letter = new_letter(booking, f"{len(sink.accepted)}@school.example")
        with transaction():
            service.write_letters([replace(letter, language=language)], NOW)
        deliver(sink.carrier())
        return str(sink.accepted[-1]["From"])

    assert sent_in("en") == "Nanning · Chongzuo exchanges <bookings@localhost>"
    assert sent_in("zh_Hans") == "南宁·崇左交流活动预订 <bookings@localhost>"
    app.config["MAIL_FROM"] = "市民宗委 <office@city.example>"
    assert sent_in("en") == "市民宗委 <office@city.example>"


def test_a_letter_waits_for_its_time(booking: Booking, sink: MailSink) -> None:
    write(booking, "later@school.example", due_at=NOW + A_MINUTE)
    deliver(sink.carrier(), at=NOW + A_MINUTE / 2)
    assert "later@school.example" not in sink.recipients
    deliver(sink.carrier(), at=NOW + A_MINUTE)
    assert "later@school.example" in sink.recipients


def test_a_letter_is_written_once_for_the_same_key(booking: Booking) -> None:
    write(booking, "a@school.example", "b@school.example")
    write(booking, "b@school.example", "c@school.example")
    written = [letter.address for letter in letters()]
    assert written == ["li@school.example", "a@school.example", "b@school.example", "c@school.example"]


def test_a_letter_is_not_written_when_its_cause_fails(booking: Booking) -> None:
    def write_and_fail() -> None:
        with transaction():
            service.write_letters([new_letter(booking, "a@school.example")], NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_and_fail()
    assert len(letters()) == 1


def test_a_letter_that_is_no_longer_true_is_not_sent(booking: Booking, sink: MailSink) -> None:
    with transaction():
        bookings.cancel_booking(booking, reason="The bus broke down", by=booking.leader, now=NOW)
    deliver(sink.carrier())
    assert [str(message["Subject"]).split(":")[0] for message in sink.accepted] == ["Booking cancelled"]
    assert states() == [LetterState.SKIPPED, SENT]


def test_without_a_mail_server_letters_are_delivered_into_the_mailbox(booking: Booking) -> None:
    write(booking, *(f"{number}@school.example" for number in range(BATCH + 5)))
    assert deliver(Mailbox()) == BATCH + 6
    assert {letter.state for letter in letters()} == {SENT}
    assert all(letter.message for letter in letters())


def test_many_letters_share_one_connection_and_cost_one_commit_each(booking: Booking, sink: MailSink) -> None:
    count = BATCH * 2 - 1
    write(booking, *(f"{number}@school.example" for number in range(count)))
    commits: list[Any] = []
    event.listen(db.engine, "commit", commits.append)
    event.listen(db.engine, "after_cursor_execute", lambda by, *_: commits.append(by) if stores_each(by) else None)
    assert deliver(sink.carrier()) == count + 1
    assert sink.connections == 1
    assert count < len(commits) <= (count + 1) + 12  # one a letter; and a few for each batch and round


def stores_each(connection: Connection) -> bool:
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


# ------------------------------------------------------------------------------------- a mail server that says no


@pytest.mark.parametrize("step", ["RCPT", "DOT"])
def test_a_refusal_for_now_is_tried_again_ever_more_slowly(booking: Booking, sink: MailSink, step: str) -> None:
    sink.answer(step, *["451 4.3.0 try later"] * (len(RESTS) + 1))
    at = NOW
    for rest in RESTS:
        deliver(sink.carrier(), at=at)
        [letter] = letters()
        assert (letter.state, letter.next_look_at) == (PENDING, at + rest)
        deliver(sink.carrier(), at=at + rest - timedelta(seconds=1))  # too early: nothing happens
        at += rest
    deliver(sink.carrier(), at=at)
    [letter] = letters()
    assert letter.state is FAILED
    assert letter.last_problem is not None
    assert "451 4.3.0" in letter.last_problem
    assert "school.example" not in letter.last_problem


def test_a_letter_is_sent_after_a_refusal_for_now(booking: Booking, sink: MailSink) -> None:
    sink.answer("DOT", "451 4.3.0 try later")
    deliver(sink.carrier())
    deliver(sink.carrier(), at=NOW + RESTS[0])
    assert sink.recipients == ["li@school.example"]
    assert states() == [SENT]


@pytest.mark.parametrize("step", ["RCPT", "DOT"])
def test_a_final_refusal_fails_the_letter_and_not_the_others(booking: Booking, sink: MailSink, step: str) -> None:
    write(booking, "next@school.example")
    sink.answer(step, "550 5.1.1 no such mailbox li@school.example")
    deliver(sink.carrier())
    assert states() == [FAILED, SENT]
    assert sink.recipients == ["next@school.example"]
    assert letters()[0].last_problem == ("RCPT 550 5.1.1" if step == "RCPT" else "message 550 5.1.1")


# ------------------------------------------------------------------------------------- a mail server that is away


def test_with_the_mail_server_down_letters_wait_and_nothing_counts_against_them(
    booking: Booking, sink: MailSink
) -> None:
    write(booking, *(f"{number}@school.example" for number in range(3)))
    carrier = sink.carrier()
    sink.answer("MAIL", *["421 closing"] * 2)
    for round_number in range(20):  # longer than a letter's own failures would last
        sink.answer("MAIL", "421 closing", "421 closing")
        assert deliver(carrier, at=NOW + round_number * A_MINUTE) == 0
    assert set(states()) == {PENDING}
    assert {letter.failures for letter in letters()} == {0}
    sink.at.clear()
    assert deliver(carrier, at=NOW + 20 * A_MINUTE + LONGEST_REST) == 4
    assert len(sink.accepted) == 4


def test_a_mail_server_that_nobody_answers_for_is_left_alone_for_a_while(booking: Booking, sink: MailSink) -> None:
    carrier = sink.carrier()
    sink.at["MAIL"] = lambda server: "silence"
    assert deliver(carrier) == 0
    assert sink.connections == 1
    assert deliver(carrier, at=NOW + SHORTEST_REST / 2) == 0
    assert sink.connections == 1
    assert deliver(carrier, at=NOW + SHORTEST_REST) == 0
    assert sink.connections == 2
    [letter] = letters()
    assert (letter.state, letter.failures) == (PENDING, 0)


@pytest.mark.parametrize("trouble", ["silence", "hang up"])
def test_trouble_before_the_last_dot_leaves_the_letter_with_us(booking: Booking, sink: MailSink, trouble: str) -> None:
    sink.answer("RCPT", trouble)
    deliver(sink.carrier())
    assert states() == [PENDING]
    deliver(sink.carrier(), at=NOW + SHORTEST_REST)
    assert states() == [SENT]
    assert len(sink.accepted) == 1


@pytest.mark.parametrize("trouble", ["silence", "hang up", "accept and hang up"])
def test_trouble_after_the_last_dot_is_left_to_a_person(booking: Booking, sink: MailSink, trouble: str) -> None:
    write(booking, "next@school.example")
    sink.answer("DOT", trouble)
    deliver(sink.carrier())
    deliver(sink.carrier(), at=NOW + timedelta(days=3))
    assert states() == [DOUBTFUL, SENT]
    assert sink.recipients.count("li@school.example") == (1 if trouble == "accept and hang up" else 0)


def test_a_connection_that_the_server_closed_between_two_letters_is_replaced(booking: Booking, sink: MailSink) -> None:
    carrier = sink.carrier()
    write(booking, "second@school.example", "third@school.example")
    sink.answer("MAIL", "250 OK", "hang up")
    assert deliver(carrier) == 3
    assert sink.connections == 2
    assert len(sink.accepted) == 3


# ------------------------------------------------------------------------------------- what a person decides


def test_a_doubtful_letter_can_be_sent_again_under_the_same_message_id(booking: Booking, sink: MailSink) -> None:
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    with transaction():
        service.send_again(letters()[0].id, NOW)
    deliver(sink.carrier())
    assert states() == [SENT]
    first, second = sink.accepted
    assert first["Message-ID"] == second["Message-ID"]


def test_a_doubtful_letter_can_be_noted_as_arrived(booking: Booking, sink: MailSink) -> None:
    sink.answer("DOT", "accept and hang up")
    deliver(sink.carrier())
    with transaction():
        service.note_arrival(letters()[0].id, NOW)
    deliver(sink.carrier(), at=NOW + timedelta(days=1))
    assert states() == [SENT]
    assert len(sink.accepted) == 1


def test_a_letter_that_a_person_stopped_is_not_sent(booking: Booking, sink: MailSink) -> None:
    with transaction():
        service.stop_letter(letters()[0].id, NOW)
    assert deliver(sink.carrier()) == 0


def test_a_letter_that_was_sent_can_be_neither_stopped_nor_sent_again(booking: Booking, sink: MailSink) -> None:
    deliver(sink.carrier())
    sent = letters()[0].id
    for command in (lambda: service.stop_letter(sent, NOW), lambda: service.send_again(sent, NOW)):
        with pytest.raises(LetterSettled), transaction():
            command()


# ------------------------------------------------------------------------------------- several workers


def test_two_workers_at_once_send_each_letter_once(app: Flask, booking: Booking, sink: MailSink) -> None:
    addresses = [f"{number:03}@school.example" for number in range(80)]
    write(booking, *addresses)
    together = threading.Barrier(3)
    sent: list[int] = []

    def work() -> None:
        with app.app_context():
            together.wait()
            sent.append(deliver_due(sink.carrier(), lambda: NOW, lambda: False))

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert sum(sent) == 81
    assert sink.recipients == sorted([*addresses, "li@school.example"])
    assert len([count for count in sent if count]) > 1


def test_a_worker_that_lost_its_lease_does_not_send(app: Flask, booking: Booking, sink: MailSink) -> None:
    """The lease runs out while the first worker is at the last dot; a second one has sent the letter by then."""
    attempts: list[str] = []

    class Slow:
        def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
            deliver(sink.carrier(), at=NOW + LEASE)
            before_last_dot()
            attempts.append("sent a second time")

        def close(self) -> None:
            pass

    deliver(Slow())
    assert attempts == []
    assert len(sink.accepted) == 1
    assert states() == [SENT]


def test_a_letter_that_was_taken_over_is_not_sent_and_the_one_before_it_is_noted(
    app: Flask, booking: Booking, sink: MailSink
) -> None:
    carrier = sink.carrier()

    class Overtaken:
        def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
            if envelope.recipient == "next@school.example":
                with app.app_context(), transaction():
                    db.session.execute(update(Letter).values(attempts=Letter.attempts + 1).where(is_the_next))
            carrier.hand_over(envelope, before_last_dot)

        def close(self) -> None:
            carrier.close()

    write(booking, "next@school.example")
    is_the_next = Letter.id == letter_at("next@school.example").id
    assert deliver(Overtaken()) == 1
    assert sink.recipients == ["li@school.example"]
    assert states() == [SENT, LetterState.SENDING]


def test_a_worker_that_vanished_before_the_last_dot_is_replaced_after_its_lease(
    booking: Booking, sink: MailSink
) -> None:
    take_batch(NOW)
    assert deliver(sink.carrier(), at=NOW + LEASE - timedelta(seconds=1)) == 0
    assert deliver(sink.carrier(), at=NOW + LEASE) == 1
    assert len(sink.accepted) == 1


@pytest.mark.parametrize(
    ("asks_before_the_dot", "left", "found_later"),
    [(False, LetterState.SENDING, SENT), (True, LetterState.HANDING_OVER, DOUBTFUL)],
)
def test_a_worker_that_breaks_with_a_letter_in_hand_does_not_decide_what_became_of_it(
    booking: Booking, sink: MailSink, asks_before_the_dot: bool, left: LetterState, found_later: LetterState
) -> None:
    class Breaking:
        def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
            if asks_before_the_dot:
                before_last_dot()
            raise MemoryError

        def close(self) -> None:
            pass

    write(booking, "next@school.example")
    with pytest.raises(MemoryError):
        deliver(Breaking())
    assert states() == [left, PENDING]
    deliver(sink.carrier(), at=NOW + LEASE)
    assert states() == [found_later, SENT]


def test_a_letter_on_which_workers_keep_dying_is_given_up(booking: Booking, sink: MailSink) -> None:
    at = NOW
    sink.answer("RCPT", *["451 later"])
    for _ in range(len(RESTS) + 1):
        take_batch(at)
        at += LEASE
    deliver(sink.carrier(), at=at)
    assert states() == [FAILED]


def test_a_worker_that_is_told_to_stop_finishes_its_letter_and_gives_back_the_rest(
    booking: Booking, sink: MailSink
) -> None:
    write(booking, "second@school.example", "third@school.example")
    assert deliver(sink.carrier(), is_stopping=lambda: len(sink.accepted) >= 1) == 1
    assert states() == [SENT, PENDING, PENDING]
    assert deliver(sink.carrier()) == 2  # at once: nobody has to wait for a lease


# ------------------------------------------------------------------------------------- many letters


def test_finding_what_is_due_does_not_read_what_was_sent_before(app: Flask, booking: Booking) -> None:
    write(booking, *(f"{number}@school.example" for number in range(2000)))
    with transaction():
        db.session.execute(update(Letter).values(state=SENT))
    write(booking, "due@school.example")
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    asked: list[tuple[str, Any]] = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    assert [letter.address for letter in take_batch(NOW)] == ["due@school.example"]
    statement, parameters = next((words, given) for words, given in asked if "next_look_at" in words)
    explain = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    plan = db.session.connection().exec_driver_sql(explain + statement, parameters).all()
    assert "ix_letters_on_the_way" in str(plan), plan


# ------------------------------------------------------------------------------------- letters that cannot be made


@pytest.mark.parametrize(
    "address",
    ["li@school.example\r\nBcc: all@city.example", "li@school.example, all@city.example", "<li>", "李@学校.example"],
)
def test_what_is_no_mail_address_gets_nothing(booking: Booking, sink: MailSink, address: str) -> None:
    write(booking, address, "next@school.example")
    deliver(sink.carrier())
    assert letter_at(address).state is FAILED
    assert sink.recipients == ["li@school.example", "next@school.example"]


def test_one_letter_that_cannot_be_made_does_not_hold_up_the_others(
    app: Flask, booking: Booking, sink: MailSink
) -> None:
    with transaction():
        unknown = replace(new_letter(booking, "unknown@school.example"), kind="of_tomorrow")
        service.write_letters([unknown], NOW - A_MINUTE)
        held = make_hold(make_departure(), booking.leader)
    write(held, "held@school.example")
    deliver(sink.carrier())
    assert sink.recipients == ["li@school.example"]
    assert letter_at("unknown@school.example").state is PENDING  # a newer worker may know it
    assert letter_at("held@school.example").state is LetterState.SKIPPED
