"""Whether a letter about a school's own trip is still true when it is sent, and what its words need."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from exchange_app.bookings.links import booking_path
from exchange_app.core.codes import spaced_code
from exchange_app.core.database import db
from exchange_app.core.settings import setting
from exchange_app.core.text import sentence
from exchange_app.departures.models import Departure
from exchange_app.outbox.kinds import Kind
from exchange_app.outbox.models import Letter
from exchange_app.tailored.letters import AGREED, ENDED, REMINDER, TO_HOST, TO_SCHOOL
from exchange_app.tailored.models import Inquiry
from exchange_app.tailored.queries import WITH_ALL
from exchange_app.tailored.rules import InquiryState, Side, Step
from exchange_app.tailored.service import expires_at


def load_inquiries(ids: Collection[int]) -> Mapping[int, Inquiry]:
    """Inquiries with all that a letter may say about them, as they are in the database now."""
    found = db.session.scalars(
        select(Inquiry).where(Inquiry.id.in_(ids)).options(*WITH_ALL).execution_options(populate_existing=True)
    )
    return {inquiry.id: inquiry for inquiry in found}


def inquiry_path(inquiry: Inquiry) -> str:
    return f"/tailored/{inquiry.id}"


def _is_same_turn(inquiry: Inquiry, letter: Letter, now: datetime) -> bool:
    """Nobody has said anything since."""
    since = datetime.fromisoformat(letter.facts["since"])
    return _is_still_so(inquiry, letter, now) and inquiry.last_word_at == since


def _is_still_so(inquiry: Inquiry, letter: Letter, now: datetime) -> bool:
    return inquiry.state is InquiryState(letter.facts["state"])


def _words(inquiry: Inquiry, letter: Letter, now: datetime) -> dict[str, Any]:
    """``booking`` and ``departure`` are None before both have agreed; ``is_to_school`` says which side reads it."""
    version = inquiry.current
    booking = inquiry.booking
    departure: Departure | None = booking.departure if booking else None
    public_url = setting("PUBLIC_URL")
    return {
        "inquiry": inquiry,
        "title": inquiry.title,
        "terms": version.terms if version else None,
        "dates": (departure.starts_on,) if departure else version.terms.dates if version else (),
        "school": inquiry.school,
        "host": inquiry.organiser,
        "who_hosts": inquiry.organiser or inquiry.city,
        "zone": inquiry.city.time_zone,
        "step": Step(letter.facts.get("step", Step.SEND)),
        "state": InquiryState(letter.facts["state"]),
        "is_to_school": letter.facts["to"] == Side.SCHOOL,
        "words": letter.facts.get("words", ""),
        "waits_since": inquiry.last_word_at,
        "expires_at": expires_at(inquiry),
        "is_own_version": version is not None and version.side is Side.SCHOOL,
        "booking": booking,
        "code": spaced_code(booking.code) if booking else "",
        "departure": departure,
        "inquiry_url": public_url + inquiry_path(inquiry),
        "booking_url": public_url + booking_path(booking) if booking else "",
    }


def _kind(name: str, words: Any, is_still_true: Callable[[Inquiry, Letter, datetime], bool]) -> Kind[Inquiry]:
    return Kind(name, words, load=load_inquiries, is_still_true=is_still_true, context=_words, leads_to="inquiry_url")


TAILORED_LETTERS = (
    _kind(TO_HOST, sentence("A school's own trip, to the host"), _is_same_turn),
    _kind(TO_SCHOOL, sentence("A school's own trip, to the school"), _is_same_turn),
    _kind(REMINDER, sentence("A school's own trip: an answer is waited for"), _is_same_turn),
    _kind(AGREED, sentence("A school's own trip: agreed"), _is_still_so),
    _kind(ENDED, sentence("A school's own trip: ended"), _is_still_so),
)
