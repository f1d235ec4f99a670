"""How the mail server of SMTP_URL is spoken to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, LoginPassword, Session
from aiosmtpd.smtp import Envelope as Received

from exchange_app.outbox.transport.carrier import CarrierAway, Envelope, Refused, ShortWords
from exchange_app.outbox.transport.mail import MailServer, SmtpAddress
from tests.outbox.mail_sink import IMPATIENT, MailSink, running_sink

SHORT = ShortWords("Booking confirmed", "http://localhost")
LETTER = Envelope("post@city.example", "li@school.example", "k1", b"To: li@school.example\r\n\r\nDear Li\r\n", SHORT)
DOTS = Envelope(
    "post@city.example",
    "li@school.example",
    "k2",
    b"To: li@school.example\r\n\r\n.\r\n..two\r\n.hidden\r\nend\r\n",
    SHORT,
)


def check_nothing() -> None:
    """What a carrier calls before the last dot, where a test does not care."""


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("smtp://mail.example", SmtpAddress("mail.example", 25, "", "", tls_from_start=False, starttls=False)),
        ("smtp://mail.example:2525", SmtpAddress("mail.example", 2525, "", "", tls_from_start=False, starttls=False)),
        (
            "smtp://post%40city:p%2Fw@mail.example/?starttls=1",
            SmtpAddress("mail.example", 587, "post@city", "p/w", tls_from_start=False, starttls=True),
        ),
        ("smtps://u:p@mail.example", SmtpAddress("mail.example", 465, "u", "p", tls_from_start=True, starttls=False)),
    ],
)
def test_the_address_of_a_mail_server(url: str, address: SmtpAddress) -> None:
    assert SmtpAddress.parse(url) == address


@pytest.mark.parametrize("url", ["mail.example:25", "http://mail.example", "smtp://", "smtp:///path"])
def test_what_is_no_address_of_a_mail_server(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        SmtpAddress.parse(url)


def test_lines_that_begin_with_a_dot_arrive_as_they_were_written() -> None:
    with running_sink() as sink:
        carrier = sink.carrier()
        carrier.hand_over(DOTS, check_nothing)
        carrier.close()
    assert sink.accepted[0].get_content() == ".\r\n..two\r\n.hidden\r\nend\r\n"


def test_the_letter_is_with_the_server_before_it_becomes_doubtful_and_not_accepted_yet() -> None:
    with running_sink() as sink:
        carrier = sink.carrier()
        accepted_before: list[int] = []
        carrier.hand_over(LETTER, lambda: accepted_before.append(len(sink.accepted)))
        carrier.close()
    assert accepted_before == [0]
    assert len(sink.accepted) == 1


def test_a_letter_that_may_not_go_out_after_all_is_not_accepted() -> None:
    class Overtaken(Exception):
        pass

    def stop() -> None:
        raise Overtaken

    with running_sink() as sink:
        carrier = sink.carrier()
        with pytest.raises(Overtaken):
            carrier.hand_over(LETTER, stop)
        carrier.hand_over(LETTER, check_nothing)
        carrier.close()
    assert len(sink.accepted) == 1


@pytest.fixture
def quick_sink() -> Iterator[MailSink]:
    """A mail server that takes MAIL, RCPT and DATA in one packet."""
    with running_sink() as sink:
        sink.extensions = ["PIPELINING"]
        yield sink


def test_what_is_said_at_once_is_answered_one_by_one(quick_sink: MailSink) -> None:
    quick_sink.answer("RCPT", "550 5.1.1 no such person", "451 4.3.0 later", "250 OK")
    carrier = quick_sink.carrier()
    with pytest.raises(Refused, match=r"^RCPT 550 5\.1\.1$") as for_good:
        carrier.hand_over(LETTER, check_nothing)
    with pytest.raises(Refused, match=r"^RCPT 451 4\.3\.0$") as for_now:
        carrier.hand_over(LETTER, check_nothing)
    carrier.hand_over(DOTS, check_nothing)
    carrier.close()
    assert (for_good.value.is_final, for_now.value.is_final) == (True, False)
    assert [message.get_content() for message in quick_sink.accepted] == [".\r\n..two\r\n.hidden\r\nend\r\n"]
    assert quick_sink.connections == 1


def test_a_server_that_waits_for_a_message_to_nobody_gets_none(quick_sink: MailSink) -> None:
    def refuse_and_wait(server: Server) -> str:
        assert server.envelope is not None
        server.envelope.rcpt_tos.append(LETTER.recipient)
        return "550 5.1.1 no such person"

    quick_sink.at["RCPT"] = refuse_and_wait
    carrier = quick_sink.carrier()
    with pytest.raises(Refused, match="RCPT 550"):
        carrier.hand_over(LETTER, check_nothing)
    quick_sink.answer("RCPT")
    carrier.hand_over(LETTER, check_nothing)
    carrier.close()
    assert len(quick_sink.accepted) == 1
    assert quick_sink.connections == 2


@pytest.mark.parametrize(("step", "answer"), [("MAIL", "451 not you"), ("MAIL", "hang up"), ("RCPT", "hang up")])
def test_a_server_that_breaks_off_in_between_has_nothing(quick_sink: MailSink, step: str, answer: str) -> None:
    quick_sink.answer(step, answer, answer)
    carrier = quick_sink.carrier()
    noted: list[bool] = []
    with pytest.raises(CarrierAway):
        carrier.hand_over(LETTER, lambda: noted.append(True))
    assert (noted, quick_sink.accepted) == ([], [])


def test_a_server_that_cannot_encrypt_gets_nothing_where_that_was_asked_for() -> None:
    with running_sink() as sink:
        carrier = MailServer(SmtpAddress.parse(f"{sink.url}/?starttls=1"), "test.example", IMPATIENT)
        with pytest.raises(CarrierAway):
            carrier.hand_over(LETTER, check_nothing)
    assert sink.accepted == []


UNSAFE = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the test's server is its own


@pytest.fixture
def guarded_sink() -> Iterator[MailSink]:
    """A mail server that wants a password."""

    def authenticate(
        server: Server, session: Session, envelope: Received, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=(data.login, data.password) == (b"post", b"s3cret"), handled=False)

    sink = MailSink()
    controller = Controller(
        sink,
        hostname="127.0.0.1",
        port=sink.port,
        authenticator=authenticate,
        auth_required=True,
        auth_require_tls=False,
    )
    controller.start()
    yield sink
    controller.stop()


@UNSAFE
def test_a_server_that_wants_a_password_gets_it(guarded_sink: MailSink) -> None:
    carrier = MailServer(SmtpAddress.parse(f"smtp://post:s3cret@127.0.0.1:{guarded_sink.port}"), "t.example", IMPATIENT)
    carrier.hand_over(LETTER, check_nothing)
    carrier.close()
    assert len(guarded_sink.accepted) == 1


@UNSAFE
def test_a_wrong_password_is_not_the_letters_fault_and_stands_in_no_message(guarded_sink: MailSink) -> None:
    carrier = MailServer(SmtpAddress.parse(f"smtp://post:wr0ng@127.0.0.1:{guarded_sink.port}"), "t.example", IMPATIENT)
    with pytest.raises(CarrierAway) as trouble:
        carrier.hand_over(LETTER, check_nothing)
    assert "wr0ng" not in str(trouble.value)
    assert "535" in str(trouble.value)
