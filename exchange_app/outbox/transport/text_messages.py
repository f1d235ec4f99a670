"""Text messages, through the HTTP gateway of TEXT_GATEWAY: the letter's title and its link, and no more."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from exchange_app.outbox.transport.carrier import LONGEST_SHORT_WORDS, CarrierAway, Envelope, Refused, Unsure
from exchange_app.outbox.transport.deadline import hung_up_after
from exchange_app.outbox.transport.gateway import Request, TextGateway

LARGEST_ANSWER = 64 * 1024
FOR_NOW = (408, 429, 503)
NOT_THE_LETTERS_FAULT = (401, 407, *range(300, 400))  # the gateway will not like the next letter either
PHONE = re.compile(r"\+?[0-9]+(-[0-9]+)*")
CODE = re.compile(r"[A-Za-z0-9_.-]{1,40}")


@dataclass(frozen=True, slots=True)
class TextPatience:
    """Seconds to wait for a connection, for the gateway to say something, and for its whole answer."""

    connect: float = 10
    answer: float = 20
    whole: float = 40


class TextMessages:
    """A connection for each message: one that was kept might be closed at the very moment it is used again, and the
    message would be in doubt."""

    def __init__(self, gateway: TextGateway, patience: TextPatience | None = None) -> None:
        self._gateway = gateway
        self._patience = patience or TextPatience()

    def hand_over(self, envelope: Envelope, before_last_dot: Callable[[], None]) -> None:
        phone = _dialled(envelope.recipient)
        text = envelope.short.within(LONGEST_SHORT_WORDS - len(self._gateway.sign), " ")
        request = self._gateway.request(phone=phone, text=self._gateway.sign + text, key=envelope.key)
        connection = self._connect()
        try:
            with hung_up_after(self._patience.whole, connection.sock):
                with _nothing_handed_over():
                    self._begin(connection, request)
                before_last_dot()
                with _nothing_handed_over():
                    _complete(connection, request)
                status, answer = _answer(connection)
        finally:
            connection.close()
        self._judge(status, answer, phone)

    def close(self) -> None:
        pass

    def _connect(self) -> HTTPConnection:
        host, port, seconds = self._gateway.url.hostname or "", self._gateway.url.port, self._patience.connect
        connection = (
            HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
            if self._gateway.url.scheme == "https"
            else HTTPConnection(host, port, timeout=seconds)
        )
        try:
            with _nothing_handed_over():
                connection.connect()
        except CarrierAway:
            connection.close()
            raise
        connection.sock.settimeout(self._patience.answer)
        return connection

    @staticmethod
    def _begin(connection: HTTPConnection, request: Request) -> None:
        """Send the request but for its last bytes; without them the gateway cannot take it for one."""
        connection.putrequest(request.method, request.target, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(request.body)))
        connection.putheader("Connection", "close")
        if request.body:
            connection.endheaders()
            connection.send(request.body[:-1])

    def _judge(self, status: int, answer: bytes, phone: str) -> None:
        """Returns if the message was accepted. Raises CarrierAway, Refused or Unsure."""
        gateway = self._gateway
        code = gateway.code_in(answer) if gateway.path else None
        problem = f"gateway {status}{_shown(code, phone)}"
        if str(status) in gateway.codes_for_now or code in gateway.codes_for_now or status in FOR_NOW:
            raise Refused(problem, is_final=False)
        if status in NOT_THE_LETTERS_FAULT:
            raise CarrierAway(problem)
        if 400 <= status <= 499:
            raise Refused(problem, is_final=True)
        if status not in gateway.statuses or (gateway.path and code is None):
            raise Unsure(problem)
        if gateway.path and code not in gateway.accepted_codes:
            raise Refused(problem, is_final=True)


def _dialled(number: str) -> str:
    """As a phone field keeps numbers, without the signs that only help the eye. Raises Refused."""
    digits = re.sub(r"\D", "", number)
    if not PHONE.fullmatch(number) or not 7 <= len(digits) <= 18:
        raise Refused("the address is no phone number", is_final=True)
    return f"+{digits}" if number.startswith("+") else digits


@contextmanager
def _nothing_handed_over() -> Iterator[None]:
    """Until the last byte is with the system, a trouble leaves the gateway without a whole request. The trouble's own
    words are dropped: they may hold the address."""
    try:
        yield
    except (OSError, HTTPException) as trouble:
        raise CarrierAway(f"gateway: {type(trouble).__name__}") from None


def _complete(connection: HTTPConnection, request: Request) -> None:
    if request.body:
        connection.send(request.body[-1:])
    else:
        connection.endheaders()


def _answer(connection: HTTPConnection) -> tuple[int, bytes]:
    """The status and the words of the answer, as far as they came. Raises Unsure if not even a status did."""
    try:
        response = connection.getresponse()
    except (OSError, HTTPException) as silence:
        raise Unsure(f"gateway: no answer ({type(silence).__name__})") from None
    try:
        return response.status, response.read(LARGEST_ANSWER)
    except (OSError, HTTPException):
        return response.status, b""


def _shown(code: str | None, phone: str) -> str:
    """A provider's code as it may be kept: nothing that might be a text or the number itself."""
    if code is None or not CODE.fullmatch(code) or phone.removeprefix("+") in code:
        return ""
    return f" {code}"
