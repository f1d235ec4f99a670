"""A letter's words: subject, text, HTML and calendar, put together as a mail message in the reader's language."""

from __future__ import annotations

import re
from base64 import encodebytes
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, compat32
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import current_app

from exchange_app.core.sealing import keys
from exchange_app.core.settings import setting
from exchange_app.core.text import speaking
from exchange_app.outbox.kinds import Calendar, Kind, kind_of
from exchange_app.outbox.models import Channel, Letter
from exchange_app.outbox.transport.carrier import ShortWords
from exchange_app.web.formats import site_name

# One plain mailbox, as a form accepts it. What does not match never gets near a header or an SMTP command.
MAILBOX = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f-\U0010ffff]+@[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f-\U0010ffff]+")
GAP = re.compile(r"\n(?:[ \t]*\n)+")
WIRE = compat32.clone(linesep="\r\n")
LONGEST_LINE = 78
UNSUBSCRIBE = "List-Unsubscribe"
# Between the parts of a message. Base64, in which every part is written, has no such sign.
OUTER, INNER = "=_letter", "=_words"


class AddressUnfit(Exception):
    """A letter's address is not one plain mailbox in ASCII."""


@dataclass(frozen=True, slots=True)
class Message:
    """``short`` is all that carriers get which pass it on to a third party."""

    short: ShortWords
    headers: Sequence[tuple[str, str]]
    text: str
    html: str
    calendar: Calendar | None


def render(letter: Letter, subject: Any, now: datetime) -> Message:
    """The message that ``letter`` is at this moment. Raises AddressUnfit."""
    kind = kind_of(letter)
    unsubscribe_url = kind.unsubscribe(subject, letter)
    with speaking(letter.language):
        words: dict[str, Any] = {
            "language": letter.language,
            "public_url": setting("PUBLIC_URL"),
            "unsubscribe_url": unsubscribe_url,
            **kind.context(subject, letter, now),
        }
        words["subject"] = " ".join(_fill(letter, "subject.txt", words).split())
        return Message(
            short=_short(kind, words),
            headers=[*_headers(letter, words["subject"], now), *_unsubscribing(unsubscribe_url)],
            text=_without_gaps(_fill(letter, "body.txt", words)),
            html=_fill(letter, "body.html", words),
            calendar=kind.calendar(subject, letter, now),
        )


def _short(kind: Kind[Any], words: Mapping[str, Any]) -> ShortWords:
    """The subject, or the ``short_title`` of a kind whose subject is somebody's own words."""
    return ShortWords(
        str(words.get("short_title", words["subject"])), str(words.get(kind.leads_to, words["public_url"]))
    )


def _fill(letter: Letter, name: str, words: Mapping[str, Any]) -> str:
    return current_app.jinja_env.get_template(f"letters/{letter.kind}/{name}").render(words)


def _without_gaps(text: str) -> str:
    """A template that left something out leaves empty lines; a reader sees at most one between two paragraphs."""
    return GAP.sub("\n\n", text).strip() + "\n"


def _headers(letter: Letter, subject: str, now: datetime) -> Sequence[tuple[str, str]]:
    """None holds a line break: the subject has none left, the address is checked, the rest is ours."""
    return [
        ("From", formataddr((sender().name or site_name(), sender().addr_spec))),
        *([("To", _fit(letter.address))] if letter.channel is Channel.MAIL else []),
        ("Subject", Header(subject, header_name="Subject").encode(linesep="")),
        ("Date", format_datetime(now)),
        ("Message-ID", message_id(letter)),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834: nobody's absence notice answers it
        ("Content-Language", letter.language.replace("_", "-")),
    ]


def _unsubscribing(url: str | None) -> Iterator[tuple[str, str]]:
    """RFC 2369, and RFC 8058: a mail program may do it with one click, where the address begins with https."""
    if url is not None:
        yield UNSUBSCRIBE, f"<{url}>"
        if url.startswith("https://"):
            yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _fit(address: str) -> str:
    if not MAILBOX.fullmatch(address):
        raise AddressUnfit()
    return address


class Correspondent(NamedTuple):
    name: str
    addr_spec: str


def sender() -> Correspondent:
    """Who letters come from, as MAIL_FROM says: `Name <address>`, or an address alone, before which a letter puts the
    site's name in its own language."""
    return _correspondent(setting("MAIL_FROM"))


def bounce_address() -> str:
    """Where a mail server sends back what it could not deliver."""
    return setting("MAIL_BOUNCES_TO") or sender().addr_spec


@lru_cache
def _correspondent(written: str) -> Correspondent:
    return Correspondent(*parseaddr(written))


def message_id(letter: Letter) -> str:
    """The same for the same letter however often it is sent, so that a mail server can drop a second copy."""
    _, _, domain = sender().addr_spec.rpartition("@")
    return f"<{keys().fingerprint(letter.key, 'message_id')[:32]}@{domain}>"


def as_text(message: Message) -> str:
    """The message as it is sent and kept, all of it in ASCII. The library's objects for it would take ten times as
    long."""
    words = _multipart("alternative", INNER, [_part("plain", message.text), _part("html", message.html)])
    calendar = [] if message.calendar is None else [_attachment(message.calendar)]
    headers = "".join(_header(name, value) for name, value in message.headers)
    return f"{headers}MIME-Version: 1.0\r\n{_multipart('mixed', OUTER, [words, *calendar])}"


def _header(name: str, value: str) -> str:
    """A long web address is not folded: that would leave nothing on the header's first line, which not every program
    reads."""
    line = f"{name}: {value}"
    is_written = line.isascii() and (len(line) <= LONGEST_LINE or name == UNSUBSCRIBE)
    return f"{line}\r\n" if is_written else WIRE.fold(name, value)


def _multipart(kind: str, boundary: str, parts: Iterable[str]) -> str:
    inside = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


def _attachment(calendar: Calendar) -> str:
    """The names of its file and method are ours."""
    disposition = f'Content-Disposition: attachment; filename="{calendar.filename}"'
    return _part("calendar", calendar.content.decode(), f'; method="{calendar.method}"\r\n{disposition}')


def _part(kind: str, words: str, more: str = "") -> str:
    """A text of this kind; ``more`` is added to its headers."""
    content = encodebytes(words.encode()).decode("ascii").replace("\n", "\r\n")
    return f'Content-Transfer-Encoding: base64\r\nContent-Type: text/{kind}; charset="utf-8"{more}\r\n\r\n{content}'


def read_message(kept: str) -> EmailMessage:
    """What as_text() made of a message, as a message that can be taken apart."""
    message = message_from_string(kept, policy=SMTP)
    assert isinstance(message, EmailMessage)
    return message


def host_of_links() -> str:
    """The public name of this installation; calendar entries are named after it."""
    return urlsplit(setting("PUBLIC_URL")).hostname or "localhost"
