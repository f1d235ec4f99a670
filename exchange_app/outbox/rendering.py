"""A letter's words: subject, text, HTML and calendar, put together as a mail message in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from email import message_from_string
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP, compat32
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale

from exchange_app.core.sealing import keys
from exchange_app.core.settings import setting
from exchange_app.outbox.kinds import Calendar, kind_of
from exchange_app.outbox.models import Channel, Letter
from exchange_app.outbox.transport.carrier import ShortWords

# One plain mailbox, as a form accepts it. What does not match never gets near a header or an SMTP command.
MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f-\U0010ffff]+@[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f-\U0010ffff]+")
GAP = re.compile(r"\n(?:[ \t]*\n)+")
# The older of the library's two ways to write a message: it takes a third of the time of EmailMessage.
WIRE = compat32.clone(linesep="\r\n")


class AddressUnfit(Exception):
    """A letter's address is not one plain mailbox in ASCII."""


class Written(NamedTuple):
    """A letter's words: all of them, and the few for carriers that pass on no more."""

    message: Message
    short: ShortWords


def render(letter: Letter, subject: Any, now: datetime) -> Written:
    """What ``letter`` says at this moment. Raises AddressUnfit."""
    kind = kind_of(letter)
    unsubscribe_url = kind.unsubscribe(subject, letter)
    with force_locale(letter.language):
        words: dict[str, Any] = {
            "language": letter.language,
            "public_url": setting("PUBLIC_URL"),
            "unsubscribe_url": unsubscribe_url,
            **kind.context(subject, letter, now),
        }
        words["subject"] = " ".join(_fill(letter, "subject.txt", words).split())
        text = _without_gaps(_fill(letter, "body.txt", words))
        html = _fill(letter, "body.html", words)
        calendar = kind.calendar(subject, letter, now)
    message = _envelope(letter, words["subject"], now)
    if unsubscribe_url is not None:
        _offer_unsubscribing(message, unsubscribe_url)
    bodies = MIMEMultipart("alternative", policy=WIRE)
    bodies.attach(MIMEText(text, "plain", "utf-8", policy=WIRE))
    bodies.attach(MIMEText(html, "html", "utf-8", policy=WIRE))
    message.attach(bodies)
    if calendar is not None:
        message.attach(_attachment(calendar))
    return Written(message, ShortWords(words["subject"], str(words.get(kind.leads_to, words["public_url"]))))


def _fill(letter: Letter, name: str, words: Mapping[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"letters/{letter.kind}/{name}").render(words)


def _without_gaps(text: str) -> str:
    """A template that left something out leaves empty lines; a reader sees at most one between two paragraphs."""
    return GAP.sub("\n\n", text).strip() + "\n"


def _envelope(letter: Letter, subject: str, now: datetime) -> MIMEMultipart:
    """No header holds a line break: the subject has none left, the address is checked, the rest is ours."""
    message = MIMEMultipart("mixed", policy=WIRE)
    message["From"] = formataddr(sender())
    if letter.channel is Channel.MAIL:
        message["To"] = _fit(letter.address)
    message["Subject"] = Header(subject, header_name="Subject").encode(linesep="")
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(letter)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence notice answers it
    message["Content-Language"] = letter.language.replace("_", "-")
    return message


class _OneLine(Header):
    """Never folded: a long address would leave nothing on the header's first line, which not every program reads."""

    def encode(self, splitchars: str = "", maxlinelen: int | None = None, linesep: str = "\n") -> str:
        return super().encode(maxlinelen=0, linesep=linesep)


def _offer_unsubscribing(message: Message[Any, Any], url: str) -> None:
    """RFC 2369, and RFC 8058: a mail program may do it with one click, where the address begins with https."""
    message["List-Unsubscribe"] = _OneLine(f"<{url}>")
    if url.startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _fit(address: str) -> str:
    if not MAILBOX.fullmatch(address):
        raise AddressUnfit()
    return address


def _attachment(calendar: Calendar) -> MIMEText:
    part = MIMEText(calendar.content.decode(), "calendar", "utf-8", policy=WIRE)
    part.set_param("method", calendar.method)
    part.add_header("Content-Disposition", "attachment", filename=calendar.filename)
    return part


class Correspondent(NamedTuple):
    name: str
    addr_spec: str


def sender() -> Correspondent:
    """Who letters come from, as MAIL_FROM says: `Name <address>`."""
    return Correspondent(*parseaddr(setting("MAIL_FROM")))


def message_id(letter: Letter) -> str:
    """The same for the same letter however often it is sent, so that a mail server can drop a second copy."""
    _, _, domain = sender().addr_spec.rpartition("@")
    return f"<{keys().fingerprint(letter.key, 'message_id')[:32]}@{domain}>"


def as_text(message: Message) -> str:
    """The message as it is sent and kept; every part is in ASCII."""
    return message.as_bytes().decode("ascii")


def read_message(kept: str) -> EmailMessage:
    """What as_text() made of a message, as a message that can be taken apart."""
    message = message_from_string(kept, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def host_of_links() -> str:
    """The public name of this installation; calendar entries are named after it."""
    return urlsplit(setting("PUBLIC_URL")).hostname or "localhost"
