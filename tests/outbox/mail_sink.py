"""A mail server for tests: it keeps what it accepted, and can refuse, fall silent or hang up where a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import Envelope, Session

from exchange_app.outbox.transport.mail import MailServer, Patience, SmtpAddress
from launcher.processes import free_port

IMPATIENT = Patience(connect=2, answer=0.5, acceptance=0.5)
SLOW_SECONDS = 0.3
SILENCE_SECONDS = 30


class MailSink:
    """``at`` holds what to do at a step of the conversation (MAIL, RCPT, DATA, DOT), for the messages still to come;
    ``extensions`` are offered besides the server's own."""

    def __init__(self) -> None:
        self.accepted: list[EmailMessage] = []
        self.senders: list[str | None] = []
        self.connections = 0
        self.at: dict[str, Callable[[Server], Any]] = {}
        self.extensions: list[str] = []
        self.port = free_port()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return sorted(str(message["To"]) for message in self.accepted)

    def carrier(self) -> MailServer:
        return MailServer(SmtpAddress.parse(self.url), own_name="test.example", patience=IMPATIENT)

    async def handle_EHLO(
        self, server: Server, session: Session, envelope: Envelope, host: str, answers: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = host
        return [answers[0], *(f"250-{name}" for name in self.extensions), *answers[1:]]

    async def handle_MAIL(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return await self._answer("MAIL", server)

    async def handle_RCPT(
        self, server: Server, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Server, session: Session, envelope: Envelope) -> str:
        """Called once the last dot is here."""
        message = message_from_bytes(envelope.content or b"", policy=SMTP)
        assert isinstance(message, EmailMessage)
        answer = await self._answer("DOT", server, keep=message)
        if answer.startswith("250"):
            self.accepted.append(message)
            self.senders.append(envelope.mail_from)
        return answer

    async def _answer(self, step: str, server: Server, keep: EmailMessage | None = None) -> str:
        told = self.at.get(step)
        answer = told(server) if told is not None else "250 OK"
        if answer == "accept and hang up":
            assert keep is not None
            self.accepted.append(keep)
            answer = "hang up"
        if answer == "slow":
            await asyncio.sleep(SLOW_SECONDS)
            answer = "250 OK"
        if answer == "silence":
            await asyncio.sleep(SILENCE_SECONDS)
        if answer == "hang up":
            assert server.transport is not None
            server.transport.close()
            return "421 hung up"
        return str(answer)

    def answer(self, step: str, *answers: str) -> None:
        """At this step say these answers one after the other, and after that what everybody says."""
        remaining = list(answers)
        self.at[step] = lambda server: remaining.pop(0) if remaining else "250 OK"


@contextmanager
def running_sink() -> Iterator[MailSink]:
    sink = MailSink()
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, ready_timeout=10)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
