"""By which ways letters go, in which order, and how many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from exchange_app.accounts.models import User
from exchange_app.accounts.ways import recipient_of
from exchange_app.bookings.models import Booking
from exchange_app.core.transaction import transaction
from exchange_app.outbox.delivery import RESTS
from exchange_app.outbox.errors import LetterNotFound
from exchange_app.outbox.inbox import get_letter_of
from exchange_app.outbox.models import Channel, Letter, LetterState
from exchange_app.outbox.outlets import LONG_AWAY, SHORTEST_REST
from exchange_app.outbox.rules import Limit
from exchange_app.outbox.service import NewLetter, write_letters
from exchange_app.outbox.transport.carrier import CarrierAway, Envelope, Mailbox, Refused
from exchange_app.outbox.ways import Way
from tests.builders import NOW, make_leader
from tests.outbox.letters import deliver, letters, write_by
from tests.outbox.mail_sink import MailSink

SENT, PENDING, FAILED = LetterState.SENT, LetterState.PENDING, LetterState.FAILED
A_MINUTE = timedelta(minutes=1)
PHONE = "13900001234"


class Gateway:
    """Takes what it is given, unless it was told what to raise next."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.troubles: list[Exception] = []

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        if self.troubles:
            raise self.troubles.pop(0)
        before_last_dot()
        self.taken.append(envelope)

    def close(self) -> None:
        pass

    @property
    def readers(self) -> list[str]:
        return [envelope.recipient for envelope in self.taken]


def letter(key: str = "first") -> Letter:
    return next(found for found in letters() if found.key == key)


@pytest.fixture
def quiet(booking: Booking) -> Booking:
    """A confirmed booking whose own letters are out."""
    deliver(Mailbox())
    return booking


# ------------------------------------------------------------------------------------------------ from way to way


def test_a_letter_goes_by_its_first_way_and_by_no_other(quiet: Booking) -> None:
    mail, text = Gateway(), Gateway()
    write_by(quiet, Way(Channel.TEXT, PHONE), Way(Channel.MAIL, "li@school.example"))
    for carrier, channel in ((mail, Channel.MAIL), (text, Channel.TEXT), (mail, Channel.MAIL)):
        deliver(carrier, channel=channel)
    assert (mail.readers, text.readers) == ([], [PHONE])
    assert letter().state is SENT


def test_what_is_refused_for_good_takes_the_next_way_at_once(quiet: Booking) -> None:
    mail, text = Gateway(), Gateway()
    mail.troubles = [Refused("RCPT 550 5.1.1", is_final=True)]
    write_by(quiet, Way(Channel.MAIL, "gone@school.example"), Way(Channel.TEXT, PHONE))
    deliver(mail)
    found = letter()
    assert (found.state, found.channel, found.address, found.failures) == (PENDING, Channel.TEXT, PHONE, 0)
    assert found.given_up == "mail: RCPT 550 5.1.1"
    deliver(text, channel=Channel.TEXT)
    assert letter().state is SENT
    assert (mail.readers, text.readers) == ([], [PHONE])


def test_what_is_refused_for_now_takes_the_next_way_within_the_hour(quiet: Booking) -> None:
    mail = Gateway()
    mail.troubles = [Refused("RCPT 451 4.3.0", is_final=False)] * 9
    write_by(quiet, Way(Channel.MAIL, "li@school.example"), Way(Channel.TEXT, PHONE))
    at = NOW
    for rest in RESTS[:3]:
        deliver(mail, at=at)
        assert letter().channel is Channel.MAIL
        at += rest
    deliver(mail, at=at)
    assert (letter().channel, letter().state) == (Channel.TEXT, PENDING)
    assert at - NOW < timedelta(hours=1)


def test_only_where_every_way_fails_the_letter_has_failed(quiet: Booking) -> None:
    mail, text = Gateway(), Gateway()
    mail.troubles = [Refused("RCPT 550 5.1.1", is_final=True)]
    text.troubles = [Refused("gateway 400", is_final=True)]
    write_by(quiet, Way(Channel.MAIL, "gone@school.example"), Way(Channel.TEXT, PHONE))
    deliver(mail)
    deliver(text, channel=Channel.TEXT)
    assert (letter().state, letter().last_problem, letter().given_up) == (FAILED, "gateway 400", "mail: RCPT 550 5.1.1")


