"""The mail server of SMTP_URL, or the mailbox of this installation where there is none."""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from exchange_app.outbox.transport.carrier import Carrier, CarrierAway, Envelope, Mailbox, Refused, Unsure

ENHANCED_CODE = re.compile(rb"[245]\.\d{1,3}\.\d{1,3}\b")
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds to wait for a connection, for an answer, and for the answer after the last dot (servers scan then)."""

    connect: float = 10
    answer: float = 15
    acceptance: float = 120

    @property
    def longest(self) -> float:
        """No letter takes longer than this: greeting, EHLO twice, STARTTLS, AUTH, MAIL, RCPT, DATA, the dot."""
        return self.connect + 8 * self.answer + self.acceptance


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """`smtp://user:password@host:587/?starttls=1`, or `smtps://` for TLS from the first byte."""

    host: str
    port: int
    user: str
    password: str
    tls_from_start: bool
    starttls: bool

    @classmethod
    def parse(cls, url: str) -> SmtpAddress:
        """Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://host:port or smtps://host:port")
        starttls = parse_qs(parts.query).get("starttls") == ["1"]
        usual_port = 465 if parts.scheme == "smtps" else 587 if starttls else 25
        return cls(
            host=parts.hostname,
            port=parts.port or usual_port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls_from_start=parts.scheme == "smtps",
            starttls=starttls,
        )


class MailServer:
    """A connection to a mail server, opened with the first letter and kept for those that follow."""

    def __init__(self, address: SmtpAddress, own_name: str, patience: Patience | None = None) -> None:
        """``own_name`` is what this machine calls itself to the server."""
        self._address = address
        self._own_name = own_name
        self._patience = patience or Patience()
        self._smtp: smtplib.SMTP | None = None

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        try:
            smtp = self._begin(envelope)
            with _nothing_handed_over():
                self._announce(smtp, envelope.recipient)
                smtp.send(LEADING_DOT.sub(b"..", envelope.content))
            before_last_dot()
            self._finish(smtp)
        except Refused:
            self._forget_message()
            raise
        except BaseException:
            self._drop()
            raise

    def _begin(self, envelope: Envelope) -> smtplib.SMTP:
        """A connection that accepted this sender. One that was kept too long is replaced once."""
        if self._smtp is not None:
            try:
                return self._mail(self._smtp, envelope)
            except CarrierAway:
                self._drop()
        self._smtp = self._connect()
        return self._mail(self._smtp, envelope)

    def _mail(self, smtp: smtplib.SMTP, envelope: Envelope) -> smtplib.SMTP:
        """A server that offers it hears RCPT and DATA in the same packet (RFC 2920)."""
        mail = f"MAIL FROM:{smtplib.quoteaddr(envelope.sender)}"
        said = [mail, _rcpt(envelope.recipient), "DATA"] if _hears_at_once(smtp) else [mail]
        with _nothing_handed_over():
            smtp.send("".join(f"{command}\r\n" for command in said))
            code, reply = smtp.getreply()
        if code // 100 != 2:  # it does not like us, so it will not like the next letter either
            raise _away(_describe("MAIL", code, reply))
        return smtp

    def _announce(self, smtp: smtplib.SMTP, recipient: str) -> None:
        """RCPT and DATA, or the answers to them where they have been said. Raises CarrierAway or Refused."""
        at_once = _hears_at_once(smtp)
        try:
            _expect(2, "RCPT", *(smtp.getreply() if at_once else smtp.docmd(_rcpt(recipient))))
        except Refused:
            if at_once:
                self._check_that_no_message_is_awaited(smtp)
            raise
        _expect(3, "DATA", *(smtp.getreply() if at_once else smtp.docmd("DATA")))

    def _check_that_no_message_is_awaited(self, smtp: smtplib.SMTP) -> None:
        """DATA has been said for a recipient who was refused. A server that says yes to it is given up: it would take
        whatever is said next for a message."""
        try:
            code, _ = smtp.getreply()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code < 400:
            self._drop()

    def _connect(self) -> smtplib.SMTP:
        with _nothing_handed_over():
            smtp = self._greet()
            try:
                smtp.ehlo_or_helo_if_needed()
                if self._address.starttls:
                    smtp.starttls(context=ssl.create_default_context())
                    smtp.ehlo_or_helo_if_needed()  # what it offers counts from here on
                if self._address.user:
                    smtp.login(self._address.user, self._address.password)
            except BaseException:
                smtp.close()
                raise
        return smtp

    def _greet(self) -> smtplib.SMTP:
        host, port, seconds = self._address.host, self._address.port, self._patience.connect
        smtp: smtplib.SMTP
        if self._address.tls_from_start:
            context = ssl.create_default_context()
            smtp = smtplib.SMTP_SSL(host, port, local_hostname=self._own_name, timeout=seconds, context=context)
        else:
            smtp = smtplib.SMTP(host, port, local_hostname=self._own_name, timeout=seconds)
        if smtp.sock is not None:  # the last dot must not wait for the receipt of what went before it
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._wait_at_most(smtp, self._patience.answer)
        return smtp

    def _finish(self, smtp: smtplib.SMTP) -> None:
        """The last dot, and what the server says to it. Raises Refused or Unsure."""
        try:
            self._wait_at_most(smtp, self._patience.acceptance)
            smtp.send(b".\r\n")
            code, reply = smtp.getreply()
            self._wait_at_most(smtp, self._patience.answer)
        except (OSError, smtplib.SMTPException) as silence:
            raise Unsure(f"no answer to the last dot ({type(silence).__name__})") from silence
        if code // 100 not in (2, 4, 5):
            raise Unsure(f"an unknown answer to the last dot ({code})")
        _expect(2, "message", code, reply)

    @staticmethod
    def _wait_at_most(smtp: smtplib.SMTP, seconds: float) -> None:
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)

    def _forget_message(self) -> None:
        """After a refusal: a connection that cannot be cleared is given up."""
        if self._smtp is None:
            return
        try:
            code, _ = self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            code = 0
        if code // 100 != 2:
            self._drop()

    def close(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                pass  # the goodbye is a courtesy
            self._drop()

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None


@contextmanager
def _nothing_handed_over() -> Iterator[None]:
    """Before the last dot every trouble with the connection leaves the message with us."""
    try:
        yield
    except smtplib.SMTPResponseException as trouble:
        raise _away(_describe(type(trouble).__name__, trouble.smtp_code, b"")) from trouble
    except (OSError, smtplib.SMTPException) as trouble:
        raise _away(type(trouble).__name__) from trouble


def _hears_at_once(smtp: smtplib.SMTP) -> bool:
    return smtp.has_extn("pipelining")


def _rcpt(recipient: str) -> str:
    return f"RCPT TO:{smtplib.quoteaddr(recipient)}"


def _expect(hundreds: int, phase: str, code: int, reply: bytes) -> None:
    if code == 421 or code < 0:  # the server is closing the connection
        raise _away(_describe(phase, code, reply))
    if code // 100 != hundreds:
        raise Refused(_describe(phase, code, reply), is_final=code >= 500)


def _away(problem: str) -> CarrierAway:
    return CarrierAway(f"mail server: {problem}")


def _describe(phase: str, code: int, reply: bytes) -> str:
    """Only the codes: the words of a mail server like to repeat the address."""
    enhanced = ENHANCED_CODE.match(reply)
    return f"{phase} {code}" + (f" {enhanced.group().decode()}" if enhanced else "")


def choose_carrier(smtp_url: str, own_name: str) -> Carrier:
    return MailServer(SmtpAddress.parse(smtp_url), own_name) if smtp_url else Mailbox()
