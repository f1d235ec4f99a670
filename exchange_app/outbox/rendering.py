"""A letter's words: subject, text, HTML and calendar, put together as a mail message in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale

from exchange_app.core.sealing import keys
from exchange_app.outbox.kinds import Calendar, kind_of
from exchange_app.outbox.models import Letter

# One plain mailbox, as a form accepts it. What does not match never gets near a header or an SMTP command.
MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]+@[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]+", re.ASCII)


class AddressUnfit(Exception):
    """A letter's address is not one plain mailbox in ASCII."""


def render(letter: Letter, subject: Any, now: datetime) -> EmailMessage:
    """The message that ``letter`` is at this moment. Raises AddressUnfit."""
    kind = kind_of(letter)
    with force_locale(letter.language):
        words: dict[str, Any] = {
            "language": letter.language,
            "public_url": current_app.config["PUBLIC_URL"],
            **kind.context(subject, letter, now),
        }
        words["subject"] = " ".join(_fill(letter, "subject.txt", words).split())
        message = _message(letter, words["subject"], now)
        message.set_content(_fill(letter, "body.txt", words), cte="base64")
        message.add_alternative(_fill(letter, "body.html", words), subtype="html", cte="base64")
        calendar = kind.calendar(subject, letter, now)
    if calendar is not None:
        _attach(message, calendar)
    return message


def _fill(letter: Letter, name: str, words: Mapping[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"letters/{letter.kind}/{name}").render(words)


def _message(letter: Letter, subject: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender()
    message["To"] = Address(addr_spec=_fit(letter.address))
    message["Subject"] = subject
    message["Date"] = now
    message["Message-ID"] = message_id(letter)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice answers it
    message["Content-Language"] = letter.language.replace("_", "-")
    return message


def _fit(address: str) -> str:
    if not (address.isascii() and MAILBOX.fullmatch(address)):
        raise AddressUnfit()
    return address


def _attach(message: EmailMessage, calendar: Calendar) -> None:
    message.add_attachment(
        calendar.content,
        maintype="text",
        subtype="calendar",
        filename=calendar.filename,
        params={"method": calendar.method, "charset": "utf-8"},
        cte="base64",
    )


def sender() -> Address:
    """Who letters come from, as MAIL_FROM says: `Name <address>`."""
    name, address = parseaddr(current_app.config["MAIL_FROM"])
    return Address(display_name=name, addr_spec=address)


def message_id(letter: Letter) -> str:
    """The same for the same letter however often it is sent, so that a mail server can drop a second copy."""
    return f"<{keys().fingerprint(letter.key, 'message_id')[:32]}@{sender().domain}>"


def as_text(message: EmailMessage) -> str:
    """The message as it is kept; every part is in ASCII."""
    return message.as_bytes().decode("ascii")


def read_message(kept: str) -> EmailMessage:
    """What as_text() made of a message, as a message again."""
    message = message_from_string(kept, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def host_of_links() -> str:
    """The public name of this installation; calendar entries are named after it."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"