def test_a_mistake_in_a_letter_is_no_reason_to_try_another_way(app: Flask, quiet: Booking) -> None:
    broken = NewLetter(
        "broken", "of_tomorrow", quiet.id, "li@school.example", "en", NOW, later_ways=[Way(Channel.TEXT, PHONE)]
    )
    with transaction():
        write_letters([broken], NOW)
    deliver(Gateway())
    assert (letter("broken").channel, letter("broken").failures) == (Channel.MAIL, 1)


def test_while_one_carrier_is_away_the_others_go_on_and_nothing_counts_against_its_letters(quiet: Booking) -> None:
    mail, text = Gateway(), Gateway()
    mail.troubles = [CarrierAway("mail server: TimeoutError")]
    write_by(quiet, Way(Channel.MAIL, "a@school.example"), key="mail")
    write_by(quiet, Way(Channel.TEXT, PHONE), key="text")
    deliver(mail)
    deliver(text, channel=Channel.TEXT)
    assert text.readers == [PHONE]
    write_by(quiet, Way(Channel.MAIL, "b@school.example"), key="later")
    assert deliver(mail, at=NOW + SHORTEST_REST / 2) == 0  # the server is left alone, whoever looks
    assert deliver(mail, at=NOW + SHORTEST_REST) == 2
    assert letter("mail").failures == 0


def test_a_carrier_that_is_long_away_does_not_keep_letters_that_have_another_way(quiet: Booking) -> None:
    mail, text = Gateway(), Gateway()
    write_by(quiet, Way(Channel.MAIL, "a@school.example"), Way(Channel.TEXT, PHONE), key="both")
    write_by(quiet, Way(Channel.MAIL, "b@school.example"), key="mail")
    at = NOW
    while at <= NOW + LONG_AWAY:
        mail.troubles = [CarrierAway("mail server: TimeoutError")]
        deliver(mail, at=at)
        assert letter("both").channel is (Channel.MAIL if at < NOW + LONG_AWAY else Channel.TEXT)
        at += timedelta(minutes=30)
    deliver(text, channel=Channel.TEXT, at=at)
    assert text.readers == [PHONE]
    assert letter("mail").state is PENDING


# ------------------------------------------------------------------------------------------------ in which order


def test_letters_to_one_reader_go_out_in_the_order_in_which_they_were_due(quiet: Booking, sink: MailSink) -> None:
    reader = Way(Channel.MAIL, "li@school.example")
    for key in ("first", "second", "third"):
        write_by(quiet, reader, key=key)
    sink.answer("RCPT", "451 4.3.0 try later")
    deliver(sink.carrier())
    assert [letter(key).state for key in ("first", "second", "third")] == [PENDING] * 3
    deliver(sink.carrier(), at=NOW + RESTS[0])
    times = [letter(key).state for key in ("first", "second", "third")]
    assert times == [SENT] * 3
    assert len(sink.accepted) == 3


def test_a_letter_that_waits_for_its_hour_holds_up_no_other(quiet: Booking) -> None:
    mail = Gateway()
    write_by(quiet, Way(Channel.MAIL, "li@school.example"), key="tomorrow", due_at=NOW + timedelta(days=1))
    write_by(quiet, Way(Channel.MAIL, "li@school.example"), key="now")
    assert deliver(mail) == 1
    assert (letter("tomorrow").state, letter("now").state) == (PENDING, SENT)


def test_a_letter_that_fails_again_and_again_lets_the_later_ones_pass(quiet: Booking) -> None:
    mail = Gateway()
    write_by(quiet, Way(Channel.MAIL, "li@school.example"), key="stuck")
    write_by(quiet, Way(Channel.MAIL, "li@school.example"), key="later")
    at = NOW
    for rest in RESTS[:3]:
        assert letter("later").state is PENDING
        mail.troubles = [Refused("message 451", is_final=False)]
        deliver(mail, at=at)
        at += rest
    mail.troubles = [Refused("message 451", is_final=False)]
    deliver(mail, at=at)
    assert (letter("stuck").state, letter("later").state) == (PENDING, SENT)


def test_what_somebody_waits_for_goes_before_reminders(quiet: Booking) -> None:
    mail = Gateway()
    with transaction():
        write_letters(
            [
                NewLetter(
                    "message_test:1",
                    "organiser_message_test",
                    quiet.id,
                    "a@school.example",
                    "en",
                    NOW - A_MINUTE,
                    {"subject": "x", "words": "y"},
                ),
                NewLetter(
                    "reminder",
                    "reminder_afterwards",
                    quiet.id,
                    "b@school.example",
                    "en",
                    NOW - timedelta(hours=1),
                    {"day": ""},
                ),
            ],
            NOW,
        )
    assert (letter("message_test:1").urgency, letter("reminder").urgency) == (0, 1)
    deliver(mail)
    assert mail.readers == ["a@school.example"]


