"""Every letter, word by word, in both languages. UPDATE_SNAPSHOTS=1 writes them anew; then read what changed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from exchange_app.bookings.models import Booking
from exchange_app.bookings.rules import BookingState
from exchange_app.core.database import db
from exchange_app.core.text import LANGUAGES, Translated
from exchange_app.core.transaction import transaction
from exchange_app.departures.rules import DepartureState
from exchange_app.factory import create_app
from exchange_app.features import LETTERS
from exchange_app.outbox.models import Letter
from exchange_app.outbox.queries import find_letter_by_key
from exchange_app.outbox.reading import ReadableLetter, read_letter
from exchange_app.outbox.service import NewLetter, write_letters
from tests.letters.group import WRITTEN_AT, make_group
from tests.settings import make_settings

SNAPSHOTS = Path(__file__).parent / "snapshots"
KINDS = [kind.name for kind in LETTERS]
PUBLIC_URL = "https://exchange.example"

# What the booking has become when a kind of letter speaks of it.
STATES = {
    "booking_submitted": BookingState.SUBMITTED,
    "booking_declined": BookingState.DECLINED,
    "booking_cancelled": BookingState.CANCELLED,
    "booking_called_off": BookingState.CALLED_OFF,
    "organiser_notice": BookingState.SUBMITTED,
    "organiser_cancellation": BookingState.CANCELLED,
}
REASONS = {"zh_Hans": "台风来袭，学校停课。", "en": "A typhoon is coming; the schools are closed."}


@pytest.fixture
def site(sqlite_url: str) -> Iterator[Flask]:
    app = create_app(
        make_settings(DATABASE_URL=sqlite_url, PUBLIC_URL=PUBLIC_URL, MAIL_FROM="书信 <post@city.example>")
    )
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def make_letter(kind: str, language: str) -> tuple[Letter, Booking]:
    with transaction():
        booking = make_group(language)
        booking.state = STATES.get(kind, BookingState.CONFIRMED)
        if kind == "booking_called_off":
            booking.departure.state = DepartureState.CALLED_OFF
            booking.departure.called_off_reason = Translated(**REASONS)
        write_letters(
            [
                _letter(booking, "booking_confirmed", "confirmed", language),
                _letter(booking, kind, "the-letter", language),
            ],
            WRITTEN_AT,
        )
    letter = find_letter_by_key(f"booking:{booking.id}:the-letter")
    assert letter is not None
    return letter, booking


def _letter(booking: Booking, kind: str, slug: str, language: str) -> NewLetter:
    return NewLetter(
        key=f"booking:{booking.id}:{slug}",
        kind=kind,
        subject_id=booking.id,
        address="li.ming@school.example",
        language=language,
        due_at=WRITTEN_AT,
        facts={"reason": REASONS[language], "day": "2027-04-09"},
    )


def read(kind: str, language: str) -> ReadableLetter:
    letter, _ = make_letter(kind, language)
    db.session.expire_all()
    return read_letter(letter, WRITTEN_AT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_words(site: Flask, kind: str, language: str) -> None:
    letter = read(kind, language)
    parts = [f"{letter.sender} → {letter.recipient}", letter.subject, "", letter.text]
    for attachment in letter.attachments:
        parts += [f"--- {attachment.filename} · {attachment.content_type} ---", attachment.content.decode()]
    written = "\n".join(parts).replace("\r\n", "\n")
    snapshot = SNAPSHOTS / f"{kind}.{language}.txt"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.write_text(written)
    assert written == snapshot.read_text()


def test_every_snapshot_is_of_a_letter() -> None:
    kept = {path.name for path in SNAPSHOTS.glob("*.txt")}
    assert kept == {f"{kind}.{language}.txt" for kind in KINDS for language in LANGUAGES}


class Page(HTMLParser):
    """The text of a page, its links, and what it would load."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.language: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == "html":
            self.language = given.get("lang")
        if tag not in ("meta", "br", "hr"):
            self.open.append(tag)
        if tag == "a":
            self.links.append(given["href"] or "")
        if tag in ("img", "script", "link", "iframe", "style", "form"):
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "title" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_the_html_says_what_the_text_says(site: Flask, kind: str, language: str) -> None:
    letter = read(kind, language)
    page = Page(letter.html)
    assert page.open == []
    assert page.loads == []
    assert page.language == language.replace("_", "-")
    shown = squeezed(page.text + "".join(page.links))
    missing = [fact for fact in facts(letter.text) if squeezed(fact) not in shown]
    assert missing == []


def facts(text: str) -> list[str]:
    """What the lines of a text say, without the names before it (the HTML has them in a column of their own)."""
    lines = [line.strip(" 【】[]") for line in text.splitlines() if line.strip() and line != "--"]
    return [part for line in lines for part in re.split(r"： ?|: | · |^\d\d:\d\d ", line) if part]


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_wrote_cannot_become_markup(site: Flask, kind: str) -> None:
    with transaction():
        booking = make_group("en")
        booking.state = STATES.get(kind, BookingState.CONFIRMED)
        booking.departure.package.title = Translated(en="<b>Bold</b> & <script>alert(1)</script>")
        booking.contact_name = '<img src="https://elsewhere.example/x">'
        booking.departure.called_off_reason = Translated(en="<i>")
        write_letters([_letter(booking, kind, "the-letter", "en")], WRITTEN_AT)
    letter = find_letter_by_key(f"booking:{booking.id}:the-letter")
    assert letter is not None
    readable = read_letter(letter, WRITTEN_AT)
    assert Page(readable.html).loads == []
    assert "<b>Bold</b> & <script>" in readable.subject + readable.text  # no HTML there: nothing is escaped


@pytest.mark.parametrize("kind", KINDS)
def test_every_link_leads_to_a_page(site: Flask, kind: str) -> None:
    links = [link for link in Page(read(kind, "en").html).links if not link.startswith("tel:")]
    client = site.test_client()
    for link in links:
        assert link.startswith(PUBLIC_URL + "/")
        answer: Any = client.get(link.removeprefix(PUBLIC_URL), base_url=PUBLIC_URL)
        assert answer.status_code in (200, 303)  # a page, or the way to sign in first
