"""A letter as its reader sees it: as it was sent, or as it would be sent now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import HeaderParser
from email.policy import SMTP

from exchange_app.outbox.errors import LetterNotMade, LetterNotReadable, LetterPurged
from exchange_app.outbox.finding import known_kinds
from exchange_app.outbox.kinds import load_subjects
from exchange_app.outbox.models import Letter
from exchange_app.outbox.purging import is_purged
from exchange_app.outbox.rendering import as_text, read_message, render


@dataclass(frozen=True, slots=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadableLetter:
    subject: str
    sender: str
    recipient: str
    text: str
    html: str
    attachments: Sequence[Attachment]


def read_letter(letter: Letter, now: datetime) -> ReadableLetter:
    """Raises LetterPurged; where it was not sent, LetterNotReadable if what it is about is gone and LetterNotMade."""
    if is_purged(letter):
        raise LetterPurged()
    message = read_message(letter.message or _as_it_would_be(letter, now))
    return ReadableLetter(
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipient=letter.address or "",
        text=_body(message, "plain"),
        html=_body(message, "html"),
        attachments=[_attachment(part) for part in message.iter_attachments() if isinstance(part, EmailMessage)],
    )


def _as_it_would_be(letter: Letter, now: datetime) -> str:
    subject = load_subjects([letter]).get(letter.id)
    if subject is None:
        raise LetterNotReadable()
    try:
        return as_text(render(letter, subject, now))
    except Exception as mistake:  # whoever looks for a mistake must be able to look at the letter; workers log it
        raise LetterNotMade() from mistake


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


def _attachment(part: EmailMessage) -> Attachment:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return Attachment(part.get_filename() or "attachment", str(part["Content-Type"]), content)


def title_of(letter: Letter) -> str:
    """The subject line if it was sent, else what sort of letter it is."""
    if letter.message:
        return str(HeaderParser(policy=SMTP).parsestr(letter.message, headersonly=True)["Subject"])
    return words_of_kind(letter)


def words_of_kind(letter: Letter) -> str:
    """What sort of letter it is; the bare name of a kind that there is no more."""
    kind = known_kinds().get(letter.kind)
    return letter.kind if kind is None else str(kind.words)


def masked(address: str | None) -> str:
    """An address as a list shows it: enough to recognise, not enough to write to; a dash where it is not kept."""
    if address is None:
        return "—"
    if "://" in address:
        return f"{address.partition('://')[0]}://…"
    if "@" not in address:
        return f"…{address[-4:]}"
    name, _, domain = address.partition("@")
    return f"{name[:1]}…@{domain}"
