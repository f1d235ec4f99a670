"""How a host's message becomes letters: to whom it still goes when its turn comes, and how its words are set."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext
from sqlalchemy import select

from exchange_app.bookings.messages import KIND, STILL_CONCERNED, TEST_KIND, Text
from exchange_app.bookings.models import Booking, Message
from exchange_app.bookings.sending import load_bookings, words_for
from exchange_app.core.database import db
from exchange_app.core.text import sentence
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Channel, Letter, Urgency
from exchange_app.outbox.reading import ReadableLetter, read_letter
from exchange_app.outbox.rendering import as_text, render

# The host's name in ASCII, a path, a query. What ends a sentence does not belong to it.
LINK = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?::[0-9]+)?(?:[/?#](?:[\w.~:/?#@!$&*+,;=%-]*[\w/=&#%~+-])?)?",
    re.ASCII,
)


class Piece(NamedTuple):
    text: str
    is_link: bool


Line = Sequence[Piece]


def paragraphs(words: str) -> Sequence[Sequence[Line]]:
    """The paragraphs of a text and their lines, each cut into plain text and links."""
    return [[list(_pieces(line)) for line in part.splitlines()] for part in re.split(r"\n\s*\n", words.strip())]


def _pieces(line: str) -> Iterator[Piece]:
    end = 0
    for link in LINK.finditer(line):
        yield Piece(line[end : link.start()], is_link=False)
        yield Piece(link.group(), is_link=True)
        end = link.end()
    yield Piece(line[end:], is_link=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A message and the groups to which it was written, by their ids."""

    message: Message
    groups: Mapping[int, Booking]


def load_written(ids: Collection[int]) -> Mapping[int, Written]:
    messages = db.session.scalars(
        select(Message).where(Message.id.in_(ids)).execution_options(populate_existing=True)
    ).all()
    letters = db.session.scalars(select(Letter.facts).where(Letter.kind == KIND, Letter.subject_id.in_(ids)))
    groups = load_bookings({facts["booking"] for facts in letters})
    return {message.id: Written(message, groups) for message in messages}


def _is_still_to_go(written: Written, letter: Letter, now: datetime) -> bool:
    """Neither stopped, which is asked anew before each letter, nor about a group that ended or went elsewhere."""
    message, booking = written.message, written.groups[letter.facts["booking"]]
    stopped_at = db.session.scalar(select(Message.stopped_at).where(Message.id == message.id))
    return (
        stopped_at is None and booking.departure_id == message.departure_id and booking.state_at(now) in STILL_CONCERNED
    )


def _words_of_message(written: Written, letter: Letter, now: datetime) -> dict[str, Any]:
    text = Text(written.message.subject, written.message.words)
    return _words(text, written.groups[letter.facts["booking"]], letter, now)


def _words_of_test(booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    return _words(Text(letter.facts["subject"], letter.facts["words"]), booking, letter, now)


def _words(text: Text, booking: Booking, letter: Letter, now: datetime) -> dict[str, Any]:
    title = gettext("A message from the host: %(title)s", title=booking.departure.package.title)
    return {
        **words_for(booking, letter, now),
        "message": text,
        "paragraphs": paragraphs(text.words),
        "short_title": title,
    }


def _is_always_true(booking: Booking, letter: Letter, now: datetime) -> bool:
    return True


MESSAGE_LETTERS = (
    Kind(
        KIND,
        sentence("Message from the host"),
        load=load_written,
        is_still_true=_is_still_to_go,
        context=_words_of_message,
        urgency=Urgency.PLANNED,
    ),
    Kind(
        TEST_KIND,
        sentence("Test of a message, to whoever writes it"),
        load=load_bookings,
        is_still_true=_is_always_true,
        context=_words_of_test,
    ),
)


def read_before_sending(text: Text, booking_id: int, language: str, now: datetime) -> ReadableLetter:
    """The letter to this group as it would be sent now, in either language; nothing is stored."""
    groups = load_bookings([booking_id])
    letter = Letter(key="", kind=KIND, facts={"booking": booking_id}, language=language, channel=Channel.MAIL)
    letter.address = groups[booking_id].leader_address
    written = Written(Message(subject=text.subject, words=text.words), groups)
    letter.message = as_text(render(letter, written, now))
    return read_letter(letter, now)