# ------------------------------------------------------------------------------------------------ how many


@pytest.mark.parametrize(("letters", "seconds"), [(1, 60), (20, 60), (600, 60), (7, 3600)])
def test_never_more_leave_in_any_period_than_the_limit_says(letters: int, seconds: int) -> None:
    limit = Limit(letters, timedelta(seconds=seconds))
    at, free_at, left = NOW, NOW - timedelta(days=1), []
    while at < NOW + 3 * limit.period:
        room = limit.room(free_at, at)
        free_at = limit.after(room, free_at, at)
        left += [at] * room
        at += limit.period / (letters * 20 + 1)
    windows = [sum(1 for other in left if start <= other < start + limit.period) for start in left]
    assert max(windows) <= letters
    assert len(left) >= letters * 2.5


def test_a_provider_gets_no_more_than_it_allows(app: Flask, quiet: Booking) -> None:
    app.config["CHANNEL_LIMITS"] = {"text": Limit(10, A_MINUTE)}
    text = Gateway()
    for number in range(25):
        write_by(quiet, Way(Channel.TEXT, f"139{number:08}"), key=str(number))
    sent = [deliver(text, channel=Channel.TEXT, at=NOW + second * timedelta(seconds=1)) for second in range(120)]
    assert sum(sent[:60]) <= 10
    assert sum(sent[60:]) <= 10
    assert sum(sent) == len(text.taken) == 20


def test_a_reader_gets_no_more_at_once_than_they_can_bear(app: Flask, quiet: Booking) -> None:
    app.config["READER_LIMITS"] = {"robot": Limit(3, A_MINUTE)}
    robot = Gateway()
    for number in range(5):
        write_by(quiet, Way(Channel.ROBOT, "wecombot://group"), key=str(number))
    write_by(quiet, Way(Channel.ROBOT, "wecombot://another"), key="another")
    assert deliver(robot, channel=Channel.ROBOT) == 4
    assert robot.readers.count("wecombot://another") == 1
    assert deliver(robot, channel=Channel.ROBOT, at=NOW + A_MINUTE / 2) == 0
    assert deliver(robot, channel=Channel.ROBOT, at=NOW + A_MINUTE + timedelta(seconds=1)) == 2
    assert len(robot.taken) == 6


# ------------------------------------------------------------------------------------------------ who chooses


def test_people_are_written_to_by_the_ways_that_they_chose(app: Flask) -> None:
    with transaction():
        leader = make_leader()
        leader.phone, leader.robot = PHONE, "wecombot://group"
    mail, robot = Way(Channel.MAIL, leader.email), Way(Channel.ROBOT, "wecombot://group")
    assert list(recipient_of(leader).ways) == [mail]
    leader.channels = ["text", "robot", "mail"]
    assert list(recipient_of(leader).ways) == [robot, mail]  # no gateway is set
    app.config["TEXT_GATEWAY"] = object()
    assert list(recipient_of(leader).ways) == [Way(Channel.TEXT, PHONE), robot, mail]
    leader.channels, leader.robot = ["robot"], None
    assert list(recipient_of(leader).ways) == [mail]  # nobody is left without any


def test_a_third_party_is_told_a_title_and_a_link_and_no_name(quiet: Booking) -> None:
    text = Gateway()
    write_by(quiet, Way(Channel.TEXT, PHONE))
    deliver(text, channel=Channel.TEXT)
    [envelope] = text.taken
    assert envelope.short.link.endswith(f"/bookings/{quiet.code}")
    assert envelope.short.title.startswith("Booking confirmed")
    for name in ("Li Ming", quiet.leader.name, quiet.school.name["en"]):
        assert name not in envelope.short.title


def test_a_letter_stands_on_its_readers_page_and_on_nobody_elses(app: Flask, booking: Booking) -> None:
    deliver(Mailbox())
    with transaction():
        stranger: User = make_leader()
    confirmed = next(found.id for found in letters() if found.kind == "booking_confirmed")
    assert get_letter_of(confirmed, booking.leader_id).state is SENT
    with pytest.raises(LetterNotFound):
        get_letter_of(confirmed, stranger.id)
